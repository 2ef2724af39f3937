/* Orders: who may, what needs four eyes, what is refused, and that the kept record says all of it. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/text.h"
#include "core/command.h"
#include "core/reasons.h"

enum { NOW = 1000000 };

static struct command_asked asked;
static struct command_seen seen;

/* An active operator, a corridor at version 3 whose only provider is GLOBEXFX, four operators in all. */
static void ask(int order) {
    asked = (struct command_asked){.order = order};
    text_set(asked.certificate, sizeof asked.certificate, "cert-of-ann");
    text_set(asked.corridor, sizeof asked.corridor, "sg-th");
    seen = (struct command_seen){.now = NOW,
                                 .role = ROLE_OPERATOR,
                                 .is_active = true,
                                 .corridor_version = 3,
                                 .corridor_open = true,
                                 .provider_known = true,
                                 .available = 500,
                                 .active_operators = 4};
    text_set(seen.operator, sizeof seen.operator, "ann");
}

/* Bob approves what Ann proposed an hour ago. */
static void ask_approval(int order, int proposed) {
    ask(order);
    asked.approval.bytes[0] = 1;
    text_set(asked.certificate, sizeof asked.certificate, "cert-of-bob");
    text_set(seen.operator, sizeof seen.operator, "bob");
    seen.approval = (struct approval_seen){.order = proposed,
                                           .state = APPROVAL_OPEN,
                                           .base_version = 3,
                                           .expires_at = NOW + APPROVAL_VALIDITY - 3600 * 1000};
    text_set(seen.approval.proposer, sizeof seen.approval.proposer, "ann");
    text_set(seen.approval.proposer_certificate, sizeof seen.approval.proposer_certificate, "cert-of-ann");
}

/* What is kept of it is decided the same again. */
static void decide_kept(struct command_decision *out) {
    struct buffer record;
    static struct command_asked kept_asked;
    static struct command_seen kept_seen;
    buffer_init(&record, 1 << 16);
    record_write(&command_asked_record, "asked", &asked, &record);
    record_write(&command_seen_record, "seen", &seen, &record);
    kept_asked = (struct command_asked){0};
    kept_seen = (struct command_seen){0};
    cr_assert(record_read(&command_asked_record, "asked", buffer_bytes(&record), &kept_asked));
    cr_assert(record_read(&command_seen_record, "seen", buffer_bytes(&record), &kept_seen));
    decide_command(&kept_asked, &kept_seen, out);
    buffer_wipe(&record);
}

static void expect(int verdict, int reason, const char *field) {
    struct command_decision decision, again;
    decide_command(&asked, &seen, &decision);
    cr_expect_eq(decision.verdict, verdict, "%s: %s instead of %s", order_names[asked.order],
                 command_verdict_names[decision.verdict], command_verdict_names[verdict]);
    cr_expect_str_eq(reason_row(decision.reason)->rule, reason_row(reason)->rule);
    cr_expect_str_eq(decision.field, field);
    decide_kept(&again);
    cr_expect_eq(again.verdict, decision.verdict, "replayed");
    cr_expect_eq(again.reason, decision.reason, "replayed");
}

static void expect_refused(int reason, const char *field) {
    expect(COMMAND_REFUSED, reason, field);
}

/* ---- who ---- */

Test(command, only_an_active_operator_orders_anything) {
    for (int order = ORDER_NONE + 1; order < ORDER_COUNT; order++) {
        ask(order);
        seen.operator[0] = '\0';
        expect_refused(REASON_NOT_ALLOWED, "");
        ask(order);
        seen.is_active = false;
        expect_refused(REASON_NOT_ALLOWED, "");
        ask(order);
        seen.role = ROLE_AUDITOR;
        expect_refused(REASON_NOT_ALLOWED, "");
        seen.role = ROLE_MONITORING;
        expect_refused(REASON_NOT_ALLOWED, "");
    }
}

