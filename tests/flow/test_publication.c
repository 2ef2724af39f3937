/* The wallet hears everything at least once and of each payment in order, whatever the bus and the process
 * do. The wallet of this world asserts the order itself. */
#include <criterion/criterion.h>

#include "tests/support/world/leaks.h"
#include "tests/support/world/world.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND };

static size_t unpublished(const struct memory_store *store) {
    size_t count = 0;
    for (size_t i = 0; i < store->events.count; i++)
        count += !store->events.items[i].published;
    return count;
}

static void check_all_told(struct world *world) {
    for (int i = 0; i < NODE_COUNT; i++)
        cr_assert_eq(unpublished(&world->nodes[i].store), 0);
    world_check_at_rest(world);
}

Test(publication, while_the_bus_is_down_nothing_overtakes_what_it_refused) {
    for (uint64_t seed = 1; seed <= 30; seed++) {
        struct world world;
        world_init(&world, seed);
        for (int i = 0; i < 20; i++) {
            world_pay(&world, HOME, 10000);
            world_run(&world, (int64_t)(world_random(&world) % 30));
            world.bus_down = world_random(&world) % 2;
        }
        world.bus_down = false;
        world_run(&world, MINUTE);
        cr_assert_eq(world.nodes[HOME].wallet.settled, 20);
        check_all_told(&world);
        world_wipe(&world);
    }
}

/* What a life left unpublished comes before what the next one says of the same payment. */
Test(publication, after_a_kill_the_rest_of_the_life_before_comes_first) {
    leaks_forgive_begin();
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct world world;
        world_init(&world, seed);
        world.bus_down = true;
        for (int i = 0; i < 10; i++)
            world_pay(&world, HOME, 10000);
        world_run(&world, (int64_t)(world_random(&world) % 60));
        world_crash(&world, HOME);
        world.bus_down = false;
        world_run(&world, MINUTE);
        cr_assert_eq(world.nodes[HOME].wallet.settled, 10, "seed %d", (int)seed);
        check_all_told(&world);
        world_wipe(&world);
    }
    leaks_forgive_end();
}

Test(publication, a_new_payment_does_not_wait_for_the_rest_of_an_old_life) {
    struct world world;
    world_init(&world, 1);
    world_crash(&world, HOME);
    struct uuid uetr = world_pay(&world, HOME, 10000);
    world_run(&world, 200);
    cr_assert_eq(world_instruction(&world, HOME, &uetr)->state, STATE_SETTLED);
    cr_assert_eq(world.nodes[HOME].wallet.settled, 1);
    check_all_told(&world);
    world_wipe(&world);
}

Test(publication, a_bus_that_stays_down_is_not_asked_for_the_same_again_and_again) {
    struct world world;
    leaks_forgive_begin();
    world_init(&world, 1);
    for (int i = 0; i < 3; i++)
        world_pay(&world, HOME, 10000);
    world.bus_hangs = true;
    world_run(&world, 5 * MINUTE);
    cr_assert_leq(world.nodes[HOME].publications, 12, "%zu", world.nodes[HOME].publications);
    world_wipe(&world);
    leaks_forgive_end();
}

/* After an outage there is more than one round's worth to be told. */
Test(publication, the_relay_goes_on_until_all_is_told) {
    struct world world;
    world_init(&world, 1);
    world.bus_down = true;
    for (int i = 0; i < 600; i++)
        world_pay(&world, HOME, 10000);
    world_run(&world, 3 * SECOND);
    cr_assert_gt(unpublished(&world.nodes[HOME].store), 1000);
    world.bus_down = false;
    world_run(&world, SECOND + SECOND / 2);
    cr_assert_lt(unpublished(&world.nodes[HOME].store), 500, "one round a second would leave more");
    world_run(&world, MINUTE);
    check_all_told(&world);
    world_wipe(&world);
}
