#ifndef PONTIS_FLOW_CORRIDOR_JSON_H
#define PONTIS_FLOW_CORRIDOR_JSON_H

#include <jansson.h>

#include "core/corridor.h"

/* The rules in the shape of a corridor file: the same keys, amounts as decimal strings, durations with their
 * unit. JSON is YAML, so that it can be applied again. */
json_t *json_from_corridor(const struct corridor *corridor);

/* What differs between two sets of rules, key by key: an array of {path, from, to}, where `from` is missing
 * when there was none before and `to` when there is none any more. `before` NULL: there were no rules. */
json_t *json_from_changes(const struct corridor *before, const struct corridor *after);
/* Adds one more; `from` and `to`, which may be NULL, are given to it. */
void json_add_change(json_t *changes, const char *path, json_t *from, json_t *to);

#endif
