#include "core/ledger.h"

#include <assert.h>

static int64_t pending_sign(int phase) {
    if (phase == POSTING_PENDING)
        return 1;
    return phase == POSTING_DIRECT ? 0 : -1;
}

void ledger_apply(const struct posting *posting, struct ledger_change out[2]) {
    assert(posting->amount > 0);
    bool posts = posting->phase == POSTING_POST || posting->phase == POSTING_DIRECT;
    int64_t pending = pending_sign(posting->phase) * posting->amount;
    int64_t posted = posts ? posting->amount : 0;
    out[0] =
        (struct ledger_change){.account = posting->debit, .debits_pending = pending, .debits_posted = posted};
    out[1] = (struct ledger_change){
        .account = posting->credit, .credits_pending = pending, .credits_posted = posted};
}

bool ledger_is_guarded(int role) {
    return role == ACCOUNT_FOREIGN_PREFUND || role == ACCOUNT_PEER_PREFUND;
}

int64_t ledger_available(const struct ledger_change *balance) {
    if (balance->account.role == ACCOUNT_FOREIGN_PREFUND)
        return balance->debits_posted - balance->credits_posted - balance->credits_pending;
    return balance->credits_posted - balance->debits_posted - balance->debits_pending;
}
