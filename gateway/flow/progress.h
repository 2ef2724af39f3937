#ifndef PONTIS_FLOW_PROGRESS_H
#define PONTIS_FLOW_PROGRESS_H

#include "flow/batch.h"

/* What those who watch are told of a payment: metrics, the log, and spans of its trace. Noted while a batch
 * is decided, told once its commit stands. Nothing of it decides anything. */

/* An event of the item was decided. */
void progress_note(struct batch *batch, struct flow_item *item, const struct instruction *before,
                   const struct decision *decision);
/* The batch is committed. */
void progress_committed(struct batch *batch);

/* The traceparent under which something leaves because of the item: what came, unless spans are collected;
 * then the item's own span in the payment's trace. */
void progress_traceparent(struct flow_item *item, const struct instruction *instruction,
                          char out[TRACE_TEXT_SIZE]);

/* A span below the one that `traceparent` names, begun now; false while nobody collects. */
bool progress_begin(const char *traceparent, struct trace_span *out);

/* A peer's message was answered. */
void progress_answered(const struct flow_item *item);

#endif
