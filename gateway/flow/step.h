#ifndef PONTIS_FLOW_STEP_H
#define PONTIS_FLOW_STEP_H

#include "flow/flow.h"

enum {
    STEP_MOST_ITEMS = 256,  /* in one batch */
    STEP_QUEUE_HIGH = 2000, /* the bus is paused above this */
    STEP_QUEUE_LOW = 500,   /* and resumed below this */
};

/* Queues an item (now the flow's) and starts a batch when none is in flight: load, decide, commit, send. A
 * batch is what arrived while the last commit ran; nothing waits for a timer. */
void step_submit(struct flow *flow, struct flow_item *item);
/* Forgets what waits of a partition that is given back or consumed anew. */
void step_forget_partition(struct flow *flow, int32_t partition);
/* Starts no more batches. True when none is in flight. */
bool step_stop(struct flow *flow);

#endif
