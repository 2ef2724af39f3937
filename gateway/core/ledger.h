#ifndef PONTIS_CORE_LEDGER_H
#define PONTIS_CORE_LEDGER_H

#include "core/decision.h"

/* What one posting changes in one account: four counters, minor units, all of them only ever sums. */
struct ledger_change {
    struct account_reference account;
    int64_t debits_pending;
    int64_t debits_posted;
    int64_t credits_pending;
    int64_t credits_posted;
};

/* The debit side in out[0], the credit side in out[1]; both by the same amount, so that every posting sums to
 * zero. */
void ledger_apply(const struct posting *posting, struct ledger_change out[2]);
/* May accounts of this role not be overdrawn? */
bool ledger_is_guarded(int role);
/* What is left of an account (money.md, section 3): FOREIGN_PREFUND is an asset, the others are owed to
 * somebody. */
int64_t ledger_available(const struct ledger_change *balance);

#endif
