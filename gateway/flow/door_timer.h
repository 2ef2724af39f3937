#ifndef PONTIS_FLOW_DOOR_TIMER_H
#define PONTIS_FLOW_DOOR_TIMER_H

#include "flow/flow.h"

/* A timer of an instruction is due: decide what time means for it. It never ends a payment that was sent. */
void door_timer_due(struct flow *flow, const struct instruction_key *key);
/* An instruction that waits in RESERVED leaves, when the way to the peer is free again. */
void door_timer_dispatch(struct flow *flow, const struct instruction_key *key);

#endif
