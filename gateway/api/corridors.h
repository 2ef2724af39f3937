#ifndef PONTIS_API_CORRIDORS_H
#define PONTIS_API_CORRIDORS_H

#include "api/api.h"

/* GET /v1/corridors/{name}: the corridor's current version with its rules. */
void corridors_show(struct api *api, struct wire_exchange *exchange, const char *name);

#endif
