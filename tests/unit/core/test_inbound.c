/* A payment that arrives: what it is checked for, what it posts, and how it ends. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/text.h"
#include "core/reasons.h"
#include "tests/unit/core/question.h"

static void expect_rejected(struct question question, int reason) {
    const struct decision *decision = question_ask(&question);
    cr_assert_eq(decision->after.state, STATE_REJECTED, "%s", reason_row(reason)->rule);
    cr_assert_eq(decision->reason, reason, "%s, not %s", reason_row(decision->reason)->rule,
                 reason_row(reason)->rule);
    cr_assert_eq(decision->peer_message, PEER_MESSAGE_STATUS);
    cr_assert_eq(decision->status, STATUS_RJCT);
    cr_assert_str_eq(decision->after.reason_code, reason_row(reason)->iso_code);
    cr_assert_eq(decision->posting_count, 0);
    cr_assert_eq(decision->emission_count, 0, "the wallet never hears of it");
}

static void expect_posting(const struct posting *posting, int phase, int credit) {
    cr_assert_eq(posting->phase, phase);
    cr_assert_eq(posting->debit.role, ACCOUNT_PEER_PREFUND);
    cr_assert_eq(posting->credit.role, credit);
    cr_assert_str_eq(posting->debit.currency, "SGD");
    cr_assert_eq(posting->amount, 10000);
}

static struct question requested(void) {
    struct question question = question_of_credit();
    cr_assert_eq(question_ask(&question)->after.state, STATE_CREDIT_REQUESTED);
    return question;
}

Test(inbound, a_credit_is_reserved_from_the_peers_money) {
    struct question question = requested();
    cr_assert_eq(question.decision.posting_count, 1);
    expect_posting(&question.decision.postings[0], POSTING_PENDING, ACCOUNT_DOMESTIC);
    cr_assert_eq(question.decision.emissions[0], WALLET_CREDIT_REQUESTED);
    cr_assert_eq(question.decision.peer_message, PEER_MESSAGE_NONE, "nothing is final yet");
}

Test(inbound, what_may_not_come_in_is_answered_for_ever) {
    struct question question = question_of_credit();
    question.corridor.open = false;
    expect_rejected(question, REASON_CORRIDOR_CLOSED);
    question = question_of_credit();
    question.seen.headroom = 9999;
    expect_rejected(question, REASON_NO_LIQUIDITY);
    question = question_of_credit();
    question.event.payment.target_amount = 11000;
    expect_rejected(question, REASON_RATE_MISMATCH);
    question = question_of_credit();
    question.corridor.limits.maximum = 9999;
    expect_rejected(question, REASON_AMOUNT_TOO_LARGE);
    question = question_of_credit();
    text_set(question.event.payment.target_currency, CURRENCY_SIZE, "JPY");
    expect_rejected(question, REASON_UNKNOWN_CURRENCY);
    question = question_of_credit();
    question.event.payment.creditor.name[0] = '\0';
    expect_rejected(question, REASON_MISSING_CREDITOR_NAME);
}

/* money.md, "Time": first seen within AccptncDtTm + the maximum execution time it is new, later TM01. */
Test(inbound, first_seen_too_late_is_TM01) {
    struct question question = question_of_credit();
    question.event.payment.acceptance_time = QUESTION_NOW - 60000;
    cr_assert_eq(question_ask(&question)->after.state, STATE_CREDIT_REQUESTED);
    question.event.payment.acceptance_time = QUESTION_NOW - 60001;
    expect_rejected(question, REASON_ACCEPTANCE_TOO_OLD);
    cr_assert_str_eq(reason_row(REASON_ACCEPTANCE_TOO_OLD)->iso_code, "TM01");
}

Test(inbound, each_answer_of_the_wallet_ends_it) {
    struct question start = requested(), credited = question_after(&start, EVENT_CREDIT_COMPLETED),
                    rejected = question_after(&start, EVENT_CREDIT_REJECTED),
                    blocked = question_after(&start, EVENT_CREDIT_BLOCKED);
    cr_assert_eq(question_ask(&credited)->after.state, STATE_CREDITED);
    expect_posting(&credited.decision.postings[0], POSTING_POST, ACCOUNT_DOMESTIC);
    cr_assert_eq(credited.decision.status, STATUS_ACCC);
    text_set(rejected.event.reason_code, CODE_SIZE, "AC04");
    cr_assert_eq(question_ask(&rejected)->after.state, STATE_REJECTED);
    expect_posting(&rejected.decision.postings[0], POSTING_VOID, ACCOUNT_DOMESTIC);
    cr_assert_eq(rejected.decision.status, STATUS_RJCT);
    cr_assert_str_eq(rejected.decision.after.reason_code, "AC04");
    text_set(blocked.event.reason_code, CODE_SIZE, "RR04");
    cr_assert_eq(question_ask(&blocked)->after.state, STATE_BLOCKED);
    expect_posting(&blocked.decision.postings[0], POSTING_VOID, ACCOUNT_DOMESTIC);
    expect_posting(&blocked.decision.postings[1], POSTING_DIRECT, ACCOUNT_BLOCKED_FUNDS);
    cr_assert_eq(blocked.decision.status, STATUS_BLCK);
}

/* "It never turns into a rejection by time." */
Test(inbound, a_silent_wallet_is_asked_again_for_ever) {
    struct question question = requested();
    for (int i = 1; i < 1000; i++) {
        question = question_after(&question, EVENT_TIMER_DUE);
        question.seen.now = QUESTION_NOW + i * INT64_C(86400000);
        cr_assert_eq(question_ask(&question)->after.state, STATE_CREDIT_IN_DOUBT);
        cr_assert_eq(question.decision.emissions[0], WALLET_CREDIT_REQUESTED);
        cr_assert_eq(question.decision.posting_count, 0);
    }
    question = question_after(&question, EVENT_CREDIT_COMPLETED);
    cr_assert_eq(question_ask(&question)->after.state, STATE_CREDITED);
}

static struct question repeated(const struct question *start, uint8_t content) {
    struct question question = question_after(start, EVENT_PEER_PAYMENT);
    memset(question.event.content_hash, content, 32);
    (void)question_ask(&question);
    return question;
}

Test(inbound, the_same_payment_again_gets_the_stored_final) {
    struct question start = requested(), early = repeated(&start, 1);
    cr_assert_eq(early.decision.verdict, VERDICT_REPEATED);
    cr_assert_eq(early.decision.peer_message, PEER_MESSAGE_NONE);
    struct question end = question_after(&start, EVENT_CREDIT_COMPLETED);
    (void)question_ask(&end);
    struct question late = repeated(&end, 1);
    cr_assert_eq(late.decision.verdict, VERDICT_REPEATED);
    cr_assert_eq(late.decision.peer_message, PEER_MESSAGE_REPEAT);
}

/* "admi.002 to a peer (never a pacs.002 for the original), and a case." */
Test(inbound, the_same_key_with_other_content_touches_nothing) {
    struct question start = requested(), question = repeated(&start, 2);
    cr_assert_eq(question.decision.verdict, VERDICT_REFUSED);
    cr_assert_eq(question.decision.reason, REASON_COLLISION);
    cr_assert(question.decision.opens_case);
    cr_assert_eq(question.decision.peer_message, PEER_MESSAGE_NONE);
}

Test(inbound, without_a_corridor_nothing_comes_in) {
    struct question question = question_of_credit();
    struct decision decision;
    decide(&question.before, &question.event, NULL, &question.seen, &decision);
    cr_assert_eq(decision.verdict, VERDICT_REFUSED);
}
