#ifndef PONTIS_CLI_ORDER_H
#define PONTIS_CLI_ORDER_H

#include "cli/client.h"

/* An order's member, and where a verb's arguments hold it. */
struct order_member {
    const char *option; /* "" : the verb's argument */
    const char *name;
};

/* Gives an order and prints what came of it; what another operator has to approve is shown change by change.
 * Every call is told apart by an idempotency key, which --idempotency-key names for one that is repeated.
 * Returns an exit_code. */
int order_give(int argc, char **argv, const char *order, const char *content_type, struct bytes body);
/* An order whose members are options and the argument; what is not given is no member. The array ends with a
 * row without a name. */
int order_give_members(int argc, char **argv, const char *order, const struct order_member *members);
/* An order whose members are already there; they are given to it. */
int order_give_json(int argc, char **argv, const char *order, json_t *body);

/* What would change, {path, from, to}, as lines below each other. */
void order_print_changes(const json_t *changes);

#endif
