#ifndef PONTIS_FLOW_FLOW_H
#define PONTIS_FLOW_FLOW_H

#include "adapters/adapter.h"
#include "base/array.h"
#include "flow/item.h"
#include "flow/ports.h"

/* The lease on what nobody brings. */
#define FLOW_SHARD "shard:0"

/* What a worker needs to know to run payments. All strings outlive the flow. */
struct flow_settings {
    const char *source; /* CloudEvents source of our events: "/pontis/home" */
    const char *topic_in;
    const char *topic_out;
    const char *incarnation; /* of topic_in, see bus_position */
    struct adapter_keys keys;
};

/* One corridor as this worker runs it: the current rules and the dialect opened with them. */
struct flow_link {
    struct corridor corridor;
    const struct adapter *adapter;
    struct adapter_link *dialect;
    /* The last sending did not get through: nothing new is built, what was sent before goes on trying. */
    bool unreachable;
    bool retired; /* replaced by a newer version; kept because a batch may still point to it */
};

/* A partition of the wallet's topic that this worker consumes. */
struct flow_partition {
    int32_t partition;
    int64_t lease_epoch; /* 0: not ours (yet) */
    int64_t position;    /* committed: the next offset to decide */
    int64_t low, high;   /* watermarks at assignment */
};

/* Replaces what the flow does when something goes wrong beyond repair; the worker ends. */
typedef void (*flow_fatal)(void *context, const char *why);

struct flow {
    struct ports ports;
    struct flow_settings settings;
    flow_fatal fatal;
    void *fatal_context;

    ARRAY(struct flow_link *) links;
    ARRAY(struct flow_partition) partitions;
    int64_t shard_epoch; /* lease on what nobody brings: timers, repetitions, the relay's leftovers */

    struct flow_item *head; /* waiting for a batch, in order */
    struct flow_item *tail;
    size_t queued;
    bool paused;
    struct batch *batch; /* the one in flight; NULL: idle */
    bool stopping;
    size_t batches; /* committed so far */
};

void flow_init(struct flow *flow, const struct ports *ports, const struct flow_settings *settings);
void flow_wipe(struct flow *flow);

/* Makes a version of a corridor the current one; opens its dialect. REFUSE when the dialect or a version is
 * unknown. */
MUST_USE struct result flow_set_corridor(struct flow *flow, const struct corridor *corridor);
/* Checks without installing; what flow_set_corridor would refuse. */
MUST_USE struct result flow_check_corridor(const struct corridor *corridor);
/* The current link of a corridor, or NULL. */
struct flow_link *flow_link_find(struct flow *flow, const char *corridor);
/* The link whose peer's TLS key has this pin, or NULL. */
struct flow_link *flow_link_by_pin(struct flow *flow, const char *public_key);

/* A fresh time-ordered id. */
struct uuid flow_new_id(struct flow *flow);
instant flow_now(struct flow *flow);

#endif
