/* A payment that leaves: what it is checked for, what it posts, and what its lock and its peer may say. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/text.h"
#include "core/reasons.h"
#include "tests/unit/core/question.h"

static void expect_rejected(struct question question, int reason, const char *field) {
    const struct decision *decision = question_ask(&question);
    cr_assert_eq(decision->after.state, STATE_REJECTED, "%s", reason_row(reason)->rule);
    cr_assert_eq(decision->reason, reason, "%s, not %s", reason_row(decision->reason)->rule,
                 reason_row(reason)->rule);
    cr_assert_str_eq(decision->after.reason_code, reason_row(reason)->iso_code);
    cr_assert_str_eq(decision->after.reason_field, field);
    cr_assert_eq(decision->posting_count, 0);
    cr_assert_eq(decision->emissions[0], WALLET_TRANSFER_REJECTED);
}

static void expect_posting(const struct posting *posting, int phase, int debit, int credit,
                           const char *currency, int64_t amount) {
    cr_assert_eq(posting->phase, phase);
    cr_assert_eq(posting->debit.role, debit);
    cr_assert_eq(posting->credit.role, credit);
    cr_assert_str_eq(posting->debit.currency, currency);
    cr_assert_eq(posting->amount, amount);
}

static void expect_legs(const struct decision *decision, int phase) {
    cr_assert_eq(decision->posting_count, 2);
    expect_posting(&decision->postings[0], phase, ACCOUNT_DOMESTIC, ACCOUNT_FX, "SGD", 10000);
    expect_posting(&decision->postings[1], phase, ACCOUNT_FX, ACCOUNT_FOREIGN_PREFUND, "THB", 258125);
}

static struct question reserved(void) {
    struct question question = question_of_transfer();
    cr_assert_eq(question_ask(&question)->after.state, STATE_RESERVED);
    return question;
}

static struct question sent(void) {
    struct question first = reserved(), question = question_after(&first, EVENT_DISPATCH);
    cr_assert_eq(question_ask(&question)->after.state, STATE_SENT);
    return question;
}

Test(outbound, reserving_posts_both_legs_as_pending) {
    struct question question = reserved();
    expect_legs(&question.decision, POSTING_PENDING);
    cr_assert_eq(question.decision.emissions[0], WALLET_TRANSFER_RECEIVED);
    cr_assert_str_eq(question.decision.postings[0].credit.owner, "GLOBEXFX");
}

/* ---- limits ---- */

Test(outbound, amounts_outside_the_corridors_limits) {
    struct question question = question_of_transfer();
    question.corridor.limits.minimum = 10001;
    expect_rejected(question, REASON_AMOUNT_TOO_SMALL, "/payment/source_amount");
    question.corridor.limits.minimum = 10000;
    question.corridor.limits.maximum = 9999;
    expect_rejected(question, REASON_AMOUNT_TOO_LARGE, "/payment/source_amount");
    question.corridor.limits.maximum = 10000;
    cr_assert_eq(question_ask(&question)->after.state, STATE_RESERVED);
}

Test(outbound, a_closed_corridor) {
    struct question question = question_of_transfer();
    question.corridor.open = false;
    expect_rejected(question, REASON_CORRIDOR_CLOSED, "/corridor");
}

Test(outbound, liquidity_is_the_prefunded_balance_to_the_last_unit) {
    struct question question = question_of_transfer();
    question.seen.headroom = 258124;
    expect_rejected(question, REASON_NO_LIQUIDITY, "");
    question.seen.headroom = 258125;
    cr_assert_eq(question_ask(&question)->after.state, STATE_RESERVED);
}

Test(outbound, the_total_of_open_payments_is_limited) {
    struct question question = question_of_transfer();
    question.corridor.limits.total_reserved = 300000;
    question.seen.reserved = 300000 - 258124;
    expect_rejected(question, REASON_TOTAL_RESERVED, "");
    question.seen.reserved = INT64_MAX;
    expect_rejected(question, REASON_TOTAL_RESERVED, "");
    question.seen.reserved = 300000 - 258125;
    cr_assert_eq(question_ask(&question)->after.state, STATE_RESERVED);
}

/* ---- quotes ---- */

static struct question quoted(void) {
    struct question question = question_of_transfer();
    question.event.payment.quote_id.bytes[0] = 3;
    struct quote *quote = &question.seen.quote;
    *quote = (struct quote){.id = question.event.payment.quote_id,
                            .source_amount = 10000,
                            .target_amount = 258000,
                            .rate = {258, 1},
                            .expires_at = QUESTION_NOW + 1};
    text_set(quote->corridor, CORRIDOR_SIZE, "sg-th");
    text_set(quote->provider, REFERENCE_SIZE, "MERLIONFX");
    text_set(quote->source_currency, CURRENCY_SIZE, "SGD");
    text_set(quote->target_currency, CURRENCY_SIZE, "THB");
    return question;
}

