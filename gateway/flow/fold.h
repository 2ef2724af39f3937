#ifndef PONTIS_FLOW_FOLD_H
#define PONTIS_FLOW_FOLD_H

#include "flow/batch.h"

/* One item folded into its batch: decided on the overlay, its rows added to the commit. */
void fold_event(struct batch *batch, struct flow_item *item);
void fold_refused_input(struct batch *batch, struct flow_item *item);
void fold_resend(struct batch *batch, struct flow_item *item);

#endif
