/* What operators order and cannot have is refused to them; everybody else's payments go on. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/text.h"
#include "core/reasons.h"
#include "tests/support/world/world.h"

enum { SECOND = 1000 };

struct told {
    size_t count;
    struct result why;
};

static void on_done(void *context, const struct command *command, const struct result *why) {
    (void)command;
    struct told *told = context;
    told->count++;
    told->why = *why;
}

/* Takes `amount` out of FOREIGN_PREFUND. */
static void withdraw(struct world *world, int64_t amount, struct told *told) {
    *told = (struct told){0};
    struct command *command = world_command(world, HOME, "liquidity.withdraw", on_done, told);
    text_set(command->corridor_name, CORRIDOR_SIZE, "sg-th");
    command->posting = (struct posting){.phase = POSTING_DIRECT,
                                        .debit = {ACCOUNT_FUNDING, "", "THB"},
                                        .credit = {ACCOUNT_FOREIGN_PREFUND, "", "THB"},
                                        .amount = amount};
    door_command_fund(command);
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
    struct told told;
    int64_t left = memory_store_available(&world.nodes[HOME].store, ACCOUNT_FOREIGN_PREFUND);
    withdraw(&world, left + 1, &told);
    world_run(&world, 10 * SECOND);
    cr_assert_eq(told.count, 1);
    cr_assert_eq(told.why.reason, REASON_ORDER_REFUSED, "%s", told.why.detail);
    cr_assert_str_eq(last_order(&world)->disposition, "refused");
    cr_assert_eq(world_instruction(&world, HOME, &uetr)->state, STATE_SETTLED, "the stream goes on");
    withdraw(&world, left - 258125, &told);
    world_run(&world, SECOND);
    cr_assert(result_is_ok(&told.why), "%s", told.why.detail);
    cr_assert_str_eq(last_order(&world)->disposition, "applied");
    cr_assert_eq(memory_store_available(&world.nodes[HOME].store, ACCOUNT_FOREIGN_PREFUND), 0);
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
    struct told told;
    withdraw(&world, 4711, &told);
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
    struct told told;
    withdraw(&world, 1, &told);
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
    struct told told = {0};
    struct command *command = world_command(&world, HOME, "fx.post", on_done, &told);
    text_set(command->rate.corridor, CORRIDOR_SIZE, "sg-th");
    text_set(command->rate.offer.provider, REFERENCE_SIZE, "GLOBEXFX");
    text_set(command->rate.source_currency, CURRENCY_SIZE, "SGD");
    text_set(command->rate.target_currency, CURRENCY_SIZE, "THB");
    command->rate.offer.rate = (struct decimal){26, 0};
    door_command_rate(command);
    struct corridor next = flow_link_find(&world.nodes[HOME].flow, "sg-th")->corridor;
    next.version++;
    text_set(next.fx.providers[0], REFERENCE_SIZE, "MERLIONFX");
    struct result set = flow_set_corridor(&world.nodes[HOME].flow, &next);
    cr_assert(result_is_ok(&set));
    world_run(&world, 100);
    cr_assert_eq(told.count, 1);
    cr_assert_eq(told.why.reason, REASON_PROVIDER_UNKNOWN);
    cr_assert_eq(world.nodes[HOME].store.rates.count, 1);
    world_wipe(&world);
}
