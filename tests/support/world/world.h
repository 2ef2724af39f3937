#ifndef PONTIS_TESTS_SUPPORT_WORLD_H
#define PONTIS_TESTS_SUPPORT_WORLD_H

#include "base/array.h"
#include "flow/batch.h"
#include "flow/door_command.h"
#include "flow/flow.h"
#include "jobs/sweep.h"
#include "tests/support/world/memory_store.h"

/* A whole corridor in memory: two nodes (home SGD, away THB) with flow, store, bus and wallet each, joined by
 * a wire. Nothing completes by itself: every completion is a task, and world_run picks the next. A seed
 * decides everything. */

enum { HOME, AWAY, NODE_COUNT };

struct world;
struct node;

/* A completion or a timer that has not happened yet. */
struct task {
    instant due;
    uint64_t order;
    struct node *node; /* whose process would be called back */
    int life;          /* of that process; a task of an earlier life never happens */
    void (*run)(struct world *world, void *argument);
    void *argument;
};

/* How far a wallet has heard of a payment: it never hears of an earlier step after a later one. */
struct wallet_step {
    struct uuid uetr;
    int step;
};

/* What a domestic wallet system remembers. It answers by the contract of money.md section 5. */
struct wallet {
    ARRAY(struct uuid) seen; /* event ids */
    ARRAY(struct wallet_step) heard;
    ARRAY(struct uuid) locked; /* UETRs of locks still held */
    int64_t captured;          /* source minor units */
    int64_t credited;          /* home currency minor units */
    size_t settled, rejected, blocked, cancelled, refused, in_doubt, alerts;
    bool rejects_credits;
    bool blocks_credits;
    bool silent; /* does not answer credit requests */
};

struct node {
    struct world *world;
    int index;
    int life;
    bool may_die; /* a test wants it to */
    char died_of[160];
    struct flow flow;
    struct sweep sweep;
    struct memory_store store;
    ARRAY(struct bytes) topic; /* wallet -> gateway, one partition */
    int64_t delivered;         /* next offset to hand over */
    size_t publications;       /* asked of the bus */
    struct bus_handler handler;
    bool consuming, paused;
    wire_handler on_peer;
    void *peer_context;
    struct wallet wallet;
};

struct world {
    instant now;
    uint64_t random;
    uint64_t order;
    ARRAY(struct task) tasks;
    struct node nodes[NODE_COUNT];
    size_t steps;
    /* faults */
    size_t crash_at_step; /* 0: never */
    int crash_node;
    unsigned lose_answer;   /* of 100 posts: the peer gets it, the sender does not learn so */
    unsigned lose_request;  /* of 100 posts: nobody gets it, outcome unknown */
    unsigned duplicate;     /* of 100 posts: the peer gets it twice */
    bool wire_down;         /* nothing is sent at all */
    bool bus_down;          /* nothing is published, and that is told */
    bool bus_hangs;         /* nothing is published, nothing is told */
    unsigned commit_unsure; /* of 100 commits: the connection dies before COMMIT */
    int64_t load_delay;     /* milliseconds a load takes */
    int64_t commit_delay;   /* and a commit */
    /* Another worker, just before a commit: it changes what is stored (but no row while `store.locked`), or
     * says what else the database answers. COMMITTED: go on. */
    enum store_outcome (*rival)(struct world *world, struct node *node, const struct store_commit *commit);
};

void world_init(struct world *world, uint64_t seed);
void world_wipe(struct world *world);
uint64_t world_random(struct world *world);
bool world_chance(struct world *world, unsigned of_100);
void world_task(struct world *world, struct node *node, int64_t delay, void (*run)(struct world *, void *),
                void *argument);

/* One task. False when there is none left that is due within `horizon` milliseconds. */
bool world_step(struct world *world, instant until);
/* Runs for so many milliseconds of its own time. */
void world_run(struct world *world, int64_t milliseconds);
/* kill -9 and a new process on the same store and topics. */
void world_crash(struct world *world, int node);
/* The group takes the partition and gives it back at once. */
void world_rebalance(struct world *world, int node);

/* The wallet locks `amount` (minor units) of a payer and asks for a payment; the UETR is returned. */
struct uuid world_pay(struct world *world, int from, int64_t amount);
/* Another payment that names the lock of the first. */
struct uuid world_other_with_lock(struct world *world, int from, const struct uuid *first, int64_t amount);
struct uuid world_pay_through(struct world *world, int from, const char *corridor, int64_t amount);
/* A payment whose event carries a traceparent, as JSON text. */
struct uuid world_pay_traced(struct world *world, int from, int64_t amount, const char *traceparent);
/* What came of an order; the answer is cut. */
struct world_told {
    size_t count;
    int verdict;
    bool waits;
    struct result why;
    char answer[2048];
};
/* An order of "ann", "bob" or "cat", active operators of both nodes, to be filled and handed to the command
 * door with an idempotency key ("": none) by world_order. What the request says goes into its content. */
struct command *world_command(struct world *world, int node, int order, const char *operator,
                              struct world_told * told);
void world_order(struct command *command, const char *request, const char *key);
/* Puts raw bytes on the wallet's topic. */
void world_produce(struct world *world, int node, const char *text);
/* The CloudEvent of a payment by `from`, as the wallet would write it. */
void world_event(struct world *world, int from, const struct uuid *uetr, int64_t amount, struct buffer *out);

/* A message of the peer handed to a node as it stands; the answer is there when it came. */
struct world_answer {
    size_t count;
    int status;
    char body[512];
};
void world_post(struct world *world, int to, struct bytes body, struct world_answer *answer);

/* Asserts what must hold in every world at every time: sums are zero, nothing is pending without a payment in
 * flight, finals never changed. And at rest: the four books agree and every payment has ended. */
void world_check(struct world *world);
void world_check_at_rest(struct world *world);

const struct instruction *world_instruction(struct world *world, int node, const struct uuid *uetr);

#endif
