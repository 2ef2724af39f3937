/* What operators order and cannot have is refused to them; everybody else's payments go on. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/text.h"
#include "core/reasons.h"
#include "tests/support/world/leaks.h"
#include "tests/support/world/world.h"

enum { SECOND = 1000 };

/* Brings `amount` into FOREIGN_PREFUND. */
static void fund(struct world *world, int64_t amount, struct world_told *told) {
    struct command *command = world_command(world, HOME, ORDER_LIQUIDITY_FUND, "ann", told);
    text_set(command->asked.corridor, CORRIDOR_SIZE, "sg-th");
    command->account = (struct account_reference){ACCOUNT_FOREIGN_PREFUND, "", "THB"};
    command->amount = amount;
    command->asked.takes = -amount;
    world_order(command, "{}", "");
}

static void withdraw(struct world *world, int64_t amount, struct world_told *told) {
    struct command *command = world_command(world, HOME, ORDER_LIQUIDITY_WITHDRAW, "ann", told);
    text_set(command->asked.corridor, CORRIDOR_SIZE, "sg-th");
    command->account = (struct account_reference){ACCOUNT_FOREIGN_PREFUND, "", "THB"};
    command->amount = command->asked.takes = amount;
    world_order(command, "{}", "");
}

static const struct store_command *last_command(struct world *world) {
    const struct memory_store *store = &world->nodes[HOME].store;
    return store->commands.count ? &store->commands.items[store->commands.count - 1] : NULL;
}

static const struct store_input *last_order(struct world *world) {
    struct memory_store *store = &world->nodes[HOME].store;
    for (size_t i = store->inputs.count; i > 0; i--)
        if (text_equal(store->inputs.items[i - 1].door, "command"))
            return &store->inputs.items[i - 1];
    return NULL;
}

Test(commands, what_an_account_does_not_hold_cannot_be_taken_from_it) {
    struct world world;
    world_init(&world, 1);
    struct uuid uetr = world_pay(&world, HOME, 10000);
    struct world_told told;
    int64_t left = memory_store_available(&world.nodes[HOME].store, ACCOUNT_FOREIGN_PREFUND);
    withdraw(&world, left + 1, &told);
    world_run(&world, 10 * SECOND);
    cr_assert_eq(told.count, 1);
    cr_assert_eq(told.why.reason, REASON_NO_LIQUIDITY, "%s", told.why.detail);
    cr_assert_str_eq(last_order(&world)->disposition, "refused");
    cr_assert_eq(last_command(&world)->verdict, COMMAND_REFUSED);
    cr_assert(uuid_equal(&last_command(&world)->id, &last_order(&world)->id), "one order, one id");
    cr_assert_eq(world_instruction(&world, HOME, &uetr)->state, STATE_SETTLED, "the stream goes on");
    world_check_at_rest(&world);
    world_wipe(&world);
}

/* The database refuses a row of an order, and goes on refusing it. */
static enum store_outcome refuse_postings(struct world *world, struct node *node,
                                          const struct store_commit *commit) {
    (void)world, (void)node;
    for (size_t i = 0; i < commit->transfer_count; i++)
        if (commit->transfers[i].posting.amount == 4711)
            return STORE_BAD_ROW;
    return STORE_COMMITTED;
}

Test(commands, what_the_database_refuses_is_refused_to_its_sender) {
    struct world world;
    world_init(&world, 2);
    world.rival = refuse_postings;
    struct uuid before = world_pay(&world, HOME, 10000);
    struct world_told told;
    fund(&world, 4711, &told);
    struct uuid after = world_pay(&world, HOME, 10000);
    world_run(&world, 10 * SECOND);
    cr_assert_eq(told.count, 1);
    cr_assert_eq(told.why.reason, REASON_ORDER_REFUSED);
    cr_assert_str_eq(last_order(&world)->disposition, "refused");
    cr_assert_eq(world_instruction(&world, HOME, &before)->state, STATE_SETTLED);
    cr_assert_eq(world_instruction(&world, HOME, &after)->state, STATE_SETTLED);
    world_check_at_rest(&world);
    world_wipe(&world);
}

static enum store_outcome refuse_every_command(struct world *world, struct node *node,
                                               const struct store_commit *commit) {
    (void)world, (void)node;
    for (size_t i = 0; i < commit->input_count; i++)
        if (text_equal(commit->inputs[i].door, "command"))
            return STORE_BAD_ROW;
    return STORE_COMMITTED;
}

Test(commands, an_order_that_cannot_even_be_kept_ends_nobody) {
    struct world world;
    world_init(&world, 3);
    world.rival = refuse_every_command;
    struct world_told told;
    fund(&world, 1, &told);
    struct uuid uetr = world_pay(&world, HOME, 10000);
    world_run(&world, 10 * SECOND);
    cr_assert_eq(told.count, 1);
    cr_assert_eq(told.why.reason, REASON_ORDER_REFUSED);
    cr_assert_eq(world_instruction(&world, HOME, &uetr)->state, STATE_SETTLED);
    world_wipe(&world);
}

