#ifndef PONTIS_FLOW_PUBLISH_H
#define PONTIS_FLOW_PUBLISH_H

#include "flow/flow.h"

/* Records on their way to Kafka. Everything added is copied. */
struct publication;

/* `done` (may be NULL) is called once: `told` when all of it is marked, else Kafka did not take all of it. */
struct publication *publication_new(struct flow *flow, void (*done)(void *context, bool told), void *context);
/* `row`: the wallet_event row to be marked as published once Kafka has it; NULL: there is none. */
void publication_add(struct publication *publication, const struct uuid *row, const char *topic,
                     struct bytes key, struct bytes body);
/* Publishes all of it in the order added, and frees the publication when that is over. What Kafka did not
 * take stays unmarked in the database, where the relay finds it. */
void publication_send(struct publication *publication);

#endif
