#ifndef PONTIS_JOBS_RELAY_H
#define PONTIS_JOBS_RELAY_H

#include "flow/flow.h"

/* Publishes rows of the query wallet_events_unpublished (id, topic, key, body) under their own ids, in their
 * order, and marks them once Kafka has them; see publication_new for `done`. */
void relay_publish(struct flow *flow, const struct store_table *table, void (*done)(void *context, bool told),
                   void *context);

#endif
