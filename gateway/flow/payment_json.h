#ifndef PONTIS_FLOW_PAYMENT_JSON_H
#define PONTIS_FLOW_PAYMENT_JSON_H

#include <jansson.h>

#include "base/result.h"
#include "core/payment.h"

/* The one JSON form of a payment (schemas/wallet/payment.json): events, the API and the CLI speak it. Members
 * are those of struct payment; amounts are decimal strings in major units, never numbers. */
json_t *json_from_payment(const struct payment *payment);
/* Reads it into a zeroed payment. REFUSE: EVENT_SCHEMA for what the schema refuses; UNKNOWN_CURRENCY,
 * AMOUNT_FORMAT, AMOUNT_TOO_LARGE or UETR_FORMAT for what it allows but no payment can have. `where` is a
 * JSON pointer below "/payment". */
MUST_USE struct result json_into_payment(const json_t *json, struct payment *out);

#endif
