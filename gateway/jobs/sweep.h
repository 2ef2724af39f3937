#ifndef PONTIS_JOBS_SWEEP_H
#define PONTIS_JOBS_SWEEP_H

#include "flow/flow.h"

/* What nobody brings. Once a second the leases are prolonged and the holder of the shard's looks for timers
 * that are due, payments that wait for the way to the peer, answers the peer has not acknowledged, and wallet
 * events that Kafka has not. It is the net under the fast ways, which do not wait for it. */
struct sweep {
    struct flow *flow;
    bool asks_corridors, claims, relays; /* under way */
    bool relays_more;                    /* the relay's round was full */
    size_t reading;                      /* reads of the holder under way */
    char now[INSTANT_TEXT_SIZE], stale[INSTANT_TEXT_SIZE],
        until[INSTANT_TEXT_SIZE]; /* parameters of the reads, as text */
    const char *of_due[2], *of_undelivered[2], *of_unpublished[2], *of_waiting[1];
    void (*opened)(void *context); /* NULL once it was called */
    void *context;
};

/* `opened` is called once, when the corridors' current rules are there: the doors may open then. */
void sweep_start(struct sweep *sweep, struct flow *flow, void (*opened)(void *context), void *context);

#endif
