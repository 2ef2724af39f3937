#ifndef PONTIS_ADAPTERS_ISO20022_ENVELOPE_H
#define PONTIS_ADAPTERS_ISO20022_ENVELOPE_H

#include "adapters/iso20022/field.h"
#include "adapters/iso20022/schema.h"
#include "adapters/iso20022/signature.h"

#define ENVELOPE_SPACE "urn:pontis:xsd:envelope.001"

/* A business message as a tree: BusinessMessageEnvelope with exactly AppHdr, then Document. */
struct envelope {
    xmlDocPtr tree;
    xmlNodePtr header;           /* AppHdr */
    xmlNodePtr document;         /* Document */
    xmlNodePtr top;              /* the one element below Document */
    const struct field_map *map; /* of the document */
    size_t version;              /* its column in the map */
};

/* Frees the tree of an envelope made by any of the functions below, also after they failed. */
void envelope_wipe(struct envelope *envelope);

/* Takes a parsed tree over and finds its parts; says what message it is, by its namespace. MESSAGE_SCHEMA:
 * another structure; MESSAGE_TYPE: a message that no field map speaks. */
MUST_USE struct result envelope_open(xmlDocPtr tree, struct envelope *out);

/* Fills a zeroed message from header and document. The header must name the document's definition,
 * and a rejection its reason. */
MUST_USE struct result envelope_read(const struct envelope *envelope, struct message *out);

/* Builds the tree of message->definition, judges it by our schemas and signs it. REFUSE: the message cannot
 * be expressed; `where` is the JSON pointer of the member at fault where one is known, else the element. */
MUST_USE struct result envelope_build(const struct message *message, const struct signature_key *key,
                                      struct envelope *out);

/* Both parts judged by a set of schemas; envelope_open has judged the whole. */
MUST_USE struct result envelope_validate(const struct envelope *envelope, struct schema_set *set);

/* SHA-256 of the canonical Document without its creation time: equal for equal content. */
void envelope_digest(const struct envelope *envelope, uint8_t out[32]);

/* The bytes of the tree, in UTF-8 with an XML declaration. */
void envelope_print(const struct envelope *envelope, struct buffer *out);

#endif
