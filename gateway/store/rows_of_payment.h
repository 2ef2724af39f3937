#ifndef PONTIS_STORE_ROWS_OF_PAYMENT_H
#define PONTIS_STORE_ROWS_OF_PAYMENT_H

#include "flow/ports.h"
#include "store/request.h"

/* A commit's instructions, and all that hangs on one: quote uses, transitions, messages with their sendings,
 * wallet events, cases. */
void rows_of_payment_fill(struct request *request, const struct store_commit *commit);

#endif
