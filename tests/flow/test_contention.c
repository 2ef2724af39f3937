/* Another worker is always faster: what it changed is loaded again under locks, and then nothing can come in
 * between (design, "Optimistic"). */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/text.h"
#include "core/reasons.h"
#include "tests/support/plain/plain.h"
#include "tests/support/world/world.h"

enum { SECOND = 1000 };

static size_t losses; /* commits that another worker made fail */

static struct store_delta *balance_of(struct memory_store *store, int role) {
    for (size_t i = 0; i < store->balances.count; i++)
        if (store->balances.items[i].account.role == role)
            return &store->balances.items[i];
    abort();
}

/* Changes the version of whatever a commit is about to change. */
static enum store_outcome touch_instructions(struct world *world, struct node *node,
                                             const struct store_commit *commit) {
    (void)world;
    if (node->index != HOME || node->store.locked)
        return STORE_COMMITTED;
    for (size_t i = 0; i < commit->instruction_count; i++)
        for (size_t j = 0; j < node->store.instructions.count; j++)
            if (instruction_key_equal(&node->store.instructions.items[j].key,
                                      &commit->instructions[i].after.key)) {
                node->store.instructions.items[j].version++;
                losses++;
            }
    return STORE_COMMITTED;
}

Test(contention, an_instruction_that_another_always_changes_first_is_decided_under_locks) {
    struct world world;
    world_init(&world, 1);
    losses = 0;
    world.rival = touch_instructions;
    for (int i = 0; i < 20; i++)
        world_pay(&world, HOME, 10000 + i);
    world_run(&world, 20 * SECOND);
    cr_assert_gt(losses, 0);
    cr_assert_eq(world.nodes[HOME].wallet.settled, 20);
    world_check_at_rest(&world);
    world_wipe(&world);
}

/* Takes what is left of the account, down to one payment's amount, while nobody holds it. */
static enum store_outcome drain_account(struct world *world, struct node *node,
                                        const struct store_commit *commit) {
    (void)world;
    struct store_delta *prefund = balance_of(&node->store, ACCOUNT_FOREIGN_PREFUND);
    struct store_delta *funding = balance_of(&node->store, ACCOUNT_FUNDING);
    int64_t left = prefund->debits_posted - prefund->credits_posted - prefund->credits_pending;
    if (node->index != HOME || node->store.locked || commit->delta_count == 0 || left <= 258125)
        return STORE_COMMITTED;
    prefund->credits_posted += left - 258125;
    funding->debits_posted += left - 258125;
    losses++;
    return STORE_COMMITTED;
}

Test(contention, an_account_that_another_emptied_first_is_never_overdrawn) {
    struct world world;
    world_init(&world, 2);
    losses = 0;
    world.rival = drain_account;
    for (int i = 0; i < 5; i++)
        world_pay(&world, HOME, 10000);
    world_run(&world, 20 * SECOND);
    cr_assert_eq(losses, 1);
    cr_assert_eq(world.nodes[HOME].wallet.settled, 1, "for one there was enough");
    cr_assert_eq(world.nodes[HOME].wallet.rejected, 4);
    cr_assert_eq(memory_store_available(&world.nodes[HOME].store, ACCOUNT_FOREIGN_PREFUND), 0);
    world_check(&world);
    world_wipe(&world);
}

/* Another worker reserves what the corridor's limit leaves, down to one payment. */
static enum store_outcome reserve_first(struct world *world, struct node *node,
                                        const struct store_commit *commit) {
    (void)world;
    if (node->index != HOME || node->store.locked || commit->instruction_count < 2 || losses)
        return STORE_COMMITTED;
    balance_of(&node->store, ACCOUNT_FOREIGN_PREFUND)->credits_pending += 500000;
    balance_of(&node->store, ACCOUNT_FUNDING)->debits_pending += 500000;
    losses++;
    return STORE_COMMITTED;
}

Test(contention, the_limit_on_open_payments_holds_for_all_workers_together) {
    struct world world;
    world_init(&world, 2);
    losses = 0;
    world.rival = reserve_first;
    world.commit_delay = 2;
    flow_link_find(&world.nodes[HOME].flow, "sg-th")->corridor.limits.total_reserved = 800000;
    for (int i = 0; i < 3; i++)
        world_pay(&world, HOME, 10000);
    world_run(&world, 20);
    cr_assert_eq(losses, 1);
    cr_assert_eq(world.nodes[HOME].wallet.rejected, 2);
    cr_assert_leq(balance_of(&world.nodes[HOME].store, ACCOUNT_FOREIGN_PREFUND)->credits_pending, 800000);
    world_run(&world, 20 * SECOND); /* what is under way comes to its end */
    world_wipe(&world);
}

static enum store_outcome conflict_once(struct world *world, struct node *node,
                                        const struct store_commit *commit) {
    (void)world;
    if (node->index != HOME || commit->message_count == 0 || losses)
        return STORE_COMMITTED;
    losses++;
    return STORE_CONFLICT;
}

/* "No XML, crypto or network while a row lock is held": what was built for the others is kept. */
Test(contention, what_was_built_before_is_not_built_under_locks) {
    struct world world;
    world_init(&world, 3);
    losses = 0;
    world.rival = conflict_once;
    plain_built = 0;
    for (int i = 0; i < 10; i++)
        world_pay(&world, HOME, 10000);
    world_run(&world, 20 * SECOND);
    cr_assert_eq(losses, 1);
    cr_assert_eq(world.nodes[HOME].wallet.settled, 10);
    cr_assert_eq(plain_built, 20, "ten payments, ten statuses");
    world_check_at_rest(&world);
    world_wipe(&world);
}

/* Two gateways that apply a corridor at once are told apart by the number. */
static enum store_outcome apply_first(struct world *world, struct node *node,
                                      const struct store_commit *commit) {
    (void)world;
    if (commit->corridor_count == 0 || losses)
        return STORE_COMMITTED;
    losses++;
    struct store_corridor *row = array_push(&node->store.corridors);
    *row = node->store.corridors.items[0];
    row->version = 2;
    return STORE_COMMITTED;
}

Test(contention, of_two_that_change_a_corridor_at_once_each_gets_a_number_of_its_own) {
    struct world world;
    world_init(&world, 4);
    losses = 0;
    world.rival = apply_first;
    struct world_told told;
    struct command *command = world_command(&world, HOME, ORDER_CORRIDOR_SUSPEND, "ann", &told);
    text_set(command->asked.corridor, CORRIDOR_SIZE, "sg-th");
    world_order(command, "{}", "");
    world_run(&world, 300); /* before any sweep can tell */
    cr_assert_eq(losses, 1);
    cr_assert_str_eq(told.answer, "{\"corridor\":\"sg-th\",\"version\":3}");
    cr_assert_eq(flow_link_find(&world.nodes[HOME].flow, "sg-th")->corridor.version, 3);
    cr_assert_not(flow_link_find(&world.nodes[HOME].flow, "sg-th")->corridor.open);
    world_wipe(&world);
}