/* The provider left the corridor while its order waited. */
Test(commands, what_was_in_order_when_it_came_is_judged_when_it_is_decided) {
    struct world world;
    world_init(&world, 4);
    struct world_told told;
    struct command *command = world_command(&world, HOME, ORDER_FX_POST, "ann", &told);
    text_set(command->asked.corridor, CORRIDOR_SIZE, "sg-th");
    text_set(command->asked.provider, REFERENCE_SIZE, "GLOBEXFX");
    text_set(command->rate.corridor, CORRIDOR_SIZE, "sg-th");
    text_set(command->rate.offer.provider, REFERENCE_SIZE, "GLOBEXFX");
    command->rate.offer.rate = (struct decimal){26, 0};
    world_order(command, "{}", "");
    struct memory_store *store = &world.nodes[HOME].store;
    struct corridor next = flow_link_find(&world.nodes[HOME].flow, "sg-th")->corridor;
    text_set(next.fx.providers[0], REFERENCE_SIZE, "MERLIONFX");
    next.version = 0;
    struct buffer document;
    buffer_init(&document, 1 << 16);
    record_write(&corridor_record, "corridor", &next, &document);
    struct store_corridor *row = array_push(&store->corridors);
    *row = store->corridors.items[0];
    row->version = 2;
    row->document =
        (struct bytes){arena_copy(&store->arena, document.data, document.length), document.length};
    buffer_wipe(&document);
    world_run(&world, 100);
    cr_assert_eq(told.count, 1);
    cr_assert_eq(told.why.reason, REASON_PROVIDER_UNKNOWN);
    cr_assert_eq(store->rates.count, 1);
    world_wipe(&world);
}

/* ---- who ---- */

Test(commands, who_was_suspended_while_an_order_waited_has_ordered_nothing) {
    struct world world;
    world_init(&world, 5);
    struct world_told told;
    fund(&world, 100, &told);
    world.nodes[HOME].store.operators.items[0].is_active = false;
    world_run(&world, 100);
    cr_assert_eq(told.why.reason, REASON_NOT_ALLOWED);
    cr_assert_eq(last_command(&world)->verdict, COMMAND_REFUSED, "that it was tried is kept");
    cr_assert_eq(world.nodes[HOME].store.transfers.count, 0);
    world_wipe(&world);
}

/* Between decision and commit, on another worker. */
static enum store_outcome suspend_ann(struct world *world, struct node *node,
                                      const struct store_commit *commit) {
    (void)world;
    if (commit->command_count)
        node->store.operators.items[0].is_active = false;
    return STORE_COMMITTED;
}

Test(commands, nor_has_who_is_suspended_right_before_the_commit) {
    struct world world;
    world_init(&world, 6);
    world.rival = suspend_ann;
    struct world_told told;
    fund(&world, 100, &told);
    world_run(&world, 10 * SECOND);
    cr_assert_eq(told.why.reason, REASON_NOT_ALLOWED);
    cr_assert_eq(world.nodes[HOME].store.transfers.count, 0);
    world_wipe(&world);
}

static void suspend_operator(struct world *world, const char *by, const char *whom, struct world_told *told) {
    struct command *command = world_command(world, HOME, ORDER_OPERATOR_SUSPEND, by, told);
    text_set(command->asked.operator, OPERATOR_SIZE, whom);
    world_order(command, whom, "");
}

Test(commands, two_that_suspend_each_other_leave_one_of_them) {
    struct world world;
    world_init(&world, 7);
    struct world_told first, second;
    suspend_operator(&world, "ann", "bob", &first);
    suspend_operator(&world, "bob", "ann", &second);
    world_run(&world, SECOND);
    cr_assert(result_is_ok(&first.why));
    cr_assert_str_eq(first.answer, "{\"operator\":\"bob\",\"active\":false}");
    cr_assert_eq(second.why.reason, REASON_NOT_ALLOWED);
    suspend_operator(&world, "ann", "cat", &first);
    world_run(&world, SECOND);
    cr_assert_eq(first.why.reason, REASON_OPERATOR_LAST);
    suspend_operator(&world, "ann", "bob", &first);
    world_run(&world, SECOND);
    cr_assert_eq(first.verdict, COMMAND_RECORDED, "he is already");
    world_wipe(&world);
}

/* ---- the same order again ---- */

static void fund_once(struct world *world, const char *request, const char *key, struct world_told *told) {
    struct command *command = world_command(world, HOME, ORDER_LIQUIDITY_FUND, "ann", told);
    text_set(command->asked.corridor, CORRIDOR_SIZE, "sg-th");
    command->account = (struct account_reference){ACCOUNT_FOREIGN_PREFUND, "", "THB"};
    command->amount = 100;
    command->asked.takes = -100;
    world_order(command, request, key);
}