Test(command, a_suspended_operator_gets_no_old_answer_either) {
    ask(ORDER_FX_POST);
    seen.is_active = false;
    seen.key = KEY_SAME;
    expect_refused(REASON_NOT_ALLOWED, "");
}

/* ---- the same order again ---- */

Test(command, the_same_again_is_answered_and_does_nothing) {
    for (int order = ORDER_NONE + 1; order < ORDER_COUNT; order++) {
        ask(order);
        seen.key = KEY_SAME;
        expect(COMMAND_REPEATED, REASON_NONE, "");
        asked.refusal = REASON_AMOUNT_ZERO;
        expect(COMMAND_REPEATED, REASON_NONE, "");
        ask(order);
        seen.key = KEY_OTHER;
        expect_refused(REASON_COLLISION, "/Idempotency-Key");
    }
}

/* ---- four eyes ---- */

Test(command, what_needs_four_eyes_is_proposed) {
    static const int four_eyes[] = {ORDER_CORRIDOR_APPLY, ORDER_CORRIDOR_RESUME, ORDER_LIQUIDITY_WITHDRAW,
                                    ORDER_OPERATOR_ADD};
    for (size_t i = 0; i < sizeof four_eyes / sizeof *four_eyes; i++) {
        ask(four_eyes[i]);
        seen.corridor_open = false;
        expect(COMMAND_PROPOSED, REASON_NONE, "");
        ask_approval(ORDER_APPROVAL_APPROVE, four_eyes[i]);
        seen.corridor_open = false;
        expect(COMMAND_APPLIED, REASON_NONE, "");
        cr_expect_eq(command_effect(&asked, &seen), four_eyes[i]);
    }
}

Test(command, what_one_person_may_do_takes_effect_at_once) {
    static const int plain[] = {ORDER_CORRIDOR_SUSPEND, ORDER_FX_POST, ORDER_FX_QUOTE, ORDER_LIQUIDITY_FUND};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        ask(plain[i]);
        expect(COMMAND_APPLIED, REASON_NONE, "");
        cr_expect_eq(command_effect(&asked, &seen), plain[i]);
    }
}

Test(command, nobody_approves_their_own_proposal) {
    ask_approval(ORDER_APPROVAL_APPROVE, ORDER_LIQUIDITY_WITHDRAW);
    text_set(seen.operator, sizeof seen.operator, "ann");
    expect_refused(REASON_APPROVAL_OWN, "");
    ask_approval(ORDER_APPROVAL_APPROVE, ORDER_LIQUIDITY_WITHDRAW);
    text_set(asked.certificate, sizeof asked.certificate, "cert-of-ann");
    expect_refused(REASON_APPROVAL_OWN, "");
    ask_approval(ORDER_APPROVAL_REFUSE, ORDER_LIQUIDITY_WITHDRAW);
    text_set(seen.operator, sizeof seen.operator, "ann");
    expect(COMMAND_APPLIED, REASON_NONE, "");
}

Test(command, an_approval_is_there_is_open_and_in_time) {
    for (int order = ORDER_APPROVAL_APPROVE; order <= ORDER_APPROVAL_REFUSE; order++) {
        ask_approval(order, ORDER_CORRIDOR_APPLY);
        seen.approval = (struct approval_seen){0};
        expect_refused(REASON_APPROVAL_UNKNOWN, "/approval");
        for (int state = APPROVAL_APPROVED; state <= APPROVAL_EXPIRED; state++) {
            ask_approval(order, ORDER_CORRIDOR_APPLY);
            seen.approval.state = state;
            expect_refused(REASON_APPROVAL_CLOSED, "/approval");
        }
        ask_approval(order, ORDER_CORRIDOR_APPLY);
        seen.now = seen.approval.expires_at;
        expect_refused(REASON_APPROVAL_EXPIRED, "/approval");
        seen.now--;
        expect(COMMAND_APPLIED, REASON_NONE, "");
    }
}

