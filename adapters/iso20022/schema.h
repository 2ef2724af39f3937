#ifndef PONTIS_ADAPTERS_ISO20022_SCHEMA_H
#define PONTIS_ADAPTERS_ISO20022_SCHEMA_H

#include "adapters/iso20022/document.h"

/* Compiled XML schemas, one per target namespace. A set is used from one thread. */
struct schema_set;

/* Our usage guidelines, carried in the program (schemas/iso20022). Compiled at the first call, kept for the
 * life of the process. */
struct schema_set *schema_own(void);
/* The official ones below FOLDER/xsd, each compiled when it is first asked for. */
struct schema_set *schema_set_new(const char *folder);
void schema_set_free(struct schema_set *set);

/* What a schema has against a node. `text` is the validator's own and may quote the value: it is for the
 * owner of the message only, never for a log. */
struct schema_finding {
    int line;
    char path[DOCUMENT_PATH_SIZE];
    const char *rule; /* "structure", "pattern", "code", "length", "digits", "type", "attribute", "schema" */
    char text[200];
};

/* An array of findings (base/array.h), with array_wipe to give it back. */
struct schema_findings {
    struct schema_finding *items;
    size_t count;
    size_t capacity;
};

/* Judges the subtree at `node` as a document of its own by the schema of its namespace. False: the set has no
 * schema for that namespace. */
bool schema_check(struct schema_set *set, xmlNodePtr node, struct schema_findings *out);

/* schema_check as a verdict: MESSAGE_TYPE when there is no schema, MESSAGE_SCHEMA with the path of the first
 * finding in `where` and its rule and line in `detail`. */
MUST_USE struct result schema_validate(struct schema_set *set, xmlNodePtr node);

#endif
