/* The state machine as a table: every pair of state and event, legal or not. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/text.h"
#include "core/reasons.h"
#include "core/transitions.h"

enum { NOW = 1764000000 };

static struct corridor corridor_of_test(void) {
    struct corridor corridor = {.version = 3, .open = true};
    text_set(corridor.name, sizeof corridor.name, "sg-th");
    text_set(corridor.home.currency, CURRENCY_SIZE, "SGD");
    text_set(corridor.peer.currency, CURRENCY_SIZE, "THB");
    corridor.limits.maximum = 100000000;
    corridor.timing.queue_age = corridor.timing.answer = corridor.timing.repeat = corridor.timing.credit =
        1000;
    corridor.timing.maximum_execution = 1000000;
    return corridor;
}

static void fill_payment(struct payment *payment, bool outbound) {
    text_set(payment->source_currency, CURRENCY_SIZE, outbound ? "SGD" : "THB");
    text_set(payment->target_currency, CURRENCY_SIZE, outbound ? "THB" : "SGD");
    text_set(payment->fx_provider, REFERENCE_SIZE, "GLOBEXFX");
    payment->source_amount = 10000;
    payment->target_amount = 258125;
    payment->rate = (struct decimal){258125, 4};
}

static struct instruction instruction_in(int direction, int state) {
    struct instruction instruction = {.state = state};
    instruction.key.direction = direction;
    text_set(instruction.key.corridor, CORRIDOR_SIZE, "sg-th");
    if (state == STATE_NONE)
        return instruction;
    instruction.id.bytes[0] = 1;
    instruction.version = 5;
    instruction.received_at = NOW - 10;
    instruction.due_at = NOW - 1;
    text_set(instruction.message_id, REFERENCE_SIZE, "M1");
    fill_payment(&instruction.payment, direction == OUTBOUND);
    return instruction;
}

static struct event event_of(int direction, int type, int status) {
    struct event event = {.type = type, .status = status};
    event.key.direction = direction;
    text_set(event.original_message_id, REFERENCE_SIZE, "M1");
    text_set(event.reason_code, CODE_SIZE, "AC04");
    return event;
}

static bool leads_to(const struct transition *row, int state) {
    for (const int *to = row->to; *to; to++)
        if (*to == state)
            return true;
    return false;
}

static void check_sums(const struct decision *decision) {
    for (size_t i = 0; i < decision->posting_count; i++) {
        cr_assert_gt(decision->postings[i].amount, 0);
        cr_assert_str_eq(decision->postings[i].debit.currency, decision->postings[i].credit.currency);
    }
}

static void check_pair(int direction, int state, int type, int status) {
    struct corridor corridor = corridor_of_test();
    struct instruction before = instruction_in(direction, state);
    struct event event = event_of(direction, type, status);
    struct seen seen = {.now = NOW, .peer_open = true};
    seen.new_instruction.bytes[0] = 9;
    struct decision decision;
    decide(&before, &event, &corridor, &seen, &decision);
    const struct transition *row = transitions_find(direction, state, type);
    if (!row) {
        cr_assert_eq(decision.verdict, VERDICT_REFUSED, "%s %s", state_names[state], event_type_names[type]);
        cr_assert_neq(decision.reason, REASON_NONE);
    }
    if (decision.verdict != VERDICT_APPLIED) {
        cr_assert_eq(decision.posting_count, 0, "only what is applied moves money");
        cr_assert_eq(decision.after.state, state);
        return;
    }
    cr_assert(leads_to(row, decision.after.state), "%s %s leads to %s", state_names[state],
              event_type_names[type], state_names[decision.after.state]);
    cr_assert_eq(decision.after.version, before.version + 1);
    if (state_is_final(state)) {
        cr_assert_eq(decision.after.state, state, "finals never change");
        cr_assert_eq(decision.posting_count, 0);
    }
    check_sums(&decision);
}

Test(transitions, every_pair_of_state_and_event) {
    for (int direction = OUTBOUND; direction <= INBOUND; direction++)
        for (int state = STATE_NONE; state < STATE_COUNT; state++)
            for (int type = 0; type < EVENT_COUNT; type++)
                for (int status = STATUS_NONE; status <= STATUS_BLCK; status++)
                    check_pair(direction, state, type, status);
}

Test(transitions, no_row_stands_twice) {
    for (const struct transition *row = transitions; row->rule; row++)
        cr_assert_eq(transitions_find(row->direction, row->from, row->event), row);
}

static struct decision answer(int state, int last, int status) {
    struct corridor corridor = corridor_of_test();
    struct instruction before = instruction_in(OUTBOUND, state);
    before.peer_status = last;
    struct event event = event_of(OUTBOUND, EVENT_PEER_STATUS, status);
    struct seen seen = {.now = NOW};
    struct decision decision;
    decide(&before, &event, &corridor, &seen, &decision);
    return decision;
}

/* money.md, section 2: what they say and what it means. */
Test(transitions, what_the_peer_says) {
    cr_assert_eq(answer(STATE_SENT, STATUS_NONE, STATUS_ACSP).after.state, STATE_ACCEPTED);
    cr_assert_eq(answer(STATE_SENT, STATUS_NONE, STATUS_ACSC).after.state, STATE_ACCEPTED);
    cr_assert_eq(answer(STATE_SENT, STATUS_NONE, STATUS_ACCC).after.state, STATE_SETTLED);
    cr_assert_eq(answer(STATE_IN_DOUBT, STATUS_NONE, STATUS_RJCT).after.state, STATE_REJECTED);
    cr_assert_eq(answer(STATE_ACCEPTED, STATUS_NONE, STATUS_BLCK).after.state, STATE_BLOCKED);
    cr_assert_eq(answer(STATE_SETTLED, STATUS_ACCC, STATUS_ACSP).verdict, VERDICT_RECORDED);
    cr_assert_not(answer(STATE_SETTLED, STATUS_ACCC, STATUS_ACSP).opens_case);
}