Test(outbound, a_quote_fixes_both_amounts_and_the_provider) {
    struct question question = quoted();
    const struct decision *decision = question_ask(&question);
    cr_assert_eq(decision->after.state, STATE_RESERVED);
    cr_assert(decision->uses_quote);
    cr_assert_eq(decision->after.payment.target_amount, 258000);
    cr_assert_str_eq(decision->after.payment.fx_provider, "MERLIONFX");
}

Test(outbound, a_quote_that_is_not_for_this_payment) {
    struct question question = quoted();
    question.seen.quote.id = (struct uuid){{0}};
    expect_rejected(question, REASON_QUOTE_UNKNOWN, "/payment/quote_id");
    question = quoted();
    text_set(question.seen.quote.corridor, CORRIDOR_SIZE, "sg-my");
    expect_rejected(question, REASON_QUOTE_UNKNOWN, "/payment/quote_id");
    question = quoted();
    question.seen.quote.source_amount = 10001;
    expect_rejected(question, REASON_QUOTE_MISMATCH, "/payment/quote_id");
    question = quoted();
    question.seen.quote.fixed_side = FIXED_TARGET;
    expect_rejected(question, REASON_QUOTE_MISMATCH, "/payment/quote_id");
    question = quoted();
    question.seen.quote.used_by.bytes[0] = 1;
    expect_rejected(question, REASON_QUOTE_USED, "/payment/quote_id");
}

/* Valid or not is said by the database's clock alone (money.md, section 4): the gateway's may be wrong. */
Test(outbound, a_quote_expires_by_the_databases_clock) {
    struct question question = quoted();
    question.seen.quote.expired = true;
    expect_rejected(question, REASON_QUOTE_EXPIRED, "/payment/quote_id");
    question = quoted();
    question.seen.quote.expires_at = QUESTION_NOW - 1000;
    cr_assert_eq(question_ask(&question)->after.state, STATE_RESERVED);
}

Test(outbound, without_a_quote_the_best_rate_counts_within_the_tolerance) {
    struct question question = question_of_transfer();
    question.event.payment.limit_amount = 258126;
    expect_rejected(question, REASON_RATE_OUTSIDE_TOLERANCE, "/payment/source_amount");
    question.event.payment.limit_amount = 258125;
    cr_assert_eq(question_ask(&question)->after.state, STATE_RESERVED);
    question.seen.best_rate.valid_until = QUESTION_NOW;
    expect_rejected(question, REASON_NO_RATE, "/payment/source_amount");
}

/* ---- the lock ---- */

/* money.md, "Collision": never transfer.rejected, because the lock of the living payment must stay. */
Test(outbound, the_lock_of_another_payment_is_never_told_to_be_released) {
    struct question question = question_of_transfer();
    question.seen.lock_known = true;
    const struct decision *decision = question_ask(&question);
    cr_assert_eq(decision->verdict, VERDICT_REFUSED);
    cr_assert_eq(decision->reason, REASON_LOCK_KNOWN);
    cr_assert(decision->opens_case);
    cr_assert(uuid_is_nil(&decision->after.id), "there is no such payment");
    cr_assert_eq(decision->emission_count, 0);
}

Test(outbound, a_lock_that_ends_before_its_payment_opens_a_case) {
    static const int types[] = {EVENT_LOCK_CAPTURED, EVENT_LOCK_RELEASED, EVENT_LOCK_FAILED};
    struct question start[] = {reserved(), sent()};
    for (size_t i = 0; i < 6; i++) {
        struct question question = question_after(&start[i / 3], types[i % 3]);
        const struct decision *decision = question_ask(&question);
        cr_assert_eq(decision->verdict, VERDICT_RECORDED);
        cr_assert(decision->opens_case, "%s", event_type_names[types[i % 3]]);
        cr_assert_eq(decision->posting_count, 0);
    }
}

Test(outbound, what_is_said_of_another_lock_is_refused) {
    struct question first = reserved(), question = question_after(&first, EVENT_LOCK_FAILED);
    question.event.lock_id.bytes[0] ^= 1;
    cr_assert_eq(question_ask(&question)->verdict, VERDICT_REFUSED);
    cr_assert_not(question.decision.opens_case);
    cr_assert_eq(question.decision.emissions[0], WALLET_EVENT_REFUSED);
}

