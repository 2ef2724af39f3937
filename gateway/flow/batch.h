#ifndef PONTIS_FLOW_BATCH_H
#define PONTIS_FLOW_BATCH_H

#include "base/arena.h"
#include "flow/flow.h"
#include "flow/turn.h"

/* An instruction as the batch sees it: as loaded, then as the decisions before have left it. */
struct batch_instruction {
    struct instruction now;
    int64_t version_at_load; /* 0: it did not exist */
    bool changed;
};

typedef char batch_corridor_name[CORRIDOR_SIZE];

/* Bytes that leave once the commit stands. */
struct batch_send {
    struct uuid message;
    struct uuid attempt;
    struct uuid instruction;
    struct instruction_key key;
    struct flow_link *link;
    int peer_message; /* enum peer_message */
    struct bytes body;
    char traceparent[56];
};

/* An instruction whose last message is to go out again; its bytes are read after the commit. */
struct batch_again {
    struct uuid instruction;
    struct flow_link *link;
};

/* A payment that entered a state, for those who watch. */
struct batch_progress {
    struct instruction_key key;
    int state;
    int reason; /* enum reason */
    char reason_code[CODE_SIZE];
    instant received_at;
};

/* Many items decided one after the other on an overlay of the loaded rows, then committed as one transaction:
 * each instruction and account at most once, every transition kept (design: "Fold"). */
struct batch {
    struct flow *flow;
    struct arena arena;
    ARRAY(struct flow_item *) items;
    int64_t since;         /* metrics_clock at its last question to the store */
    int tries;             /* that contention took */
    bool incomplete;       /* a decision asked for what was not loaded: to be loaded and decided anew */
    bool is_refreshed;     /* newer rules than this worker's were asked for */
    struct result failure; /* FATAL: it cannot be decided here */

    /* what is wanted of the store */
    ARRAY(struct instruction_key) keys;
    ARRAY(struct uuid) identity_keys;
    ARRAY(struct uuid) quote_ids;
    ARRAY(batch_corridor_name) corridor_names;
    ARRAY(struct store_order) orders;
    struct store_load load;

    /* the overlay */
    ARRAY(struct batch_instruction) instructions;
    ARRAY(struct store_identity) known; /* identities: loaded and new */
    ARRAY(struct quote) quotes;
    ARRAY(struct store_corridor_view) views;
    ARRAY(struct store_order_view) order_views;

    /* the commit */
    ARRAY(struct store_lease) leases;
    ARRAY(struct store_position) positions;
    ARRAY(struct store_input) inputs;
    ARRAY(struct store_identity) identities;
    ARRAY(struct store_instruction) rows;
    ARRAY(struct store_quote_use) quote_uses;
    ARRAY(struct store_transition) transitions;
    ARRAY(struct store_message) messages;
    ARRAY(struct store_attempt) attempts;
    ARRAY(struct store_attempt_end) attempt_ends;
    ARRAY(struct store_wallet_event) wallet_events;
    ARRAY(struct uuid) published;
    ARRAY(struct store_case) cases;
    ARRAY(struct store_rate) rates;
    ARRAY(struct quote) new_quotes;
    ARRAY(struct store_corridor) corridors;
    ARRAY(struct store_operator) operators;
    ARRAY(struct store_suspension) suspensions;
    ARRAY(struct store_approval) approvals;
    ARRAY(struct store_approval_end) approval_ends;
    ARRAY(struct store_command) commands;
    ARRAY(struct store_transfer) transfers;
    ARRAY(struct store_delta) deltas;
    struct store_commit commit;

    /* after the commit */
    ARRAY(struct batch_progress) progress;
    ARRAY(struct batch_send) sends;
    ARRAY(struct turn) turns;                 /* of `wallet_events` */
    ARRAY(struct store_wallet_event) repeats; /* published again without a new row */
    ARRAY(struct batch_again) again;
};

struct batch *batch_new(struct flow *flow);
void batch_free(struct batch *batch); /* not its items */
/* Takes the decisions back, keeps the items: before the batch is loaded and decided anew. */
void batch_reset(struct batch *batch);
/* Fills `load` with what the items need. */
void batch_collect(struct batch *batch);
/* Puts the loaded rows under the decisions to come. */
void batch_overlay(struct batch *batch, const struct store_loaded *loaded);
/* Are there rules, of a corridor that it is about, that this worker does not know? */
bool batch_is_outdated(const struct batch *batch);
/* Decides every item in order and fills `commit`. */
void batch_decide(struct batch *batch);

/* -- for the parts of the batch -- */

/* One posting, DIRECT or of an instruction: a ledger row, and its effect on balances and views. */
void batch_post(struct batch *batch, const struct uuid *instruction, const char *corridor,
                const struct posting *posting);
struct store_corridor_view *batch_view(struct batch *batch, const char *corridor);
/* What was loaded for an order. */
struct store_order_view *batch_order_view(struct batch *batch, const struct flow_item *item);
/* What the postings so far have added to what an account has available, minor units. */
int64_t batch_gained(const struct batch *batch, const char *corridor,
                     const struct account_reference *account);
/* Commits a sending of stored bytes, to leave after the commit. */
void batch_send(struct batch *batch, struct flow_link *link, const struct batch_send *send, int64_t number);

#endif
