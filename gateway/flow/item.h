#ifndef PONTIS_FLOW_ITEM_H
#define PONTIS_FLOW_ITEM_H

#include "flow/ports.h"
#include "host/trace.h"

/* Something a door, a job or the wire hands to the step: it waits in the queue, becomes part of a batch and
 * is finished exactly once, after the commit that holds it. */
enum item_kind {
    ITEM_EVENT,         /* decide it */
    ITEM_REFUSED_INPUT, /* it could not be read: keep it, tell why, go on */
    ITEM_RESEND,        /* a stored message goes out again: commit the attempt, then send */
    ITEM_ATTEMPT_END,   /* what became of a sending */
    ITEM_PUBLISHED,     /* wallet events that Kafka acknowledged */
    ITEM_COMMAND,       /* an operator's order that concerns no payment */
};

enum door { DOOR_WALLET, DOOR_PEER, DOOR_COMMAND, DOOR_TIMER };
extern const char *const door_names[]; /* "wallet", "peer", "command", "timer" */

struct flow;
struct batch;
struct flow_link;
struct flow_item;

/* Called once the item's batch is committed (or given up): `reason` is REASON_NONE when it had its effect. */
typedef void (*item_done)(struct flow *flow, struct flow_item *item, int reason, const char *detail);

/* What an item was decided with and what was built for it. Kept while contention makes it be decided anew, so
 * that nothing is built a second time, which would be under locks. */
struct flow_draft {
    instant now;
    struct uuid new_instruction;
    struct uuid message; /* id of a message that it makes; its MsgId is the same in text */
    int peer_message;    /* enum peer_message; NONE: nothing is built yet */
    int status;
    struct instruction said; /* what it was built of */
    struct bytes body;       /* owned */
    uint8_t content_hash[32];
};

/* The span of an item's decision in its payment's trace; only while spans are collected. */
struct item_trace {
    struct trace_context own;
    uint8_t parent[8]; /* zeros: the trace begins here */
    bool located;
    int64_t begun;     /* trace_clock */
    int64_t committed; /* 0: not yet */
};

struct flow_item {
    struct flow_item *next;
    enum item_kind kind;
    enum door door;
    instant received;
    int64_t arrived; /* metrics_clock */
    struct item_trace trace;
    struct flow_link *link; /* its corridor; NULL: unknown */
    item_done done;         /* NULL: nobody waits */
    void *context;

    /* what came in: kept as an input row when `payload.data` is not NULL; owned */
    struct bytes payload;
    char topic[129];
    int32_t partition;
    int64_t offset;
    int64_t consumption; /* of its partition, when it came in (struct flow_partition) */
    struct event event;
    struct result refusal; /* ITEM_REFUSED_INPUT */
    char message_type[16]; /* peer messages: "pacs.008.001.13" */

    struct wire_exchange *exchange; /* peers: to be answered */

    /* ITEM_RESEND; `payload` holds the bytes, which are no input then */
    struct uuid message;
    struct uuid instruction;
    int64_t attempt_number;
    int peer_message; /* enum peer_message, for the route */
    char traceparent[56];

    struct store_attempt_end end; /* ITEM_ATTEMPT_END */

    struct uuid *published; /* ITEM_PUBLISHED; owned */
    size_t published_count;

    /* ITEM_COMMAND: judges it and puts its rows into the batch; called again when the batch is decided anew
     */
    void (*command)(struct batch *batch, struct flow_item *item);
    const struct store_order *order; /* what it is judged by */
    size_t order_place;              /* among those of the batch */
    char corridor[CORRIDOR_SIZE];    /* the one it is about */
    bool stands_alone;               /* in a batch of its own: others are judged by what it changes */
    bool is_unkeepable; /* the database refuses its rows: it is refused, for the reason in `refusal` */

    /* set by the batch */
    int verdict; /* enum verdict */
    int reason;  /* enum reason */
    struct flow_draft *draft;
    bool collided; /* its id is known with other content */
};

struct flow_item *flow_item_new(enum item_kind kind, enum door door);
void flow_item_free(struct flow_item *item);
/* Is it a record of the wallet's topic, whose position moves with it? */
bool flow_item_is_record(const struct flow_item *item);
/* The next decision starts afresh. */
void flow_item_forget(struct flow_item *item);
/* Takes a W3C traceparent that came beside the event, unless the event has one of its own. What is none goes
 * no further: it would be sent on in a header. */
void flow_item_trace(struct flow_item *item, const char *traceparent);

#endif
