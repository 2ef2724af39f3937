/* The wallet's topic: partitions come and go, logs are cut or made anew. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/support/world/world.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND };

Test(partition, taken_away_and_given_back_at_any_moment_loses_and_doubles_nothing) {
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct world world;
        world_init(&world, seed);
        world.load_delay = 2;
        world.commit_delay = 3;
        world.commit_unsure = 10;
        for (int round = 0; round < 12; round++) {
            for (int i = 0; i < 5; i++)
                world_pay(&world, HOME, 10000 + i);
            world_run(&world, (int64_t)(world_random(&world) % 12));
            world_rebalance(&world, HOME);
        }
        world_run(&world, MINUTE);
        cr_assert_eq(world.nodes[HOME].wallet.settled, 60, "seed %d", (int)seed);
        cr_assert_eq((size_t)world.nodes[HOME].store.position, world.nodes[HOME].topic.count);
        world_check_at_rest(&world);
        world_wipe(&world);
    }
}

/* What waits in the queue of a partition that is gone belongs to whoever has the partition now. */
Test(partition, nothing_of_a_partition_that_was_taken_away_is_decided) {
    struct world world;
    world_init(&world, 1);
    world.commit_delay = 50;
    for (int i = 0; i < 10; i++)
        world_pay(&world, HOME, 10000);
    world_run(&world, 10);
    struct node *home = &world.nodes[HOME];
    home->consuming = false;
    home->handler.revoked(home->handler.context, "in", 0);
    home->store.epoch++; /* another worker has it */
    home->may_die = true;
    world_run(&world, 10 * SECOND);
    cr_assert_eq(home->store.instructions.count, 0);
    cr_assert_eq(home->store.inputs.count, 0);
    world_wipe(&world);
}

static struct bytes other_bytes(struct world *world, const char *text) {
    size_t length = strlen(text);
    return (struct bytes){arena_copy(&world->nodes[HOME].store.arena, text, length), length};
}

static void consume_some(struct world *world) {
    for (int i = 0; i < 3; i++)
        world_pay(world, HOME, 10000);
    world_run(world, 10 * SECOND);
    cr_assert_eq(world->nodes[HOME].wallet.settled, 3);
    world->nodes[HOME].may_die = true;
}

Test(partition, a_topic_made_anew_under_the_same_name_halts_the_worker) {
    struct world world;
    world_init(&world, 1);
    consume_some(&world);
    struct node *home = &world.nodes[HOME];
    size_t inputs = home->store.inputs.count;
    /* As long as the old one, with other records. */
    for (size_t i = 0; i < home->topic.count; i++)
        home->topic.items[i] = other_bytes(&world, "{\"another\":\"record\"}");
    world_crash(&world, HOME);
    world_pay(&world, HOME, 10000);
    world_run(&world, 10 * SECOND);
    cr_assert_str_eq(home->died_of, "the topic holds another record than the one consumed last");
    cr_assert_eq(home->store.inputs.count, inputs, "nothing of it is taken in");
    world_wipe(&world);
}

Test(partition, the_record_consumed_last_is_not_taken_in_twice) {
    struct world world;
    world_init(&world, 2);
    consume_some(&world);
    struct node *home = &world.nodes[HOME];
    home->may_die = false;
    size_t inputs = home->store.inputs.count;
    world_crash(&world, HOME);
    world_run(&world, SECOND);
    cr_assert_eq(home->store.inputs.count, inputs);
    world_pay(&world, HOME, 10000);
    world_run(&world, 10 * SECOND);
    cr_assert_eq(home->wallet.settled, 4);
    world_check_at_rest(&world);
    world_wipe(&world);
}

/* Offsets may be sparse: of a compacted log the record before the position may be gone. */
Test(partition, where_the_record_consumed_last_is_gone_the_next_one_counts) {
    struct world world;
    world_init(&world, 3);
    consume_some(&world);
    struct node *home = &world.nodes[HOME];
    home->may_die = false;
    home->topic.items[home->topic.count - 1] = (struct bytes){NULL, 0};
    world_crash(&world, HOME);
    world_pay(&world, HOME, 10000);
    world_run(&world, 10 * SECOND);
    cr_assert_eq(home->wallet.settled, 4);
    world_wipe(&world);
}

Test(partition, a_position_outside_the_log_halts_the_worker) {
    struct world world;
    world_init(&world, 4);
    consume_some(&world);
    struct node *home = &world.nodes[HOME];
    home->topic.count = 2;
    world_crash(&world, HOME);
    world_run(&world, SECOND);
    cr_assert_str_eq(home->died_of, "the stored position is outside the topic: events are missing");
    world_wipe(&world);
}
