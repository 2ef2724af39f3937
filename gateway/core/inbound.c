#include "core/inbound.h"

#include <string.h>

#include "base/text.h"
#include "core/content.h"
#include "core/currency.h"
#include "core/effect.h"
#include "core/fx.h"

static void make(const struct situation *situation, struct instruction *after) {
    const struct event *event = situation->event;
    *after = (struct instruction){.id = situation->seen->new_instruction,
                                  .key = event->key,
                                  .corridor_version = situation->corridor->version,
                                  .payment = event->payment,
                                  .received_at = situation->seen->now};
    after->payment.uetr = event->key.uetr;
    memcpy(after->content_hash, event->content_hash, sizeof after->content_hash);
    text_set(after->message_id, sizeof after->message_id, event->message_id);
    text_set(after->business_message_id, sizeof after->business_message_id, event->business_message_id);
    text_set(after->transaction_id, sizeof after->transaction_id, event->transaction_id);
    text_set(after->traceparent, sizeof after->traceparent, event->traceparent);
}

/* ---- may it come in? ---- */

static int check_amounts(const struct situation *situation, const struct payment *payment, char *field) {
    const struct corridor *corridor = situation->corridor;
    text_set(field, FIELD_PATH_SIZE, "/payment/target_amount");
    if (payment->target_amount <= 0 || payment->source_amount <= 0)
        return REASON_AMOUNT_ZERO;
    text_set(field, FIELD_PATH_SIZE, "/payment/rate");
    if (!fx_agrees(payment->source_amount, payment->target_amount, payment->rate,
                   currency_minor_digits(payment->source_currency),
                   currency_minor_digits(payment->target_currency)))
        return REASON_RATE_MISMATCH;
    text_set(field, FIELD_PATH_SIZE, "/payment/target_amount");
    if (payment->target_amount > corridor->limits.maximum)
        return REASON_AMOUNT_TOO_LARGE;
    return situation->seen->headroom < payment->target_amount ? REASON_NO_LIQUIDITY : REASON_NONE;
}

static int check_corridor(const struct situation *situation, const struct payment *payment, char *field) {
    const struct corridor *corridor = situation->corridor;
    if (!corridor->open)
        return REASON_CORRIDOR_CLOSED;
    text_set(field, FIELD_PATH_SIZE, "/payment/acceptance_time");
    if (payment->acceptance_time &&
        situation->seen->now > payment->acceptance_time + corridor->timing.maximum_execution)
        return REASON_ACCEPTANCE_TOO_OLD;
    return content_check_currencies(payment, &corridor->peer, &corridor->home, field);
}

static int check(const struct situation *situation, const struct payment *payment, char *field) {
    if (situation->event->refusal) {
        text_set(field, FIELD_PATH_SIZE, situation->event->refusal_field);
        return (int)situation->event->refusal;
    }
    int reason = check_corridor(situation, payment, field);
    if (!reason)
        reason = content_check(payment, field);
    if (!reason)
        reason = check_amounts(situation, payment, field);
    return reason;
}

/* ---- one leg ---- */

static void post(struct decision *out, int phase, int to) {
    const struct payment *payment = &out->after.payment;
    effect_post(out, phase, effect_account(ACCOUNT_PEER_PREFUND, "", payment->target_currency),
                effect_account(to, "", payment->target_currency), payment->target_amount);
}

static void answer(struct decision *out, int state, int status) {
    out->after.state = state;
    out->after.due_at = 0;
    out->peer_message = PEER_MESSAGE_STATUS;
    out->status = status;
}

/* ---- the rows of the table ---- */

void inbound_accept(const struct situation *situation, struct decision *out) {
    struct instruction *after = &out->after;
    make(situation, after);
    char field[FIELD_PATH_SIZE] = "";
    int reason = check(situation, &after->payment, field);
    if (reason) {
        /* The row is the tombstone: whenever this payment comes again, it gets this answer. */
        effect_reason(out, reason, field);
        answer(out, STATE_REJECTED, STATUS_RJCT);
        return;
    }
    after->state = STATE_CREDIT_REQUESTED;
    after->due_at = situation->seen->now + situation->corridor->timing.credit;
    post(out, POSTING_PENDING, ACCOUNT_DOMESTIC);
    effect_tell(out, WALLET_CREDIT_REQUESTED);
}

void inbound_again(const struct situation *situation, struct decision *out) {
    const struct instruction *before = situation->before;
    if (memcmp(before->content_hash, situation->event->content_hash, sizeof before->content_hash) != 0) {
        effect_refuse(out, REASON_COLLISION);
        effect_case(out, REASON_COLLISION, "a payment's key came again with other content");
        return;
    }
    out->verdict = VERDICT_REPEATED;
    if (state_is_final(before->state))
        out->peer_message = PEER_MESSAGE_REPEAT;
}

/* Final here: this commit is the settlement (money.md, section 3). */
void inbound_credited(const struct situation *situation, struct decision *out) {
    (void)situation;
    post(out, POSTING_POST, ACCOUNT_DOMESTIC);
    answer(out, STATE_CREDITED, STATUS_ACCC);
}

void inbound_rejected(const struct situation *situation, struct decision *out) {
    effect_foreign_reason(out, situation->event->reason_code, situation->event->reason_text);
    post(out, POSTING_VOID, ACCOUNT_DOMESTIC);
    answer(out, STATE_REJECTED, STATUS_RJCT);
}

void inbound_blocked(const struct situation *situation, struct decision *out) {
    effect_foreign_reason(out, situation->event->reason_code, situation->event->reason_text);
    post(out, POSTING_VOID, ACCOUNT_DOMESTIC);
    post(out, POSTING_DIRECT, ACCOUNT_BLOCKED_FUNDS);
    answer(out, STATE_BLOCKED, STATUS_BLCK);
}

/* The wallet has not said what became of the credit: only it can, so it is asked again under the same id. */
void inbound_ask_again(const struct situation *situation, struct decision *out) {
    if (situation->before->due_at > situation->seen->now) {
        effect_record(out);
        return;
    }
    out->after.state = STATE_CREDIT_IN_DOUBT;
    out->after.due_at = situation->seen->now + situation->corridor->timing.credit;
    effect_tell(out, WALLET_CREDIT_REQUESTED);
}

void inbound_contradiction(const struct situation *situation, struct decision *out) {
    (void)situation;
    effect_record(out);
    effect_case(out, REASON_ILLEGAL_EVENT, "the wallet contradicts what it said of a credit");
}

void inbound_record(const struct situation *situation, struct decision *out) {
    (void)situation;
    effect_record(out);
}
