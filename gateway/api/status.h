#ifndef PONTIS_API_STATUS_H
#define PONTIS_API_STATUS_H

#include "api/api.h"

/* GET /v1/status: how the gateway is, on one screen, from a few cheap queries. Peers and the queue are as the
 * worker that answers sees them. */
void status_show(struct api *api, struct wire_exchange *exchange, const char *segment);

#endif
