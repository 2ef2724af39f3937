#include "core/outbound.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "core/content.h"
#include "core/currency.h"
#include "core/effect.h"
#include "core/fx.h"

/* ---- making the instruction ---- */

static void fill_references(struct instruction *after) {
    struct payment *payment = &after->payment;
    if (!payment->end_to_end_id[0])
        text_set(payment->end_to_end_id, sizeof payment->end_to_end_id, "NOTPROVIDED");
    char uetr[UUID_TEXT_SIZE], *to = after->transaction_id;
    uuid_format(&payment->uetr, uetr);
    for (const char *from = uetr; *from; from++)
        if (*from != '-')
            *to++ = *from;
}

static void make(const struct situation *situation, struct instruction *after) {
    const struct event *event = situation->event;
    *after = (struct instruction){.id = situation->seen->new_instruction,
                                  .key = event->key,
                                  .corridor_version = situation->corridor ? situation->corridor->version : 0,
                                  .payment = event->payment,
                                  .lock_id = event->lock_id,
                                  .lock_amount = event->lock_amount,
                                  .expires_at = event->expires_at,
                                  .received_at = situation->seen->now};
    after->payment.uetr = event->key.uetr;
    if (!after->payment.acceptance_time)
        after->payment.acceptance_time = situation->seen->now;
    memcpy(after->content_hash, event->content_hash, sizeof after->content_hash);
    text_set(after->wallet_source, sizeof after->wallet_source, event->source);
    text_set(after->traceparent, sizeof after->traceparent, event->traceparent);
    fill_references(after);
}

/* ---- foreign exchange ---- */

static int take_quote(const struct situation *situation, struct payment *payment) {
    const struct quote *quote = &situation->seen->quote;
    if (uuid_is_nil(&quote->id) || !text_equal(quote->corridor, situation->event->key.corridor) ||
        !text_equal(quote->source_currency, payment->source_currency) ||
        !text_equal(quote->target_currency, payment->target_currency))
        return REASON_QUOTE_UNKNOWN;
    if (!uuid_is_nil(&quote->used_by))
        return REASON_QUOTE_USED;
    if (quote->expired)
        return REASON_QUOTE_EXPIRED;
    int64_t fixed = payment->fixed_side == FIXED_SOURCE ? payment->source_amount : payment->target_amount;
    int64_t quoted = quote->fixed_side == FIXED_SOURCE ? quote->source_amount : quote->target_amount;
    if (quote->fixed_side != payment->fixed_side || fixed != quoted)
        return REASON_QUOTE_MISMATCH;
    payment->source_amount = quote->source_amount;
    payment->target_amount = quote->target_amount;
    payment->rate = quote->rate;
    text_set(payment->fx_provider, sizeof payment->fx_provider, quote->provider);
    return REASON_NONE;
}

/* The least target or the most source that the payer still wants (payment.h, limit_amount). */
static bool is_within_limit(const struct payment *payment) {
    if (!payment->limit_amount)
        return true;
    return payment->fixed_side == FIXED_SOURCE ? payment->target_amount >= payment->limit_amount
                                               : payment->source_amount <= payment->limit_amount;
}

static int take_best_rate(const struct situation *situation, struct payment *payment) {
    const struct rate_offer *offer = &situation->seen->best_rate;
    if (!offer->rate.mantissa || (offer->valid_until && offer->valid_until <= situation->seen->now))
        return REASON_NO_RATE;
    bool source = payment->fixed_side == FIXED_SOURCE;
    struct result computed = fx_compute(
        payment->fixed_side, source ? payment->source_amount : payment->target_amount, offer->rate,
        currency_minor_digits(payment->source_currency), currency_minor_digits(payment->target_currency),
        source ? &payment->target_amount : &payment->source_amount);
    if (!result_is_ok(&computed))
        return computed.reason;
    payment->rate = offer->rate;
    text_set(payment->fx_provider, sizeof payment->fx_provider, offer->provider);
    return is_within_limit(payment) ? REASON_NONE : REASON_RATE_OUTSIDE_TOLERANCE;
}

static int exchange(const struct situation *situation, struct payment *payment, char *field) {
    bool source = payment->fixed_side == FIXED_SOURCE;
    text_set(field, FIELD_PATH_SIZE, source ? "/payment/source_amount" : "/payment/target_amount");
    if ((source ? payment->source_amount : payment->target_amount) <= 0)
        return REASON_AMOUNT_ZERO;
    if (uuid_is_nil(&payment->quote_id))
        return take_best_rate(situation, payment);
    text_set(field, FIELD_PATH_SIZE, "/payment/quote_id");
    return take_quote(situation, payment);
}

/* ---- may it go? ---- */