/* ---- leaving ---- */

Test(outbound, what_the_dialect_cannot_say_is_rejected_before_it_leaves) {
    struct question first = reserved(), question = question_after(&first, EVENT_DISPATCH);
    question.event.refusal = REASON_MESSAGE_SCHEMA;
    text_set(question.event.refusal_field, sizeof question.event.refusal_field, "Document/Nm");
    const struct decision *decision = question_ask(&question);
    cr_assert_eq(decision->after.state, STATE_REJECTED);
    cr_assert_str_eq(decision->after.reason_code, "NARR", "a code, whatever the reason");
    cr_assert_str_eq(decision->after.reason_field, "Document/Nm");
    expect_legs(decision, POSTING_VOID);
    cr_assert_eq(decision->peer_message, PEER_MESSAGE_NONE);
}

Test(outbound, cancelled_only_before_the_first_attempt) {
    struct question first = reserved(), question = question_after(&first, EVENT_CANCEL_REQUESTED);
    cr_assert_eq(question_ask(&question)->after.state, STATE_CANCELLED);
    expect_legs(&question.decision, POSTING_VOID);
    struct question left = sent(), late = question_after(&left, EVENT_CANCEL_REQUESTED);
    cr_assert_eq(question_ask(&late)->verdict, VERDICT_REFUSED);
    cr_assert_eq(late.decision.emissions[0], WALLET_EVENT_REFUSED);
}

Test(outbound, time_ends_only_what_never_left) {
    struct question first = reserved(), waits = question_after(&first, EVENT_TIMER_DUE);
    waits.seen.now = QUESTION_NOW + 1000;
    cr_assert_eq(question_ask(&waits)->after.state, STATE_REJECTED);
    expect_legs(&waits.decision, POSTING_VOID);
    struct question left = sent(), asks = question_after(&left, EVENT_TIMER_DUE);
    asks.seen.now = QUESTION_NOW + INT64_C(1000000000);
    cr_assert_eq(question_ask(&asks)->after.state, STATE_IN_DOUBT);
    cr_assert_eq(asks.decision.peer_message, PEER_MESSAGE_REPEAT);
    cr_assert_eq(asks.decision.posting_count, 0);
}

/* ---- the peer's answers ---- */

static struct question told(const struct question *before, int status) {
    struct question question = question_after(before, EVENT_PEER_STATUS);
    question.event.status = status;
    text_set(question.event.reason_code, CODE_SIZE, status == STATUS_RJCT ? "AC04" : "");
    (void)question_ask(&question);
    return question;
}

Test(outbound, each_end_posts_or_voids_what_was_reserved) {
    struct question start = sent(), settled = told(&start, STATUS_ACCC), blocked = told(&start, STATUS_BLCK),
                    rejected = told(&start, STATUS_RJCT);
    cr_assert_eq(settled.decision.after.state, STATE_SETTLED);
    expect_legs(&settled.decision, POSTING_POST);
    cr_assert_eq(blocked.decision.after.state, STATE_BLOCKED);
    expect_legs(&blocked.decision, POSTING_POST);
    cr_assert_eq(rejected.decision.after.state, STATE_REJECTED);
    expect_legs(&rejected.decision, POSTING_VOID);
}

/* RJCT against ACSC is a contradiction, whatever was said between them. */
Test(outbound, a_settled_word_is_not_taken_back_by_a_lesser_one) {
    struct question start = sent(), acsc = told(&start, STATUS_ACSC), acsp = told(&acsc, STATUS_ACSP);
    cr_assert_eq(acsc.decision.after.state, STATE_ACCEPTED);
    cr_assert_eq(acsp.decision.verdict, VERDICT_RECORDED, "it says nothing new");
    struct question pending = told(&start, STATUS_PDNG), again = told(&pending, STATUS_ACSC),
                    denied = told(&again, STATUS_RJCT);
    cr_assert_eq(denied.decision.verdict, VERDICT_RECORDED);
    cr_assert(denied.decision.opens_case);
    struct question ended = told(&again, STATUS_ACCC);
    cr_assert_eq(ended.decision.after.state, STATE_SETTLED);
}

Test(outbound, a_rejection_without_reason_is_none) {
    struct question start = sent(), question = question_after(&start, EVENT_PEER_STATUS);
    question.event.status = STATUS_RJCT;
    cr_assert_eq(question_ask(&question)->verdict, VERDICT_REFUSED);
}
