#include "tests/unit/core/question.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/text.h"

static void fill_corridor(struct corridor *corridor) {
    *corridor = (struct corridor){.version = 3, .open = true};
    text_set(corridor->name, CORRIDOR_SIZE, "sg-th");
    text_set(corridor->home.currency, CURRENCY_SIZE, "SGD");
    text_set(corridor->peer.currency, CURRENCY_SIZE, "THB");
    corridor->limits.minimum = 100;
    corridor->limits.maximum = 1000000;
    corridor->timing.queue_age = 1000;
    corridor->timing.answer = corridor->timing.repeat = corridor->timing.credit = 1000;
    corridor->timing.maximum_execution = 60000;
}

static void fill_party(struct party *party, const char *name, const char *town, const char *country) {
    text_set(party->name, NAME_SIZE, name);
    text_set(party->street, sizeof party->street, "First Street");
    text_set(party->town, sizeof party->town, town);
    text_set(party->country, COUNTRY_SIZE, country);
}

static void fill_payment(struct payment *payment, bool outbound) {
    fill_party(&payment->debtor, "Tan Wei Ming", "Singapore", "SG");
    fill_party(&payment->creditor, "Somchai Jaidee", "Bangkok", "TH");
    text_set(payment->debtor_account, ACCOUNT_SIZE, "SG-1");
    text_set(payment->debtor_agent, BIC_SIZE, "DBSSSGSG");
    text_set(payment->creditor_account, ACCOUNT_SIZE, "TH-1");
    text_set(payment->creditor_agent, BIC_SIZE, "BKKBTHBK");
    text_set(payment->source_currency, CURRENCY_SIZE, outbound ? "SGD" : "THB");
    text_set(payment->target_currency, CURRENCY_SIZE, outbound ? "THB" : "SGD");
}

static struct question question_of(int direction, int event_type) {
    struct question question = {.event.type = event_type, .seen.now = QUESTION_NOW};
    fill_corridor(&question.corridor);
    question.event.key.direction = direction;
    text_set(question.event.key.corridor, CORRIDOR_SIZE, "sg-th");
    question.event.key.uetr.bytes[0] = 7;
    memset(question.event.content_hash, 1, 32);
    fill_payment(&question.event.payment, direction == OUTBOUND);
    question.seen.new_instruction.bytes[0] = 9;
    question.seen.headroom = 100000000;
    question.seen.peer_open = true;
    text_set(question.seen.message_id, REFERENCE_SIZE, "M1");
    question.before.key = question.event.key;
    return question;
}

struct question question_of_transfer(void) {
    struct question question = question_of(OUTBOUND, EVENT_TRANSFER_INITIATED);
    question.event.payment.source_amount = 10000;
    question.event.lock_id.bytes[0] = 5;
    question.event.lock_amount = 10000;
    question.seen.best_rate.rate = (struct decimal){258125, 4};
    text_set(question.seen.best_rate.provider, REFERENCE_SIZE, "GLOBEXFX");
    return question;
}

struct question question_of_credit(void) {
    struct question question = question_of(INBOUND, EVENT_PEER_PAYMENT);
    struct payment *payment = &question.event.payment;
    payment->source_amount = 258125;
    payment->target_amount = 10000;
    payment->rate = (struct decimal){38741, 6};
    payment->acceptance_time = QUESTION_NOW - 1000;
    text_set(question.event.message_id, REFERENCE_SIZE, "M1");
    return question;
}

struct question question_after(const struct question *first, int event_type) {
    struct question question = *first;
    cr_assert_eq(first->decision.verdict, VERDICT_APPLIED);
    question.before = first->decision.after;
    question.event = (struct event){.type = event_type, .key = first->event.key};
    question.event.lock_id = question.before.lock_id;
    text_set(question.event.original_message_id, REFERENCE_SIZE, question.before.message_id);
    return question;
}

const struct decision *question_ask(struct question *question) {
    decide(&question->before, &question->event, &question->corridor, &question->seen, &question->decision);
    return &question->decision;
}
