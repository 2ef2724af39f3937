#ifndef PONTIS_FLOW_ORDER_ANSWER_H
#define PONTIS_FLOW_ORDER_ANSWER_H

#include <jansson.h>

#include "flow/order_effect.h"

/* What is told to whoever gave an order. */

/* What came of it, or how it stood already. */
json_t *order_answer_done(const struct order_case *order);
/* What exactly would change: an array of {path, from, to}. */
json_t *order_answer_changes(const struct order_case *order);
/* That another operator has to approve it until when, and what it would change, which is given to it. */
json_t *order_answer_proposed(const struct order_case *order, const struct uuid *approval, json_t *changes);
/* Why not. */
MUST_USE struct result order_answer_refused(const struct order_case *order,
                                            const struct command_decision *decision);

#endif
