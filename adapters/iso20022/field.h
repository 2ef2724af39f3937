#ifndef PONTIS_ADAPTERS_ISO20022_FIELD_H
#define PONTIS_ADAPTERS_ISO20022_FIELD_H

#include "adapters/iso20022/document.h"
#include "adapters/iso20022/message.h"

/* How a value stands in an element. */
enum field_form {
    FORM_TEXT,     /* char[] */
    FORM_CONSTANT, /* always `constant`, no member */
    FORM_UUID,     /* struct uuid, lower case */
    FORM_INSTANT,  /* instant, UTC with milliseconds */
    FORM_RATE,     /* struct decimal, at most 10 digits behind the point */
    FORM_AMOUNT,   /* int64_t minor units; the currency, another member, is the attribute Ccy */
    FORM_STATUS,   /* enum peer_status, by name */
};

enum { FIELD_VERSIONS = 2 };

/* One member of struct message and its place in each version of a message. The same row writes and reads. A
 * member with several rows (an agreed rate beside the exchange rate) must say the same in all of them. */
struct field_row {
    const char *member; /* JSON pointer of the canonical member, for refusals: "/payment/debtor/town" */
    enum field_form form;
    size_t offset;
    size_t size;
    size_t currency; /* FORM_AMOUNT: offset of the currency, char[CURRENCY_SIZE] */
    const char *constant;
    bool (*when)(const struct message *message); /* written only then; NULL: whenever it is not empty */
    const char *path[FIELD_VERSIONS];            /* below the message's top element; NULL: no such place */
};

/* One message definition: its versions, newest first, and its rows in document order. */
struct field_map {
    const char *top; /* element below Document ("FIToFICstmrCdtTrf"), "" for the header */
    const char *definitions[FIELD_VERSIONS]; /* "pacs.008.001.13", ... */
    const struct field_row *rows;            /* ends with a row without a path */
};

extern const struct field_map field_map_header;  /* head.001 */
extern const struct field_map field_map_payment; /* pacs.008 */
extern const struct field_map field_map_status;  /* pacs.002 */
extern const struct field_map field_map_refusal; /* admi.002 */

/* The map that speaks a definition, with its version's index; NULL: none does. */
const struct field_map *field_map_find(const char *definition, size_t *version);

/* Adds the message below `top` (AppHdr, or the element below Document) in top's namespace. REFUSE when a
 * member cannot be written: UNKNOWN_CURRENCY (its decimals), AMOUNT_FORMAT (negative), CHARACTER_SET. */
MUST_USE struct result field_write(const struct field_map *map, size_t version, const struct message *message,
                                   xmlNodePtr top);

/* Fills a zeroed message from a document that its schema has accepted. Refuses with the member's own reason
 * (AMOUNT_FORMAT, AMOUNT_TOO_LARGE, UNKNOWN_CURRENCY, UETR_FORMAT, CHARACTER_SET) or MESSAGE_SCHEMA; `where`
 * is the element's path. */
MUST_USE struct result field_read(const struct field_map *map, size_t version, const xmlNode *top,
                                  struct message *message);

/* The canonical member whose place is the element path of a finding
 * ("/BusinessMessageEnvelope/Document/..."); NULL: none. */
const char *field_member(const struct field_map *map, size_t version, const char *path);
/* The way back: the place of a member below the top element; NULL: none. */
const char *field_place(const struct field_map *map, size_t version, const char *member);

#endif