Test(transitions, a_contradiction_opens_a_case_and_moves_no_money) {
    struct decision decisions[] = {
        answer(STATE_SETTLED, STATUS_ACCC, STATUS_RJCT), answer(STATE_REJECTED, STATUS_RJCT, STATUS_ACCC),
        answer(STATE_BLOCKED, STATUS_BLCK, STATUS_RJCT), answer(STATE_ACCEPTED, STATUS_ACSC, STATUS_RJCT)};
    for (size_t i = 0; i < sizeof decisions / sizeof *decisions; i++) {
        cr_assert(decisions[i].opens_case, "%zu", i);
        cr_assert_eq(decisions[i].verdict, VERDICT_RECORDED);
        cr_assert_eq(decisions[i].posting_count, 0);
    }
}

Test(transitions, a_status_of_another_message_matches_nothing) {
    struct corridor corridor = corridor_of_test();
    struct instruction before = instruction_in(OUTBOUND, STATE_SENT);
    struct event event = event_of(OUTBOUND, EVENT_PEER_STATUS, STATUS_ACCC);
    text_set(event.original_message_id, REFERENCE_SIZE, "M2");
    struct seen seen = {.now = NOW};
    struct decision decision;
    decide(&before, &event, &corridor, &seen, &decision);
    cr_assert_eq(decision.verdict, VERDICT_REFUSED);
    cr_assert_eq(decision.reason, REASON_NO_MATCH);
    text_set(event.original_message_id, REFERENCE_SIZE, "M1");
    text_set(event.original_currency, CURRENCY_SIZE, "THB");
    event.original_amount = 258126;
    decide(&before, &event, &corridor, &seen, &decision);
    cr_assert_eq(decision.reason, REASON_NO_MATCH, "every reference present must agree");
}

Test(transitions, the_table_prints_as_a_graph) {
    struct buffer dot;
    buffer_init(&dot, 1 << 16);
    transitions_write_dot(&dot);
    cr_assert(strstr(dot.data, "outbound_RESERVED -> outbound_SENT [label=\"dispatch\"]"));
    cr_assert(strstr(dot.data, "inbound_CREDIT_REQUESTED -> inbound_CREDITED"));
    cr_assert_not(dot.overflowed);
    buffer_wipe(&dot);
}
