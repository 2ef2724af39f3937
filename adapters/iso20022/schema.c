#include "adapters/iso20022/schema.h"

#include <libxml/xmlschemas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/embedded.h"
#include "base/text.h"
#include "core/reasons.h"

extern const struct embedded_file iso20022_schemas[];

enum { SCHEMA_FILE_SIZE = 1 << 20, MAX_FINDINGS = 100 };

struct schema {
    char name[40]; /* "pacs.008.001.13" */
    xmlSchemaPtr compiled;
    xmlSchemaValidCtxtPtr validator;
};

struct schema_set {
    char folder[256]; /* "" : embedded */
    ARRAY(struct schema) schemas;
};

/* ---- compiling ---- */

static void ignore(void *context, xmlErrorPtr error) {
    (void)context, (void)error;
}

static bool add(struct schema_set *set, const char *name, const char *bytes, size_t length) {
    xmlSchemaParserCtxtPtr parser = xmlSchemaNewMemParserCtxt(bytes, (int)length);
    xmlSchemaSetParserStructuredErrors(parser, ignore, NULL);
    xmlSchemaPtr compiled = xmlSchemaParse(parser);
    xmlSchemaFreeParserCtxt(parser);
    if (!compiled)
        return false;
    struct schema *schema = array_push(&set->schemas);
    if (!text_copy(schema->name, sizeof schema->name, name, strlen(name)))
        abort();
    schema->compiled = compiled;
    schema->validator = xmlSchemaNewValidCtxt(compiled);
    return true;
}

static void add_embedded(struct schema_set *set) {
    for (const struct embedded_file *file = iso20022_schemas; file->name; file++) {
        char name[40];
        size_t length = strlen(file->name) - strlen(".xsd");
        if (!text_copy(name, sizeof name, file->name, length) || !add(set, name, file->bytes, file->length))
            abort();
    }
}

static void add_file(struct schema_set *set, const char *name) {
    char path[320];
    snprintf(path, sizeof path, "%s/xsd/%s.xsd", set->folder, name);
    FILE *file = fopen(path, "re");
    if (!file)
        return;
    char *bytes = must_malloc(SCHEMA_FILE_SIZE);
    size_t length = fread(bytes, 1, SCHEMA_FILE_SIZE, file);
    fclose(file);
    (void)add(set, name, bytes, length);
    free(bytes);
}

struct schema_set *schema_own(void) {
    static struct schema_set set;
    if (set.schemas.count == 0)
        add_embedded(&set);
    return &set;
}

struct schema_set *schema_set_new(const char *folder) {
    struct schema_set *set = must_calloc(1, sizeof *set);
    snprintf(set->folder, sizeof set->folder, "%s", folder);
    return set;
}

void schema_set_free(struct schema_set *set) {
    if (!set)
        return;
    for (size_t i = 0; i < set->schemas.count; i++) {
        xmlSchemaFreeValidCtxt(set->schemas.items[i].validator);
        xmlSchemaFree(set->schemas.items[i].compiled);
    }
    array_wipe(&set->schemas);
    free(set);
}

/* ---- which schema ---- */

static const struct schema *look_up(const struct schema_set *set, const char *name) {
    for (size_t i = 0; i < set->schemas.count; i++)
        if (text_equal(set->schemas.items[i].name, name))
            return &set->schemas.items[i];
    return NULL;
}

/* The name of a schema's file is what its namespace ends in: one of these letters, digits and points alone.
 */
static bool name_of_space(const xmlNode *node, char *out, size_t size) {
    const char *space = node->ns ? (const char *)node->ns->href : "";
    const char *colon = strrchr(space, ':');
    if (!colon || strncmp(space, "urn:", 4) != 0)
        return false;
    const char *name = colon + 1;
    return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.") == strlen(name) && *name &&
           text_copy(out, size, name, strlen(name));
}

static const struct schema *schema_for(struct schema_set *set, const xmlNode *node) {
    char name[40];
    if (!name_of_space(node, name, sizeof name))
        return NULL;
    const struct schema *schema = look_up(set, name);
    if (schema || !set->folder[0])
        return schema;
    add_file(set, name);
    return look_up(set, name);
}

