/* Four eyes: what one proposes another approves, once, while it is what was proposed. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/reasons.h"
#include "host/digest.h"
#include "tests/support/replay/retrace.h"
#include "tests/support/world/leaks.h"
#include "tests/support/world/world.h"

enum { SECOND = 1000, HOUR = 3600 * SECOND };

static struct memory_store *home(struct world *world) {
    return &world->nodes[HOME].store;
}

/* Every order of the test, judged again from what was kept of it. */
static void replay(struct world *world) {
    for (size_t i = 0; i < home(world)->commands.count; i++) {
        const struct store_command *row = &home(world)->commands.items[i];
        char salt[DIGEST_HEX_SIZE], leaf[DIGEST_HEX_SIZE];
        struct buffer difference;
        digest_to_hex(row->salt, sizeof row->salt, salt);
        digest_to_hex(row->leaf, sizeof row->leaf, leaf);
        buffer_init(&difference, 4096);
        const struct retrace_order order = {order_names[row->order],
                                            command_verdict_names[row->verdict],
                                            reason_row(row->reason)->rule,
                                            row->record,
                                            salt,
                                            leaf};
        cr_assert(retrace_command(&order, &difference), "%s", difference.data);
        buffer_wipe(&difference);
    }
}

/* The rules of sg-th with another maximum, as its file would order them. */
static void fill_rules(struct command *command, int64_t maximum) {
    struct corridor *corridor = &command->corridor;
    *corridor = flow_link_find(command->flow, "sg-th")->corridor;
    corridor->version = 0;
    corridor->limits.maximum = maximum;
    text_set(command->asked.corridor, CORRIDOR_SIZE, corridor->name);
    text_set(command->asked.home_currency, CURRENCY_SIZE, corridor->home.currency);
    text_set(command->asked.peer_currency, CURRENCY_SIZE, corridor->peer.currency);
}

static void propose(struct world *world, const char *by, int64_t maximum, struct world_told *told) {
    struct command *command = world_command(world, HOME, ORDER_CORRIDOR_APPLY, by, told);
    fill_rules(command, maximum);
    world_order(command, "the file", "");
    world_run(world, SECOND);
}

/* The newest approval. */
static struct memory_approval *approval_of(struct world *world) {
    cr_assert_gt(home(world)->approvals.count, 0);
    return &home(world)->approvals.items[home(world)->approvals.count - 1];
}

static void start_decision(struct world *world, int order, const char *by, int64_t maximum, const char *key,
                           struct world_told *told) {
    struct command *command = world_command(world, HOME, order, by, told);
    command->asked.approval = approval_of(world)->row.id;
    if (order == ORDER_APPROVAL_APPROVE)
        fill_rules(command, maximum);
    world_order(command, "the approval", key);
}

static void approve(struct world *world, const char *by, int64_t maximum, struct world_told *told) {
    start_decision(world, ORDER_APPROVAL_APPROVE, by, maximum, "", told);
    world_run(world, SECOND);
}

static int64_t maximum_of(struct world *world) {
    return flow_link_find(&world->nodes[HOME].flow, "sg-th")->corridor.limits.maximum;
}

Test(approvals, a_limit_is_changed_by_two_and_in_force_on_the_next_payment) {
    struct world world;
    world_init(&world, 1);
    int64_t before = maximum_of(&world);
    struct world_told told;
    propose(&world, "ann", 5000, &told);
    cr_assert_eq(told.verdict, COMMAND_PROPOSED);
    cr_assert(told.waits);
    cr_assert(strstr(told.answer, "\"changes\":[{\"path\":\"limits.maximum\",\"from\":"), "%s", told.answer);
    cr_assert(strstr(told.answer, "\"to\":\"50.00\"}]"), "%s", told.answer);
    cr_assert_eq(maximum_of(&world), before, "nothing has changed yet");
    struct uuid paid = world_pay(&world, HOME, 10000);
    world_run(&world, 10 * SECOND);
    cr_assert_eq(world_instruction(&world, HOME, &paid)->state, STATE_SETTLED);
    approve(&world, "bob", 5000, &told);
    cr_assert_eq(told.verdict, COMMAND_APPLIED, "%s", told.why.detail);
    cr_assert(strstr(told.answer, "\"state\":\"approved\",\"result\":{\"corridor\":\"sg-th\",\"version\":2}"),
              "%s", told.answer);
    struct uuid refused = world_pay(&world, HOME, 10000);
    world_run(&world, 10 * SECOND);
    cr_assert_eq(world_instruction(&world, HOME, &refused)->state, STATE_REJECTED);
    cr_assert_eq(world_instruction(&world, HOME, &refused)->corridor_version, 2);
    cr_assert_eq(approval_of(&world)->state, APPROVAL_APPROVED);
    cr_assert_str_eq(approval_of(&world)->end.decided_by, "bob");
    world_check_at_rest(&world);
    replay(&world);
    world_wipe(&world);
}

