#ifndef PONTIS_FLOW_TURN_H
#define PONTIS_FLOW_TURN_H

#include "flow/publish.h"

/* Events of one instruction go out in the order of its versions, whichever worker tells them. An event waits
 * until the one before it was told: by this worker's own producer, which keeps the order, or by another's, as
 * the database says. What waits for too long is left to the relay. */
struct turns;

struct turns *turns_new(void);
void turns_free(struct turns *turns);

/* The event that has to be told before. For one that is told again it is the event itself. */
struct turn {
    struct uuid before; /* nil: none */
    int64_t version;    /* of the instruction, when that was told */
};

/* Adds the event to the publication, or keeps a copy until its turn comes. `repeated`: it has no new row. */
void turn_take(struct flow *flow, const struct store_wallet_event *event, const struct turn *turn,
               bool repeated, struct publication *publication);
/* Asks for the turns of those that wait. */
void turn_ask(struct flow *flow);
/* A publication failed: nothing that was handed to the producer counts as told. */
void turn_forget(struct flow *flow);

#endif
