#ifndef PONTIS_WALLET_ORDERS_H
#define PONTIS_WALLET_ORDERS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/instant.h"
#include "base/uuid.h"

/* What the wallet's users know of the payments they ordered: how far each is and how it ended. */
struct orders;

struct orders *orders_new(void);
void orders_free(struct orders *orders);
/* `event` is the order as it was published; copied. */
void orders_add(struct orders *orders, const struct uuid *uetr, const char *event, instant at);
/* Takes note of an event of the gateway's about a payment; one about no payment of ours is passed over.
 * A refusal is only to be noted when it refuses the order itself, which then ends as rejected. */
void orders_note(struct orders *orders, const struct uuid *uetr, const json_t *event, instant at);
/* {"outcome", "code", "rule", "text", "field", "steps", "event"}, or NULL. */
json_t *orders_status(const struct orders *orders, const struct uuid *uetr);
/* {"next", "ended"}: payments that ended, in the order they did, from the after-th on. */
json_t *orders_ended(const struct orders *orders, size_t after, size_t limit);
size_t orders_unfinished(const struct orders *orders);

#endif
