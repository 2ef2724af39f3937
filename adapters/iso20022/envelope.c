#include "adapters/iso20022/envelope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/iso20022/canonical.h"
#include "base/text.h"
#include "core/reasons.h"

#define SPACE_OF_MESSAGES "urn:iso:std:iso:20022:tech:xsd:"
#define HEADER_SPACE      SPACE_OF_MESSAGES "head.001.001.03"

void envelope_wipe(struct envelope *envelope) {
    xmlFreeDoc(envelope->tree);
    *envelope = (struct envelope){0};
}

/* ---- opening ---- */

static struct result refuse_structure(const xmlNode *node) {
    char path[DOCUMENT_PATH_SIZE];
    document_path(node, path);
    return result_refuse(REASON_MESSAGE_SCHEMA, path, "line %ld: structure", xmlGetLineNo(node));
}

static struct result find_map(struct envelope *envelope) {
    const char *space = envelope->document->ns ? (const char *)envelope->document->ns->href : "";
    size_t prefix = strlen(SPACE_OF_MESSAGES);
    if (strncmp(space, SPACE_OF_MESSAGES, prefix) == 0)
        envelope->map = field_map_find(space + prefix, &envelope->version);
    if (!envelope->map || !envelope->map->top[0])
        return result_refuse(REASON_MESSAGE_TYPE, "/BusinessMessageEnvelope/Document", "unknown namespace");
    envelope->top = document_find(envelope->document, envelope->map->top);
    if (!envelope->top)
        return result_refuse(REASON_MESSAGE_SCHEMA, "/BusinessMessageEnvelope/Document",
                             "line %ld: structure", xmlGetLineNo(envelope->document));
    return result_ok();
}

/* The header is found first: a refusal of whatever is wrong behind it can then name the message. */
MUST_USE struct result envelope_open(xmlDocPtr tree, struct envelope *out) {
    *out = (struct envelope){.tree = tree};
    xmlNodePtr root = xmlDocGetRootElement(tree);
    if (!document_is(root, ENVELOPE_SPACE, "BusinessMessageEnvelope"))
        return refuse_structure(root);
    xmlNodePtr header = document_first(root);
    if (!document_is(header, HEADER_SPACE, "AppHdr"))
        return refuse_structure(root);
    out->header = header;
    out->document = document_next(header);
    if (!out->document || !text_equal((const char *)out->document->name, "Document"))
        return refuse_structure(root);
    TRY(find_map(out));
    return schema_validate(schema_own(), root);
}

/* ---- reading ---- */

MUST_USE struct result envelope_read(const struct envelope *envelope, struct message *out) {
    TRY(field_read(&field_map_header, 0, envelope->header, out));
    if (!text_equal(out->definition, envelope->map->definitions[envelope->version]))
        return result_refuse(REASON_MESSAGE_TYPE, "/BusinessMessageEnvelope/AppHdr/MsgDefIdr",
                             "the header names another message than the document is");
    TRY(field_read(envelope->map, envelope->version, envelope->top, out));
    if (out->status == STATUS_RJCT && !out->reason_code[0])
        return result_refuse(REASON_MESSAGE_SCHEMA, "TxInfAndSts/StsRsnInf", "RJCT without a reason");
    return result_ok();
}

MUST_USE struct result envelope_validate(const struct envelope *envelope, struct schema_set *set) {
    TRY(schema_validate(set, envelope->header));
    return schema_validate(set, envelope->document);
}

/* ---- building ---- */

static xmlNodePtr add_part(xmlNodePtr root, const char *space, const char *name) {
    xmlNodePtr node = xmlNewChild(root, NULL, BAD_CAST name, NULL);
    xmlSetNs(node, xmlNewNs(node, BAD_CAST space, NULL));
    return node;
}

static void make_tree(const char *definition, struct envelope *out) {
    char space[64];
    snprintf(space, sizeof space, "%s%s", SPACE_OF_MESSAGES, definition);
    out->tree = xmlNewDoc(BAD_CAST "1.0");
    xmlNodePtr root = xmlNewDocNode(out->tree, NULL, BAD_CAST "BusinessMessageEnvelope", NULL);
    if (!root)
        abort();
    xmlDocSetRootElement(out->tree, root);
    xmlSetNs(root, xmlNewNs(root, BAD_CAST ENVELOPE_SPACE, NULL));
    out->header = add_part(root, HEADER_SPACE, "AppHdr");
    out->document = add_part(root, space, "Document");
    out->top = xmlNewChild(out->document, out->document->ns, BAD_CAST out->map->top, NULL);
}

/* A schema speaks of elements, the payment's sender of members. */
static struct result name_member(const struct envelope *envelope, struct result refused) {
    const char *member = field_member(envelope->map, envelope->version, refused.where);
    if (refused.kind == RESULT_REFUSE && member)
        text_set(refused.where, sizeof refused.where, member);
    return refused;
}

static struct result write_parts(const struct message *message, const struct envelope *envelope) {
    TRY(field_write(&field_map_header, 0, message, envelope->header));
    return field_write(envelope->map, envelope->version, message, envelope->top);
}

MUST_USE struct result envelope_build(const struct message *message, const struct signature_key *key,
                                      struct envelope *out) {
    *out = (struct envelope){0};
    out->map = field_map_find(message->definition, &out->version);
    if (!out->map || !out->map->top[0])
        return result_refuse(REASON_MESSAGE_TYPE, "", "no field map speaks this definition");
    make_tree(message->definition, out);
    TRY(write_parts(message, out));
    TRY(signature_sign(key, out->header));
    return name_member(out, envelope_validate(out, schema_own()));
}

/* ---- bytes ---- */

void envelope_digest(const struct envelope *envelope, uint8_t out[32]) {
    canonical_digest(envelope->document, document_find(envelope->top, "GrpHdr/CreDtTm"), out);
}

void envelope_print(const struct envelope *envelope, struct buffer *out) {
    xmlChar *bytes = NULL;
    int length = 0;
    xmlDocDumpMemoryEnc(envelope->tree, &bytes, &length, "UTF-8");
    if (!bytes)
        abort();
    buffer_add(out, bytes, (size_t)length);
    xmlFree(bytes);
}