static int check_corridor(const struct situation *situation, const struct payment *payment, char *field) {
    const struct corridor *corridor = situation->corridor;
    text_set(field, FIELD_PATH_SIZE, "/corridor");
    if (!corridor)
        return REASON_UNKNOWN_CORRIDOR;
    if (!corridor->open)
        return REASON_CORRIDOR_CLOSED;
    if (situation->event->refusal) {
        text_set(field, FIELD_PATH_SIZE, situation->event->refusal_field);
        return (int)situation->event->refusal;
    }
    return content_check_currencies(payment, &corridor->home, &corridor->peer, field);
}

static int check_limits(const struct situation *situation, const struct payment *payment, char *field) {
    const struct corridor *corridor = situation->corridor;
    text_set(field, FIELD_PATH_SIZE, "/payment/source_amount");
    if (payment->source_amount < corridor->limits.minimum)
        return REASON_AMOUNT_TOO_SMALL;
    if (payment->source_amount > corridor->limits.maximum)
        return REASON_AMOUNT_TOO_LARGE;
    text_set(field, FIELD_PATH_SIZE, "/lock/amount");
    return situation->event->lock_amount < payment->source_amount ? REASON_LOCK_TOO_SMALL : REASON_NONE;
}

static int check_liquidity(const struct situation *situation, const struct payment *payment, char *field) {
    const struct seen *seen = situation->seen;
    int64_t most = situation->corridor->limits.total_reserved, sum;
    text_set(field, FIELD_PATH_SIZE, "");
    if (most && (__builtin_add_overflow(seen->reserved, payment->target_amount, &sum) || sum > most))
        return REASON_TOTAL_RESERVED;
    return seen->headroom < payment->target_amount ? REASON_NO_LIQUIDITY : REASON_NONE;
}

static int check_time(const struct situation *situation, char *field) {
    instant expires = situation->event->expires_at;
    text_set(field, FIELD_PATH_SIZE, "/expires_at");
    return expires && expires <= situation->seen->now ? REASON_EXPIRED : REASON_NONE;
}

static int check(const struct situation *situation, struct payment *payment, char *field) {
    int reason = check_corridor(situation, payment, field);
    if (!reason)
        reason = content_check(payment, field);
    if (!reason)
        reason = check_time(situation, field);
    if (!reason)
        reason = exchange(situation, payment, field);
    if (!reason)
        reason = check_limits(situation, payment, field);
    if (!reason)
        reason = check_liquidity(situation, payment, field);
    return reason;
}

/* ---- both legs ---- */

static void post_legs(struct decision *out, int phase) {
    const struct payment *payment = &out->after.payment;
    const char *source = payment->source_currency, *target = payment->target_currency;
    effect_post(out, phase, effect_account(ACCOUNT_DOMESTIC, "", source),
                effect_account(ACCOUNT_FX, payment->fx_provider, source), payment->source_amount);
    effect_post(out, phase, effect_account(ACCOUNT_FX, payment->fx_provider, target),
                effect_account(ACCOUNT_FOREIGN_PREFUND, "", target), payment->target_amount);
}

static void end(struct decision *out, int state, int phase, int wallet_event) {
    out->after.state = state;
    out->after.due_at = 0;
    post_legs(out, phase);
    effect_tell(out, wallet_event);
}

static instant earliest(instant left, instant right) {
    return right && right < left ? right : left;
}

static instant queue_end(const struct situation *situation, const struct instruction *instruction) {
    return earliest(instruction->received_at + situation->corridor->timing.queue_age,
                    instruction->expires_at);
}

/* ---- the rows of the table ---- */

void outbound_accept(const struct situation *situation, struct decision *out) {
    /* Not a rejected payment: its wallet would release the lock, which secures another one. */
    if (situation->seen->lock_known) {
        effect_refuse(out, REASON_LOCK_KNOWN);
        effect_case(out, REASON_LOCK_KNOWN, "a second payment names the lock of another one");
        return;
    }
    struct instruction *after = &out->after;
    make(situation, after);
    char field[FIELD_PATH_SIZE] = "";
    int reason = check(situation, &after->payment, field);
    if (reason) {
        after->state = STATE_REJECTED;
        effect_reason(out, reason, field);
        effect_tell(out, WALLET_TRANSFER_REJECTED);
        return;
    }
    after->state = STATE_RESERVED;
    after->due_at = queue_end(situation, after);
    out->uses_quote = !uuid_is_nil(&after->payment.quote_id);
    post_legs(out, POSTING_PENDING);
    effect_tell(out, WALLET_TRANSFER_RECEIVED);
}

static const struct {
    int state;
    int wallet_event;
} answers[] = {
    {STATE_RESERVED, WALLET_TRANSFER_RECEIVED},   {STATE_SENT, WALLET_TRANSFER_SENT},
    {STATE_ACCEPTED, WALLET_TRANSFER_ACCEPTED},   {STATE_IN_DOUBT, WALLET_TRANSFER_IN_DOUBT},
    {STATE_SETTLED, WALLET_TRANSFER_SETTLED},     {STATE_REJECTED, WALLET_TRANSFER_REJECTED},
    {STATE_CANCELLED, WALLET_TRANSFER_CANCELLED}, {STATE_BLOCKED, WALLET_TRANSFER_BLOCKED},
};

