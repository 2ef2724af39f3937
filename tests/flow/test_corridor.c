/* A whole corridor in memory: what a payment does when nothing goes wrong, and when time passes. */
#include <criterion/criterion.h>

#include "base/text.h"
#include "tests/support/world/world.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND };

static int state_of(struct world *world, int node, const struct uuid *uetr) {
    const struct instruction *instruction = world_instruction(world, node, uetr);
    return instruction ? instruction->state : STATE_NONE;
}

Test(corridor, a_payment_crosses_and_comes_back_settled) {
    struct world world;
    world_init(&world, 1);
    struct uuid uetr = world_pay(&world, HOME, 10000);
    world_run(&world, 10 * SECOND);
    cr_assert_eq(state_of(&world, HOME, &uetr), STATE_SETTLED);
    cr_assert_eq(state_of(&world, AWAY, &uetr), STATE_CREDITED);
    const struct instruction *paid = world_instruction(&world, HOME, &uetr);
    cr_assert_eq(paid->payment.target_amount, 258125, "100.00 at 25.8125");
    cr_assert_eq(world.nodes[AWAY].wallet.credited, 258125);
    cr_assert_eq(world.nodes[HOME].wallet.captured, 10000);
    cr_assert(paid->closed, "the wallet said that the lock is captured");
    world_check_at_rest(&world);
    world_wipe(&world);
}

Test(corridor, both_directions_at_once) {
    struct world world;
    world_init(&world, 2);
    for (int i = 0; i < 50; i++) {
        world_pay(&world, HOME, 10000 + i);
        world_pay(&world, AWAY, 300000 + i);
    }
    world_run(&world, 30 * SECOND);
    world_check_at_rest(&world);
    cr_assert_eq(world.nodes[HOME].wallet.settled, 50);
    cr_assert_eq(world.nodes[AWAY].wallet.settled, 50);
    world_wipe(&world);
}

Test(corridor, a_rejected_credit_comes_back_rejected_and_releases_the_lock) {
    struct world world;
    world_init(&world, 3);
    world.nodes[AWAY].wallet.rejects_credits = true;
    struct uuid uetr = world_pay(&world, HOME, 10000);
    world_run(&world, 10 * SECOND);
    cr_assert_eq(state_of(&world, HOME, &uetr), STATE_REJECTED);
    cr_assert_str_eq(world_instruction(&world, HOME, &uetr)->reason_code, "AC04");
    cr_assert_eq(world.nodes[HOME].wallet.rejected, 1);
    cr_assert_eq(world.nodes[HOME].wallet.locked.count, 0);
    world_check_at_rest(&world);
    world_wipe(&world);
}

Test(corridor, a_silent_wallet_is_asked_again_and_time_never_rejects) {
    struct world world;
    world_init(&world, 4);
    world.nodes[AWAY].wallet.silent = true;
    struct uuid uetr = world_pay(&world, HOME, 10000);
    world_run(&world, 30 * MINUTE);
    cr_assert_eq(state_of(&world, AWAY, &uetr), STATE_CREDIT_IN_DOUBT);
    cr_assert_eq(state_of(&world, HOME, &uetr), STATE_IN_DOUBT);
    world.nodes[AWAY].wallet.silent = false;
    world_run(&world, MINUTE);
    cr_assert_eq(state_of(&world, HOME, &uetr), STATE_SETTLED);
    world_check_at_rest(&world);
    world_wipe(&world);
}

Test(corridor, while_the_peer_is_down_nothing_is_built_and_it_leaves_when_the_way_is_free) {
    struct world world;
    world_init(&world, 5);
    world.wire_down = true;
    struct uuid first = world_pay(&world, HOME, 10000);
    world_run(&world, 100);
    struct uuid second = world_pay(&world, HOME, 10000);
    world_run(&world, 100);
    cr_assert_eq(state_of(&world, HOME, &second), STATE_RESERVED);
    cr_assert_eq(world.nodes[HOME].store.messages.count, 1,
                 "only the first was built, to learn that nobody listens");
    world.wire_down = false;
    world_run(&world, MINUTE);
    cr_assert_eq(state_of(&world, HOME, &first), STATE_SETTLED);
    cr_assert_eq(state_of(&world, HOME, &second), STATE_SETTLED);
    world_check_at_rest(&world);
    world_wipe(&world);
}

Test(corridor, a_payment_that_waited_too_long_is_refused_before_it_is_sent) {
    struct world world;
    world_init(&world, 6);
    world.wire_down = true;
    world_pay(&world, HOME, 10000);
    world_run(&world, 100);
    struct uuid waiting = world_pay(&world, HOME, 10000);
    world_run(&world, 10 * MINUTE);
    cr_assert_eq(state_of(&world, HOME, &waiting), STATE_REJECTED);
    cr_assert_str_eq(world_instruction(&world, HOME, &waiting)->reason_code, "AB06");
    world.wire_down = false;
    world_run(&world, MINUTE);
    world_check_at_rest(&world);
    world_wipe(&world);
}
