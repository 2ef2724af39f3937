#ifndef PONTIS_JOBS_SWEEP_H
#define PONTIS_JOBS_SWEEP_H

#include "flow/flow.h"

/* What nobody brings. Once a second the holder of the shard's lease looks for timers that are due, payments
 * that wait for the way to the peer, answers the peer has not acknowledged, and wallet events that Kafka has
 * not. It is the net under the fast ways, which do not wait for it. */
struct sweep {
    struct flow *flow;
    size_t reading;                /* reads under way */
    void (*opened)(void *context); /* NULL once it was called */
    void *context;
};

/* `opened` is called once, when the corridors' current rules are there: the doors may open then. */
void sweep_start(struct sweep *sweep, struct flow *flow, void (*opened)(void *context), void *context);

#endif
