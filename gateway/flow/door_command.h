#ifndef PONTIS_FLOW_DOOR_COMMAND_H
#define PONTIS_FLOW_DOOR_COMMAND_H

#include "flow/flow.h"

/* An order: what was asked, what it would put into the books, and what came of it. */
struct command {
    struct flow *flow;
    struct command_asked asked;
    char operator[OPERATOR_SIZE]; /* whose certificate it is, as the listener found it */
    struct bytes request;         /* as it came; copied by the door */
    struct result refusal;        /* REFUSE: what is wrong with the request by itself */
    /* Told once what came of it. `self` is freed after the call. */
    void (*done)(void *context, const struct command *self);
    void *context;

    /* what takes effect; of the approved order where it approves one */
    struct corridor corridor;         /* corridor.apply; of corridor.* the new version once it is in force */
    struct store_rate rate;           /* fx.post */
    struct quote quote;               /* fx.quote */
    struct account_reference account; /* liquidity.*: the one that money comes to or leaves */
    int64_t amount;                   /* liquidity.* */
    struct store_operator operator_;  /* operator.add */
    char reason[REASON_TEXT_SIZE];    /* approval.*: why it is decided so */

    /* set by the door */
    struct store_order order;
    char participants[2 * BIC_SIZE + CORRIDOR_MAX_PROVIDERS * REFERENCE_SIZE + 16];

    /* what came of it */
    int verdict;         /* enum command_verdict */
    bool waits;          /* for another operator */
    struct result why;   /* REFUSED: a row of reasons.def; OK otherwise */
    struct bytes answer; /* JSON, unless REFUSED; owned by the command */
};

/* The identity of an operator's idempotency key goes into asked.key, the hash of an order's name and request
 * into asked.content_hash; both by this. `key` "": there is none. */
void command_identify(struct command *command, const char *key);
/* Takes the command over (made by malloc): it goes the way of every event, is judged together with what
 * stands, and committed with its effect and its answer, also when it is refused. */
void door_command(struct command *command);

#endif