Test(approvals, the_same_person_twice_is_one_pair_of_eyes) {
    struct world world;
    world_init(&world, 2);
    struct world_told told;
    propose(&world, "ann", 5000, &told);
    approve(&world, "ann", 5000, &told);
    cr_assert_eq(told.why.reason, REASON_APPROVAL_OWN);
    cr_assert_eq(approval_of(&world)->state, APPROVAL_OPEN, "another one still can");
    approve(&world, "cat", 5000, &told);
    cr_assert_eq(told.verdict, COMMAND_APPLIED);
    approve(&world, "bob", 5000, &told);
    cr_assert_eq(told.why.reason, REASON_APPROVAL_CLOSED);
    cr_assert_eq(memory_store_version(home(&world), "sg-th"), 2, "in effect once");
    replay(&world);
    world_wipe(&world);
}

Test(approvals, what_was_refused_stays_refused) {
    struct world world;
    world_init(&world, 3);
    struct world_told told;
    propose(&world, "ann", 5000, &told);
    start_decision(&world, ORDER_APPROVAL_REFUSE, "ann", 0, "", &told);
    world_run(&world, SECOND);
    cr_assert_eq(told.verdict, COMMAND_APPLIED, "one may take back what one proposed");
    approve(&world, "bob", 5000, &told);
    cr_assert_eq(told.why.reason, REASON_APPROVAL_CLOSED);
    cr_assert_str_eq(told.why.detail, "it is refused");
    cr_assert_eq(memory_store_version(home(&world), "sg-th"), 1);
    replay(&world);
    world_wipe(&world);
}

Test(approvals, what_nobody_approves_in_time_expires) {
    struct world world;
    world_init(&world, 4);
    struct world_told told;
    propose(&world, "ann", 5000, &told);
    world.now = approval_of(&world)->row.expires_at;
    approve(&world, "bob", 5000, &told);
    cr_assert_eq(told.why.reason, REASON_APPROVAL_EXPIRED);
    cr_assert_eq(approval_of(&world)->state, APPROVAL_EXPIRED);
    approve(&world, "cat", 5000, &told);
    cr_assert_eq(told.why.reason, REASON_APPROVAL_CLOSED);
    cr_assert_eq(memory_store_version(home(&world), "sg-th"), 1);
    replay(&world);
    world_wipe(&world);
}

Test(approvals, what_was_proposed_against_other_rules_is_refused_and_says_so) {
    struct world world;
    world_init(&world, 5);
    struct world_told told;
    propose(&world, "ann", 5000, &told);
    struct command *command = world_command(&world, HOME, ORDER_CORRIDOR_SUSPEND, "cat", &told);
    text_set(command->asked.corridor, CORRIDOR_SIZE, "sg-th");
    world_order(command, "suspend", "");
    world_run(&world, SECOND);
    cr_assert(result_is_ok(&told.why));
    approve(&world, "bob", 5000, &told);
    cr_assert_eq(told.why.reason, REASON_APPROVAL_OUTDATED);
    cr_assert_str_eq(told.why.detail, "sg-th was at version 1 and is at version 2 now");
    cr_assert_eq(memory_store_version(home(&world), "sg-th"), 2);
    cr_assert_not(flow_link_find(&world.nodes[HOME].flow, "sg-th")->corridor.open, "it stays suspended");
    replay(&world);
    world_wipe(&world);
}

/* Another gateway changes the corridor between decision and commit. */
static enum store_outcome change_rules_once(struct world *world, struct node *node,
                                            const struct store_commit *commit) {
    (void)world;
    if (commit->corridor_count == 0 || node->store.corridors.count > 1)
        return STORE_COMMITTED;
    struct store_corridor *row = array_push(&node->store.corridors);
    *row = node->store.corridors.items[0];
    row->version = 2;
    return STORE_COMMITTED;
}

Test(approvals, nor_is_what_gets_outdated_right_before_the_commit) {
    struct world world;
    world_init(&world, 6);
    struct world_told told;
    propose(&world, "ann", 5000, &told);
    world.rival = change_rules_once;
    approve(&world, "bob", 5000, &told);
    cr_assert_eq(told.why.reason, REASON_APPROVAL_OUTDATED);
    cr_assert_eq(approval_of(&world)->state, APPROVAL_OPEN);
    replay(&world);
    world_wipe(&world);
}

/* ---- kills ---- */

Test(approvals, a_proposal_outlives_the_gateway) {
    struct world world;
    world_init(&world, 7);
    struct world_told told;
    propose(&world, "ann", 5000, &told);
    world_crash(&world, HOME);
    world_run(&world, SECOND);
    approve(&world, "bob", 5000, &told);
    cr_assert_eq(told.verdict, COMMAND_APPLIED);
    cr_assert_eq(maximum_of(&world), 5000);
    replay(&world);
    world_wipe(&world);
}

/* What is approved is in effect when the approval is closed, and only then. */
static void check_whole(struct world *world, size_t step) {
    bool is_approved = approval_of(world)->state == APPROVAL_APPROVED;
    cr_assert_eq(memory_store_version(home(world), "sg-th"), is_approved ? 2 : 1, "step %zu", step);
}