int wallet_event_of_state(int state) {
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        if (answers[i].state == state)
            return answers[i].wallet_event;
    assert(!"a state in which no payment that leaves ever is");
    return WALLET_ALERT;
}

void outbound_again(const struct situation *situation, struct decision *out) {
    const struct instruction *before = situation->before;
    bool other = situation->event->type == EVENT_TRANSFER_INITIATED &&
                 memcmp(before->content_hash, situation->event->content_hash, 32) != 0;
    if (other) {
        effect_refuse(out, REASON_COLLISION);
        effect_tell(out, WALLET_EVENT_REFUSED);
        effect_case(out, REASON_COLLISION, "a payment's key came again with other content");
        return;
    }
    out->verdict = VERDICT_REPEATED;
    effect_tell(out, wallet_event_of_state(before->state));
}

static void reject_waiting(struct decision *out, int reason, const char *field) {
    effect_reason(out, reason, field);
    end(out, STATE_REJECTED, POSTING_VOID, WALLET_TRANSFER_REJECTED);
}

/* Has it waited too long to be sent at all? */
static bool is_overdue(const struct situation *situation, struct decision *out) {
    const struct instruction *before = situation->before;
    instant now = situation->seen->now;
    if (before->expires_at && before->expires_at <= now) {
        reject_waiting(out, REASON_EXPIRED, "/expires_at");
        return true;
    }
    if (now >= before->received_at + situation->corridor->timing.queue_age) {
        reject_waiting(out, REASON_QUEUE_AGE, "");
        return true;
    }
    return false;
}

void outbound_dispatch(const struct situation *situation, struct decision *out) {
    const struct event *event = situation->event;
    if (is_overdue(situation, out))
        return;
    if (event->refusal) {
        reject_waiting(out, (int)event->refusal, event->refusal_field);
        return;
    }
    if (!situation->seen->peer_open) {
        effect_record(out);
        return;
    }
    struct instruction *after = &out->after;
    after->state = STATE_SENT;
    after->attempts = 1;
    after->due_at = situation->seen->now + situation->corridor->timing.answer;
    text_set(after->message_id, sizeof after->message_id, situation->seen->message_id);
    text_set(after->business_message_id, sizeof after->business_message_id, situation->seen->message_id);
    out->peer_message = PEER_MESSAGE_PAYMENT;
    effect_tell(out, WALLET_TRANSFER_SENT);
}

void outbound_wait(const struct situation *situation, struct decision *out) {
    if (!is_overdue(situation, out))
        effect_record(out);
}

void outbound_cancel(const struct situation *situation, struct decision *out) {
    (void)situation;
    /* CUST of ExternalCancellationReason1Code: requested by the customer. */
    effect_foreign_reason(out, "CUST", "cancelled at the payer's request");
    end(out, STATE_CANCELLED, POSTING_VOID, WALLET_TRANSFER_CANCELLED);
}

void outbound_cancel_too_late(const struct situation *situation, struct decision *out) {
    (void)situation;
    effect_refuse(out, REASON_CANCEL_TOO_LATE);
    effect_tell(out, WALLET_EVENT_REFUSED);
}

void outbound_doubt(const struct situation *situation, struct decision *out) {
    out->after.state = STATE_IN_DOUBT;
    out->after.due_at = situation->seen->now + situation->corridor->timing.repeat;
    effect_tell(out, WALLET_TRANSFER_IN_DOUBT);
}

/* No answer in time: the same bytes again. Time opens inquiries, it never ends a payment. */
void outbound_inquire(const struct situation *situation, struct decision *out) {
    if (situation->before->due_at > situation->seen->now) {
        effect_record(out);
        return;
    }
    out->after.attempts++;
    out->after.due_at = situation->seen->now + situation->corridor->timing.repeat;
    out->peer_message = PEER_MESSAGE_REPEAT;
    if (situation->before->state != STATE_SENT)
        return;
    out->after.state = STATE_IN_DOUBT;
    effect_tell(out, WALLET_TRANSFER_IN_DOUBT);
}

/* ---- the peer's answer ---- */

static bool agrees(const char *told, const char *ours) {
    return !told[0] || text_equal(told, ours);
}

/* money.md, "Match": original MsgId and one unique reference, and every reference present must agree. The
 * UETR is the key that brought us here; peer and signer are checked by the door. */
