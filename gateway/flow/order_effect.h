#ifndef PONTIS_FLOW_ORDER_EFFECT_H
#define PONTIS_FLOW_ORDER_EFFECT_H

#include "flow/batch.h"
#include "flow/door_command.h"

/* An order as it is judged. */
struct order_case {
    struct command *command;
    const struct command_seen *seen;
    const struct corridor *rules; /* of its corridor, as they stand; version 0: there are none */
    int effect;                   /* enum order_name: the one that takes effect */
    const char *enrolled;         /* those of command->participants that are, one a line */
};

/* Do the corridor's newest rules, in canonical bytes, say what corridor.apply orders? */
bool order_effect_is_unchanged(const struct command *command, struct bytes document);
/* The rules that a corridor has once corridor.apply, .suspend or .resume is in effect. */
void order_effect_rules(const struct order_case *order, struct corridor *out);
/* The rows of an order that takes effect; with those of the approval it closes. */
void order_effect_apply(struct batch *batch, const struct order_case *order);
/* The row of an order that waits for another operator, with its bytes and what it would change (JSON), which
 * both live as long as the batch; returns the approval's id. */
struct uuid order_effect_propose(struct batch *batch, const struct order_case *order, struct bytes request,
                                 struct bytes changes);
/* What even a refused order leaves: an approval that it found expired is closed as such. */
void order_effect_refuse(struct batch *batch, const struct order_case *order);

#endif
