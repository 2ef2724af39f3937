#ifndef PONTIS_FLOW_EMIT_H
#define PONTIS_FLOW_EMIT_H

#include "flow/batch.h"

/* Tells the wallet what became of an instruction that stood as `before`. `repeated`: it was told before;
 * published again under the same id, without a new row. */
void emit_transfer(struct batch *batch, struct flow_item *item, const struct instruction *before,
                   const struct instruction *instruction, int type, int reason, bool repeated);
/* Tells the wallet that an event of its own had no effect (and operators, when `alert`). */
void emit_refused(struct batch *batch, const struct flow_item *item, int reason, const char *where,
                  bool alert);
/* The input row of an item that came through a door; `keep_payload`: the bytes are kept here. */
void emit_input(struct batch *batch, const struct flow_item *item, const char *disposition,
                const struct uuid *instruction, bool keep_payload);
/* A parser's words may quote bytes that are no text, or be cut in the middle of a character: what is not
 * ASCII becomes '?'. */
void emit_words(char *to, size_t size, const char *words);
void emit_case(struct batch *batch, const char *corridor, const struct uuid *instruction, const char *cause,
               const char *note);

#endif