Test(command, what_was_proposed_against_other_rules_is_not_approved) {
    static const int of_rules[] = {ORDER_CORRIDOR_APPLY, ORDER_CORRIDOR_RESUME};
    for (size_t i = 0; i < sizeof of_rules / sizeof *of_rules; i++) {
        ask_approval(ORDER_APPROVAL_APPROVE, of_rules[i]);
        seen.corridor_version++;
        expect_refused(REASON_APPROVAL_OUTDATED, "/approval");
        asked.order = ORDER_APPROVAL_REFUSE;
        expect(COMMAND_APPLIED, REASON_NONE, "");
    }
    ask_approval(ORDER_APPROVAL_APPROVE, ORDER_LIQUIDITY_WITHDRAW);
    seen.corridor_version++;
    expect(COMMAND_APPLIED, REASON_NONE, "");
}

Test(command, what_is_approved_is_judged_by_what_holds_now) {
    ask_approval(ORDER_APPROVAL_APPROVE, ORDER_LIQUIDITY_WITHDRAW);
    asked.takes = 501;
    expect_refused(REASON_NO_LIQUIDITY, "/amount");
    ask_approval(ORDER_APPROVAL_APPROVE, ORDER_OPERATOR_ADD);
    seen.other_role = ROLE_AUDITOR;
    expect_refused(REASON_OPERATOR_KNOWN, "/name");
    ask_approval(ORDER_APPROVAL_APPROVE, ORDER_CORRIDOR_APPLY);
    asked.refusal = REASON_CORRIDOR_FILE;
    expect_refused(REASON_CORRIDOR_FILE, "");
}

/* ---- each order ---- */

Test(command, a_request_that_is_wrong_by_itself_is_refused_with_its_reason) {
    for (int order = ORDER_NONE + 1; order < ORDER_COUNT; order++) {
        ask(order);
        asked.refusal = REASON_REQUEST_MALFORMED;
        text_set(asked.refusal_field, sizeof asked.refusal_field, "/memo");
        expect_refused(REASON_REQUEST_MALFORMED, "/memo");
    }
}

Test(command, an_order_about_a_corridor_wants_one) {
    static const int about[] = {ORDER_CORRIDOR_SUSPEND, ORDER_CORRIDOR_RESUME, ORDER_FX_POST,
                                ORDER_FX_QUOTE,         ORDER_LIQUIDITY_FUND,  ORDER_LIQUIDITY_WITHDRAW};
    for (size_t i = 0; i < sizeof about / sizeof *about; i++) {
        ask(about[i]);
        seen.corridor_version = 0;
        expect_refused(REASON_UNKNOWN_CORRIDOR, "/corridor");
    }
    ask(ORDER_CORRIDOR_APPLY);
    seen.corridor_version = 0;
    expect(COMMAND_PROPOSED, REASON_NONE, "");
}

Test(command, a_provider_is_one_of_the_corridors) {
    static const struct {
        int order;
        const char *field;
    } about[] = {{ORDER_FX_POST, "/provider"},
                 {ORDER_FX_QUOTE, "/provider"},
                 {ORDER_LIQUIDITY_FUND, "/account"},
                 {ORDER_LIQUIDITY_WITHDRAW, "/account"}};
    for (size_t i = 0; i < sizeof about / sizeof *about; i++) {
        ask(about[i].order);
        text_set(asked.provider, sizeof asked.provider, "NOBODYFX");
        seen.provider_known = false;
        expect_refused(REASON_PROVIDER_UNKNOWN, about[i].field);
    }
}

Test(command, a_corridor_keeps_its_currencies) {
    ask(ORDER_CORRIDOR_APPLY);
    text_set(asked.home_currency, CURRENCY_SIZE, "SGD");
    text_set(asked.peer_currency, CURRENCY_SIZE, "THB");
    text_set(seen.home_currency, CURRENCY_SIZE, "SGD");
    text_set(seen.peer_currency, CURRENCY_SIZE, "MYR");
    expect_refused(REASON_CORRIDOR_FILE, "name");
    seen.corridor_version = 0;
    expect(COMMAND_PROPOSED, REASON_NONE, "");
}

