#ifndef PONTIS_API_PAYMENTS_H
#define PONTIS_API_PAYMENTS_H

#include "api/api.h"

/* GET /v1/payments/{uetr}: every instruction under that UETR with its timeline, messages and postings. */
void payments_show(struct api *api, struct wire_exchange *exchange, const char *uetr);
/* GET /v1/payments?limit=&corridor=&state=, the newest first; with after= what has changed since, and where
 * to go on. */
void payments_list(struct api *api, struct wire_exchange *exchange, const char *segment);
/* GET /v1/messages/{id}: the bytes as they crossed the wire. */
void payments_message(struct api *api, struct wire_exchange *exchange, const char *id);

#endif
