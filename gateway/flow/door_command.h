#ifndef PONTIS_FLOW_DOOR_COMMAND_H
#define PONTIS_FLOW_DOOR_COMMAND_H

#include "flow/flow.h"

/* An operator's order that changes rules or money without being a payment. It takes the way of every event:
 * queued, decided on the overlay, committed together with the request as it came. */
struct command {
    struct flow *flow;
    char operator[65];         /* SHA-256 of the operator's certificate */
    char name[REFERENCE_SIZE]; /* "fx.post" */
    struct bytes request;      /* as it came; copied */
    /* Told once: `why` is OK when it took effect. `self` is freed after the call. */
    void (*done)(void *context, const struct command *self, const struct result *why);
    void *context;

    /* one of these, by the function that takes it */
    struct corridor corridor; /* corridor apply; `version` is set when it took effect */
    struct bytes document;    /* its canonical bytes; owned by the command */
    struct store_rate rate;   /* fx post */
    struct quote quote;       /* fx quote */
    struct posting posting;   /* liquidity fund */
    char corridor_name[CORRIDOR_SIZE];
};

/* Each takes the command over (made by malloc) and answers through `done`. */
void door_command_corridor(struct command *command);
void door_command_rate(struct command *command);
void door_command_quote(struct command *command);
void door_command_fund(struct command *command);

#endif
