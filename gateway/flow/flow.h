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
    /* The last sending did not get through: nothing new is built, what was sent before goes on trying. A
     * message of the peer's says that it is back. */
    bool unreachable;
    int64_t closed_since; /* monotonic milliseconds; or last tried */
    instant lost_at;      /* when it became unreachable */
    int64_t unopened;     /* a newer version that could not be opened; it is tried again once a second */
    bool retired;         /* replaced by a newer version; kept because a batch may still point to it */
};

/* A partition of the wallet's topic that this worker consumes or has consumed. */
struct flow_partition {
    int32_t partition;
    bool assigned;       /* the group says that it is ours */
    int64_t lease_epoch; /* so says the database; 0: not (yet) */
    int64_t position;    /* committed: the next offset to decide */
    int64_t low, high;   /* watermarks at assignment */
    /* Each time it is consumed anew what was taken in before is void: it comes again. 0: nothing is taken in.
     */
    int64_t consumption;
    int64_t next;          /* offset to take in */
    bool unproved;         /* the record before the position is to be compared with what was consumed */
    uint8_t last_hash[32]; /* of that record */
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
    int64_t consumptions; /* so far, of all partitions */
    int64_t shard_epoch;  /* lease on what nobody brings: timers, repetitions, the relay's leftovers */

    struct turns *turns; /* events to the wallet that wait for the one before them */

    struct flow_item *head; /* waiting for a batch, in order */
    struct flow_item *tail;
    size_t queued;
    bool paused;
    struct batch *batch; /* the one in flight; NULL: idle */
    bool stopping;
    size_t batches;  /* committed so far */
    size_t sweeping; /* items of the sweep that are not finished */

    instant id_time; /* of the newest id; ids of one worker sort as they were made */
    uint16_t id_count;
};

void flow_init(struct flow *flow, const struct ports *ports, const struct flow_settings *settings);
void flow_wipe(struct flow *flow);

/* Makes a version of a corridor the current one, unless a newer one is; opens its dialect. REFUSE when the
 * dialect or a version is unknown. */
MUST_USE struct result flow_set_corridor(struct flow *flow, const struct corridor *corridor);
/* Checks without installing; what flow_set_corridor would refuse but for keys that do not open. */
MUST_USE struct result flow_check_corridor(const struct corridor *corridor);
/* All that flow_set_corridor would refuse: its dialect is opened and closed again. */
MUST_USE struct result flow_try_corridor(struct flow *flow, const struct corridor *corridor);
/* Opens the dialects of all current corridors anew with other keys, whose strings outlive the flow, and uses
 * them for whatever is built or read from then on; a batch in flight ends with the old ones. FATAL, and
 * nothing has changed, when one of them does not open. */
MUST_USE struct result flow_set_keys(struct flow *flow, const struct adapter_keys *keys);
/* The current link of a corridor, or NULL. */
struct flow_link *flow_link_find(struct flow *flow, const char *corridor);
/* The link whose peer's TLS key has this pin, or NULL. */
struct flow_link *flow_link_by_pin(struct flow *flow, const char *public_key);

/* May a stored message be tried again? While the last sending did not get through: one now and then, and
 * asking takes its turn. */
bool flow_link_may_try(struct flow *flow, struct flow_link *link);
void flow_link_close(struct flow *flow, struct flow_link *link);

/* NULL: never assigned. */
struct flow_partition *flow_partition_find(struct flow *flow, int32_t partition);

/* A fresh time-ordered id; later ones sort behind it. */
struct uuid flow_new_id(struct flow *flow);
instant flow_now(struct flow *flow);

#endif