/* ---- judging ---- */

static const char *rule_of(int code) {
    switch (code) {
    case XML_SCHEMAV_ELEMENT_CONTENT:
    case XML_SCHEMAV_CVC_ELT_1:
    case XML_SCHEMAV_CVC_COMPLEX_TYPE_2_1:
    case XML_SCHEMAV_CVC_COMPLEX_TYPE_2_2:
    case XML_SCHEMAV_CVC_COMPLEX_TYPE_2_3:
        return "structure";
    case XML_SCHEMAV_CVC_PATTERN_VALID:
        return "pattern";
    case XML_SCHEMAV_CVC_ENUMERATION_VALID:
        return "code";
    case XML_SCHEMAV_CVC_LENGTH_VALID:
    case XML_SCHEMAV_CVC_MINLENGTH_VALID:
    case XML_SCHEMAV_CVC_MAXLENGTH_VALID:
        return "length";
    case XML_SCHEMAV_CVC_TOTALDIGITS_VALID:
    case XML_SCHEMAV_CVC_FRACTIONDIGITS_VALID:
    case XML_SCHEMAV_CVC_MININCLUSIVE_VALID:
    case XML_SCHEMAV_CVC_MINEXCLUSIVE_VALID:
        return "digits";
    case XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_1:
        return "type";
    case XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_1:
    case XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_2:
    case XML_SCHEMAV_CVC_COMPLEX_TYPE_4:
        return "attribute";
    default:
        return "schema";
    }
}

/* "Element '{urn:...}X': text\n" -> "text", namespaces left out. */
static void tidy_text(const char *message, char *out, size_t size) {
    const char *behind = strstr(message, "': ");
    const char *from = behind ? behind + 3 : message;
    size_t used = 0;
    while (*from && *from != '\n' && used < size - 1) {
        const char *closing = strncmp(from, "{urn:", 5) == 0 ? strchr(from, '}') : NULL;
        if (closing)
            from = closing + 1;
        else
            out[used++] = *from++;
    }
    out[used] = '\0';
}

static void note(void *context, xmlErrorPtr error) {
    struct schema_findings *findings = context;
    if (findings->count >= MAX_FINDINGS)
        return;
    struct schema_finding *finding = array_push(findings);
    const xmlNode *node = error->node;
    if (node && node->type == XML_ATTRIBUTE_NODE)
        node = node->parent;
    finding->line = node ? (int)xmlGetLineNo(node) : error->line;
    document_path(node, finding->path);
    finding->rule = rule_of(error->code);
    tidy_text(error->message ? error->message : "", finding->text, sizeof finding->text);
}

bool schema_check(struct schema_set *set, xmlNodePtr node, struct schema_findings *out) {
    const struct schema *schema = schema_for(set, node);
    if (!schema)
        return false;
    xmlSchemaSetValidStructuredErrors(schema->validator, note, out);
    size_t before = out->count;
    int verdict = xmlSchemaValidateOneElement(schema->validator, node);
    if (verdict != 0 && out->count == before) {
        struct schema_finding *finding = array_push(out);
        document_path(node, finding->path);
        finding->rule = "schema";
        text_set(finding->text, sizeof finding->text, "the validator could not judge");
    }
    return true;
}

/* A tree that was built and not parsed has no lines. */
static struct result refuse(const struct schema_finding *finding) {
    if (finding->line <= 0)
        return result_refuse(REASON_MESSAGE_SCHEMA, finding->path, "%s", finding->rule);
    return result_refuse(REASON_MESSAGE_SCHEMA, finding->path, "line %d: %s", finding->line, finding->rule);
}

MUST_USE struct result schema_validate(struct schema_set *set, xmlNodePtr node) {
    struct schema_findings findings = {0};
    struct result result = result_ok();
    if (!schema_check(set, node, &findings))
        result = result_refuse(REASON_MESSAGE_TYPE, "", "no schema for this namespace");
    else if (findings.count > 0)
        result = refuse(&findings.items[0]);
    array_wipe(&findings);
    return result;
}
