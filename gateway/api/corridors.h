#ifndef PONTIS_API_CORRIDORS_H
#define PONTIS_API_CORRIDORS_H

#include <jansson.h>

#include "api/api.h"
#include "core/corridor.h"

/* GET /v1/corridors/{name}: the corridor's current version with its rules. */
void corridors_show(struct api *api, struct wire_exchange *exchange, const char *name);

/* The rules in the shape of a corridor file: the same keys, amounts as decimal strings, durations with their
 * unit. JSON is YAML, so that it can be applied again. */
json_t *corridors_document(const struct corridor *corridor);

#endif
