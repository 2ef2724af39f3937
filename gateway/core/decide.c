#include "core/decision.h"

#include "core/effect.h"
#include "core/transitions.h"

/* Why there is no row: the sender speaks of a payment nobody knows, or of one whose state forbids it. */
static void refuse(const struct instruction *before, const struct event *event, struct decision *out) {
    bool unknown = before->state == STATE_NONE;
    bool from_peer = event->type == EVENT_PEER_STATUS || event->type == EVENT_PEER_REFUSAL;
    effect_refuse(out, from_peer ? REASON_NO_MATCH : unknown ? REASON_NO_SUCH_PAYMENT : REASON_ILLEGAL_EVENT);
    bool from_wallet = event->type <= EVENT_CREDIT_BLOCKED;
    if (from_wallet && !unknown)
        effect_tell(out, WALLET_EVENT_REFUSED);
}

/* Only payments that never began, or have ended, may be in a corridor nobody knows. */
static bool is_lost(const struct instruction *before, const struct event *event,
                    const struct corridor *corridor) {
    if (corridor || state_is_final(before->state))
        return false;
    return before->state != STATE_NONE || event->key.direction == INBOUND;
}

void decide(const struct instruction *before, const struct event *event, const struct corridor *corridor,
            const struct seen *seen, struct decision *out) {
    *out = (struct decision){.verdict = VERDICT_APPLIED, .after = *before};
    const struct transition *row = transitions_find(event->key.direction, before->state, event->type);
    if (!row || is_lost(before, event, corridor)) {
        refuse(before, event, out);
        return;
    }
    struct situation situation = {before, event, corridor, seen};
    row->rule(&situation, out);
    if (out->verdict != VERDICT_APPLIED)
        return;
    out->after.version = before->version + 1;
    if (out->emission_count)
        out->after.told_version = out->after.version;
}