Test(commands, the_same_order_under_the_same_key_is_carried_out_once) {
    struct world world;
    world_init(&world, 8);
    struct world_told first, at_once, later, other, others_key;
    fund_once(&world, "100", "k", &first);
    fund_once(&world, "100", "k", &at_once);
    world_run(&world, SECOND);
    world_crash(&world, HOME);
    world_run(&world, SECOND);
    fund_once(&world, "100", "k", &later);
    fund_once(&world, "101", "k", &other);
    struct command *command = world_command(&world, HOME, ORDER_FX_POST, "ann", &others_key);
    world_order(command, "100", "k");
    world_run(&world, SECOND);
    cr_assert_eq(world.nodes[HOME].store.transfers.count, 1);
    cr_assert_eq(first.verdict, COMMAND_APPLIED);
    cr_assert_eq(at_once.verdict, COMMAND_REPEATED);
    cr_assert_eq(later.verdict, COMMAND_REPEATED);
    cr_assert_str_eq(at_once.answer, first.answer);
    cr_assert_str_eq(later.answer, first.answer);
    cr_assert_eq(other.why.reason, REASON_COLLISION);
    cr_assert_eq(others_key.why.reason, REASON_COLLISION, "another order with the same text");
    world_wipe(&world);
}

Test(commands, a_refusal_is_repeated_too_and_a_key_is_its_operators_own) {
    struct world world;
    world_init(&world, 9);
    struct world_told told;
    for (int i = 0; i < 2; i++) {
        struct command *command = world_command(&world, HOME, ORDER_LIQUIDITY_FUND, "ann", &told);
        text_set(command->asked.corridor, CORRIDOR_SIZE, "nowhere");
        world_order(command, "1", "k");
        world_run(&world, SECOND);
        cr_assert_eq(told.verdict, i == 0 ? COMMAND_REFUSED : COMMAND_REPEATED);
        cr_assert_eq(told.why.reason, REASON_UNKNOWN_CORRIDOR);
        cr_assert_str_eq(told.why.where, "/corridor");
        cr_assert_str_eq(told.why.detail, "no corridor is called nowhere");
    }
    struct command *command = world_command(&world, HOME, ORDER_LIQUIDITY_FUND, "bob", &told);
    world_order(command, "other", "k");
    world_run(&world, SECOND);
    cr_assert_eq(told.why.reason, REASON_UNKNOWN_CORRIDOR);
    world_wipe(&world);
}

/* Killed after every step: asked again with its key until it is answered, it is carried out once. */
Test(commands, an_order_is_carried_out_once_whenever_the_gateway_dies) {
    for (size_t step = 1; step < 30; step++) {
        struct world world;
        world_init(&world, 10);
        world.crash_node = HOME;
        world.crash_at_step = world.steps + step;
        struct world_told told;
        leaks_forgive_begin();
        fund_once(&world, "100", "k", &told);
        world_run(&world, 5 * SECOND);
        leaks_forgive_end();
        if (!told.count) {
            fund_once(&world, "100", "k", &told);
            world_run(&world, 5 * SECOND);
        }
        cr_assert_eq(told.count, 1, "step %zu", step);
        cr_assert(result_is_ok(&told.why), "step %zu: %s", step, told.why.detail);
        cr_assert_eq(world.nodes[HOME].store.transfers.count, 1, "step %zu", step);
        world_wipe(&world);
    }
}

/* ---- a corridor that is suspended ---- */

static void order_corridor(struct world *world, int order, const char *by, struct world_told *told) {
    struct command *command = world_command(world, HOME, order, by, told);
    text_set(command->asked.corridor, CORRIDOR_SIZE, "sg-th");
    world_order(command, order_names[order], "");
}

Test(commands, payments_under_way_end_when_a_corridor_is_suspended_and_new_ones_are_refused) {
    struct world world;
    world_init(&world, 11);
    struct uuid before = world_pay(&world, HOME, 10000);
    while (!world_instruction(&world, HOME, &before))
        world_run(&world, 1);
    struct world_told told;
    order_corridor(&world, ORDER_CORRIDOR_SUSPEND, "ann", &told);
    world_run(&world, 50);
    cr_assert_str_eq(told.answer, "{\"corridor\":\"sg-th\",\"version\":2}");
    struct uuid after = world_pay(&world, HOME, 10000);
    world_run(&world, 10 * SECOND);
    cr_assert_eq(world_instruction(&world, HOME, &before)->state, STATE_SETTLED);
    cr_assert_eq(world_instruction(&world, HOME, &after)->state, STATE_REJECTED);
    cr_assert_str_eq(world_instruction(&world, HOME, &after)->reason_text,
                     reason_row(REASON_CORRIDOR_CLOSED)->text);
    order_corridor(&world, ORDER_CORRIDOR_SUSPEND, "ann", &told);
    world_run(&world, 50);
    cr_assert_eq(told.verdict, COMMAND_RECORDED, "it is closed already");
    cr_assert_str_eq(told.answer, "{\"corridor\":\"sg-th\",\"version\":2}");
    world_check_at_rest(&world);
    world_wipe(&world);
}