Test(approvals, an_approval_is_in_effect_once_whenever_the_gateway_dies) {
    for (size_t step = 1; step < 30; step++) {
        struct world world;
        world_init(&world, 8);
        struct world_told told;
        propose(&world, "ann", 5000, &told);
        world.crash_node = HOME;
        world.crash_at_step = world.steps + step;
        leaks_forgive_begin();
        start_decision(&world, ORDER_APPROVAL_APPROVE, "bob", 5000, "k", &told);
        world_run(&world, 5 * SECOND);
        leaks_forgive_end();
        check_whole(&world, step);
        if (!told.count) {
            start_decision(&world, ORDER_APPROVAL_APPROVE, "bob", 5000, "k", &told);
            world_run(&world, 5 * SECOND);
        }
        cr_assert(told.count == 1 && result_is_ok(&told.why), "step %zu: %s", step, told.why.detail);
        cr_assert_eq(approval_of(&world)->state, APPROVAL_APPROVED);
        check_whole(&world, step);
        cr_assert_eq(maximum_of(&world), 5000);
        replay(&world);
        world_wipe(&world);
    }
}

/* ---- the other orders that need two ---- */

Test(approvals, money_leaves_by_two_and_only_what_is_there_then) {
    struct world world;
    world_init(&world, 9);
    struct world_told told;
    int64_t left = memory_store_available(home(&world), ACCOUNT_FOREIGN_PREFUND);
    for (int i = 0; i < 2; i++) {
        struct command *command = world_command(&world, HOME, ORDER_LIQUIDITY_WITHDRAW, "ann", &told);
        text_set(command->asked.corridor, CORRIDOR_SIZE, "sg-th");
        command->account = (struct account_reference){ACCOUNT_FOREIGN_PREFUND, "", "THB"};
        command->amount = command->asked.takes = left;
        world_order(command, "all of it", "");
        world_run(&world, SECOND);
        cr_assert_eq(told.verdict, COMMAND_PROPOSED);
        cr_assert(
            strstr(told.answer,
                   "{\"path\":\"available.FOREIGN_PREFUND.THB\",\"from\":\"10000000.00\",\"to\":\"0.00\"}"),
            "%s", told.answer);
    }
    for (size_t i = 0; i < 2; i++) {
        struct command *command = world_command(&world, HOME, ORDER_APPROVAL_APPROVE, "bob", &told);
        command->asked.approval = home(&world)->approvals.items[i].row.id;
        text_set(command->asked.corridor, CORRIDOR_SIZE, "sg-th");
        command->account = (struct account_reference){ACCOUNT_FOREIGN_PREFUND, "", "THB"};
        command->amount = command->asked.takes = left;
        world_order(command, "yes", "");
        world_run(&world, SECOND);
        cr_assert_eq(told.why.reason, i == 0 ? REASON_NONE : REASON_NO_LIQUIDITY);
    }
    cr_assert_eq(memory_store_available(home(&world), ACCOUNT_FOREIGN_PREFUND), 0);
    cr_assert_eq(approval_of(&world)->state, APPROVAL_OPEN, "it can be approved when there is money again");
    replay(&world);
    world_wipe(&world);
}

static void fill_operator(struct command *command) {
    struct store_operator *added = &command->operator_;
    text_set(added->name, sizeof added->name, "dan");
    memset(added->certificate, 'd', FINGERPRINT_SIZE - 1);
    added->role = ROLE_OPERATOR;
    text_set(command->asked.operator, OPERATOR_SIZE, added->name);
    text_set(command->asked.operator_certificate, FINGERPRINT_SIZE, added->certificate);
}

Test(approvals, an_operator_is_enrolled_by_two_and_may_then_approve) {
    struct world world;
    world_init(&world, 10);
    struct world_told told;
    struct command *command = world_command(&world, HOME, ORDER_OPERATOR_ADD, "ann", &told);
    fill_operator(command);
    world_order(command, "dan", "");
    world_run(&world, SECOND);
    cr_assert_eq(told.verdict, COMMAND_PROPOSED);
    cr_assert(strstr(told.answer, "{\"path\":\"operators.dan.role\",\"to\":\"operator\"}"), "%s",
              told.answer);
    propose(&world, "ann", 5000, &told);
    approve(&world, "dan", 5000, &told);
    cr_assert_eq(told.why.reason, REASON_NOT_ALLOWED);
    command = world_command(&world, HOME, ORDER_APPROVAL_APPROVE, "bob", &told);
    command->asked.approval = home(&world)->approvals.items[0].row.id;
    fill_operator(command);
    world_order(command, "yes", "");
    world_run(&world, SECOND);
    cr_assert_eq(told.verdict, COMMAND_APPLIED, "%s", told.why.detail);
    approve(&world, "dan", 5000, &told);
    cr_assert_eq(told.verdict, COMMAND_APPLIED, "%s", told.why.detail);
    world_wipe(&world);
}
