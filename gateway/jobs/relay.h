#ifndef PONTIS_JOBS_RELAY_H
#define PONTIS_JOBS_RELAY_H

#include "flow/flow.h"

/* Publishes rows of the query wallet_events_unpublished (id, topic, key, body) under their own ids and marks
 * them once Kafka has them: at least once, in order per instruction. */
void relay_publish(struct flow *flow, const struct store_table *table);

#endif