static bool matches(const struct instruction *instruction, const struct event *event) {
    const struct payment *payment = &instruction->payment;
    return instruction->message_id[0] && text_equal(event->original_message_id, instruction->message_id) &&
           agrees(event->transaction_id, instruction->transaction_id) &&
           agrees(event->original_end_to_end_id, payment->end_to_end_id) &&
           agrees(event->original_instruction_id, payment->instruction_id) &&
           agrees(event->original_currency, payment->target_currency) &&
           (!event->original_currency[0] || event->original_amount == payment->target_amount);
}

static void settle(const struct situation *situation, struct decision *out) {
    (void)situation;
    end(out, STATE_SETTLED, POSTING_POST, WALLET_TRANSFER_SETTLED);
}

static void accept_status(const struct situation *situation, struct decision *out) {
    const struct instruction *before = situation->before;
    /* ACSC is the last word before a final one: nothing lesser takes it back. */
    if (before->peer_status == STATUS_ACSC || before->peer_status == situation->event->status) {
        effect_record(out);
        return;
    }
    if (before->state == STATE_ACCEPTED)
        return;
    out->after.state = STATE_ACCEPTED;
    out->after.due_at = situation->seen->now + situation->corridor->timing.repeat;
    effect_tell(out, WALLET_TRANSFER_ACCEPTED);
}

static void contradict(struct decision *out, const char *note) {
    effect_record(out);
    effect_case(out, REASON_CONTRADICTION, note);
}

static void end_by_peer(const struct situation *situation, struct decision *out) {
    const struct event *event = situation->event;
    effect_foreign_reason(out, event->reason_code, event->reason_text);
    if (event->status == STATUS_BLCK) {
        end(out, STATE_BLOCKED, POSTING_POST, WALLET_TRANSFER_BLOCKED);
        return;
    }
    if (situation->before->peer_status == STATUS_ACSC) {
        contradict(out, "the peer rejects what it said was settled");
        return;
    }
    if (!event->reason_code[0]) {
        effect_refuse(out, REASON_MESSAGE_SCHEMA);
        return;
    }
    end(out, STATE_REJECTED, POSTING_VOID, WALLET_TRANSFER_REJECTED);
}

void outbound_status(const struct situation *situation, struct decision *out) {
    if (!matches(situation->before, situation->event)) {
        effect_refuse(out, REASON_NO_MATCH);
        return;
    }
    int status = situation->event->status;
    out->after.peer_status = status;
    if (status == STATUS_ACCC || (status == STATUS_ACSC && situation->corridor->acsc_is_final))
        settle(situation, out);
    else if (status == STATUS_RJCT || status == STATUS_BLCK)
        end_by_peer(situation, out);
    else
        accept_status(situation, out);
}

/* Does this status deny the final one? A non-final after a final says nothing new. */
static bool denies(int state, int status) {
    if (state == STATE_SETTLED)
        return status == STATUS_RJCT || status == STATUS_BLCK;
    if (state == STATE_REJECTED)
        return status == STATUS_ACSC || status == STATUS_ACCC || status == STATUS_BLCK;
    return status == STATUS_ACCC || status == STATUS_RJCT;
}

void outbound_late_status(const struct situation *situation, struct decision *out) {
    if (!matches(situation->before, situation->event)) {
        effect_refuse(out, REASON_NO_MATCH);
        return;
    }
    effect_record(out);
    if (denies(situation->before->state, situation->event->status))
        effect_case(out, REASON_CONTRADICTION, "the peer contradicts its own final answer");
}

/* An admi.002 is final only with a tombstone at the peer, which this dialect's contract does not promise: a
 * person looks, the payment goes on. */
void outbound_refusal(const struct situation *situation, struct decision *out) {
    (void)situation;
    effect_record(out);
    effect_case(out, REASON_CONTRADICTION, "the peer refuses our message");
}

/* ---- the wallet's lock ---- */

static bool is_our_lock(const struct situation *situation) {
    return uuid_equal(&situation->before->lock_id, &situation->event->lock_id);
}

static void refuse_lock(struct decision *out) {
    effect_refuse(out, REASON_ILLEGAL_EVENT);
    effect_tell(out, WALLET_EVENT_REFUSED);
}

void outbound_close(const struct situation *situation, struct decision *out) {
    if (!is_our_lock(situation)) {
        refuse_lock(out);
        return;
    }
    if (situation->before->closed) {
        effect_record(out);
        return;
    }
    out->after.closed = true;
}

/* The wallet did with the lock what the outcome forbids or what nobody asked for, or could do neither: no
 * money moves here. */
void outbound_wrong_lock_end(const struct situation *situation, struct decision *out) {
    if (!is_our_lock(situation)) {
        refuse_lock(out);
        return;
    }
    effect_record(out);
    effect_case(out, REASON_ILLEGAL_EVENT, "the wallet's lock did not end as the payment did");
}

void outbound_record(const struct situation *situation, struct decision *out) {
    (void)situation;
    effect_record(out);
}
