#ifndef PONTIS_FLOW_DRAFT_H
#define PONTIS_FLOW_DRAFT_H

#include "flow/batch.h"

/* What an item is decided with. Made once: when contention makes it be decided anew, the same decision needs
 * no second building. */
struct flow_draft *draft_of(struct batch *batch, struct flow_item *item);
/* The message of a decision as a row: built, validated and signed, or built before when that says the same.
 * Its bytes belong to the item. REFUSE: the dialect cannot say it; FATAL: the key cannot sign. */
MUST_USE struct result draft_build(struct batch *batch, struct flow_item *item,
                                   const struct decision *decision, struct store_message *out);

#endif
