#ifndef PONTIS_JOBS_MEASURE_H
#define PONTIS_JOBS_MEASURE_H

#include "flow/flow.h"

/* What only the database knows: open payments, backlogs, balances. Every five seconds the holder of the
 * shard's lease reads it and sets the gauges, so that a scrape asks nothing of the database. */
struct measure {
    struct flow *flow;
    size_t reading; /* reads under way */
    bool failed;    /* one of this round */
};

void measure_start(struct measure *measure, struct flow *flow);

#endif
