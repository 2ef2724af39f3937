/* Faults: whatever happens on the way, in the end every payment has ended and the four books agree. */
#include <criterion/criterion.h>

#include "tests/support/world/leaks.h"
#include "tests/support/world/world.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND };

static size_t steps_of_one_payment(void) {
    struct world world;
    world_init(&world, 1);
    world_pay(&world, HOME, 10000);
    world_pay(&world, AWAY, 500000);
    world_run(&world, 5 * SECOND);
    size_t steps = world.steps;
    world_wipe(&world);
    return steps;
}

static void crash_after(int node, size_t step) {
    struct world world;
    world_init(&world, 1);
    world.crash_node = node;
    world.crash_at_step = step;
    world_pay(&world, HOME, 10000);
    world_pay(&world, AWAY, 500000);
    world_run(&world, 5 * MINUTE);
    cr_assert_eq(world.nodes[HOME].wallet.settled, 1, "node %d, step %zu", node, step);
    cr_assert_eq(world.nodes[AWAY].wallet.settled, 1, "node %d, step %zu", node, step);
    world_check_at_rest(&world);
    world_wipe(&world);
}

Test(faults, a_kill_after_any_step_loses_and_doubles_nothing) {
    size_t steps = steps_of_one_payment();
    cr_assert_gt(steps, 50);
    leaks_forgive_begin();
    for (size_t step = 1; step <= steps; step++) {
        crash_after(HOME, step);
        crash_after(AWAY, step);
    }
    leaks_forgive_end();
}

Test(faults, lost_requests_lost_answers_and_duplicates_in_many_worlds) {
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct world world;
        world_init(&world, seed);
        world.lose_request = 20;
        world.lose_answer = 20;
        world.duplicate = 20;
        world.commit_unsure = 5;
        for (int i = 0; i < 10; i++) {
            world_pay(&world, HOME, 10000 + i);
            world_pay(&world, AWAY, 500000 + i);
        }
        world_run(&world, 30 * MINUTE);
        world_check_at_rest(&world);
        cr_assert_eq(world.nodes[HOME].wallet.settled, 10, "seed %d", (int)seed);
        cr_assert_eq(world.nodes[AWAY].wallet.settled, 10, "seed %d", (int)seed);
        world_wipe(&world);
    }
}

Test(faults, kills_and_a_bad_wire_together) {
    leaks_forgive_begin();
    for (uint64_t seed = 100; seed < 140; seed++) {
        struct world world;
        world_init(&world, seed);
        world.lose_request = 10;
        world.lose_answer = 30;
        world.duplicate = 10;
        for (int round = 0; round < 10; round++) {
            world_pay(&world, HOME, 10000);
            world_pay(&world, AWAY, 500000);
            world_run(&world, (int64_t)(world_random(&world) % 2000));
            world_crash(&world, (int)(world_random(&world) % 2));
        }
        world_run(&world, 30 * MINUTE);
        world_check_at_rest(&world);
        cr_assert_eq(world.nodes[HOME].wallet.settled, 10, "seed %d", (int)seed);
        cr_assert_eq(world.nodes[AWAY].wallet.settled, 10, "seed %d", (int)seed);
        world_wipe(&world);
    }
    leaks_forgive_end();
}
