#ifndef PONTIS_STORE_ROWS_H
#define PONTIS_STORE_ROWS_H

#include "store/request.h"
#include "store/state.h"

/* A commit's rows as statements, in the one order of all commits: worker, leases, positions, inputs, names,
 * instructions, everything new, ledger accounts. */
void rows_fill(struct request *request, const struct store *store, int64_t number,
               const struct store_commit *commit);

#endif