Test(command, what_stands_already_needs_nobody) {
    ask(ORDER_CORRIDOR_APPLY);
    seen.is_unchanged = true;
    expect(COMMAND_RECORDED, REASON_NONE, "");
    ask(ORDER_CORRIDOR_RESUME);
    expect(COMMAND_RECORDED, REASON_NONE, "");
    ask(ORDER_CORRIDOR_SUSPEND);
    seen.corridor_open = false;
    expect(COMMAND_RECORDED, REASON_NONE, "");
    ask(ORDER_OPERATOR_SUSPEND);
    seen.other_role = ROLE_OPERATOR;
    expect(COMMAND_RECORDED, REASON_NONE, "");
}

Test(command, nothing_is_taken_that_is_not_there) {
    ask(ORDER_LIQUIDITY_WITHDRAW);
    asked.takes = 500;
    expect(COMMAND_PROPOSED, REASON_NONE, "");
    asked.takes = 501;
    expect_refused(REASON_NO_LIQUIDITY, "/amount");
    seen.available = -7;
    asked.takes = 1;
    expect_refused(REASON_NO_LIQUIDITY, "/amount");
    ask(ORDER_LIQUIDITY_FUND);
    seen.available = -7;
    asked.takes = -1000;
    expect(COMMAND_APPLIED, REASON_NONE, "");
}

Test(command, a_name_and_a_certificate_are_one_operators) {
    ask(ORDER_OPERATOR_ADD);
    seen.other_role = ROLE_MONITORING;
    expect_refused(REASON_OPERATOR_KNOWN, "/name");
    ask(ORDER_OPERATOR_ADD);
    seen.certificate_known = true;
    expect_refused(REASON_OPERATOR_KNOWN, "/certificate");
    ask(ORDER_OPERATOR_ADD);
    text_set(asked.participant, sizeof asked.participant, "KPMGSGSG");
    expect_refused(REASON_PARTICIPANT_UNKNOWN, "/participant");
    seen.participant_known = true;
    expect(COMMAND_PROPOSED, REASON_NONE, "");
}

Test(command, two_operators_are_always_left) {
    ask(ORDER_OPERATOR_SUSPEND);
    expect_refused(REASON_OPERATOR_UNKNOWN, "/name");
    seen.other_role = ROLE_OPERATOR;
    seen.other_active = true;
    seen.active_operators = 3;
    expect(COMMAND_APPLIED, REASON_NONE, "");
    seen.active_operators = 2;
    expect_refused(REASON_OPERATOR_LAST, "/name");
    seen.other_role = ROLE_AUDITOR;
    expect(COMMAND_APPLIED, REASON_NONE, "");
}

/* ---- names ---- */

Test(command, every_order_has_a_name_and_is_found_by_it) {
    for (int order = ORDER_NONE + 1; order < ORDER_COUNT; order++)
        cr_expect_eq(order_find(order_names[order]), order);
    cr_expect_null(order_names[ORDER_COUNT]);
    cr_expect_eq(order_find(""), ORDER_NONE);
    cr_expect_eq(order_find("corridor.steal"), ORDER_NONE);
}

Test(command, every_reason_is_found_by_its_rule) {
    for (int reason = 0; reason < REASON_COUNT; reason++)
        cr_expect_eq(reason_find(reason_rules[reason]), reason);
    cr_expect_eq(reason_find("no.such"), REASON_COUNT);
}

Test(command, an_operators_name_is_a_short_word) {
    static const char *const good[] = {"a", "Mei-Ling.Tan_2@mas.gov.sg",
                                       "12345678901234567890123456789012345"};
    static const char *const bad[] = {
        "", "a b", "a/b", "a\n", "\xc3\xa4", "a:b", "123456789012345678901234567890123456"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        cr_expect(operator_is_name(good[i]), "%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_not(operator_is_name(bad[i]), "%s", bad[i]);
}
