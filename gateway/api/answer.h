#ifndef PONTIS_API_ANSWER_H
#define PONTIS_API_ANSWER_H

#include <jansson.h>

#include "flow/flow.h"

/* Answers with JSON and gives `json` back. */
void answer_json(struct flow *flow, struct wire_exchange *exchange, int status, json_t *json);
/* Answers with problem+json (RFC 9457) of a refusal; another result becomes 503. */
void answer_problem(struct flow *flow, struct wire_exchange *exchange, const struct result *why);
/* Rows as objects: column i of every row under names[i]; a null cell is left out. */
json_t *answer_rows(const struct store_table *table, const char *const *names);

/* REQUEST_MALFORMED that points at a member of the request: "NAME what". */
MUST_USE struct result answer_malformed(const char *name, const char *what);
/* The same for a member nobody knows; `nearest` is the known one that looks like it, NULL: there is none. */
MUST_USE struct result answer_unknown(const char *name, const char *nearest);

#endif
