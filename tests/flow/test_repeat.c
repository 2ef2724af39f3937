/* The same thing again, or nearly the same: nothing happens twice, and the living payment is untouched. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/reasons.h"
#include "tests/support/world/world.h"

enum { SECOND = 1000 };

/* An event of the wallet's about a payment, under an id of the test's. */
static void say(struct world *world, const char *type, const char *id, const struct uuid *uetr,
                const char *rest) {
    char subject[UUID_TEXT_SIZE], time[INSTANT_TEXT_SIZE], text[1024];
    uuid_format(uetr, subject);
    instant_format(world->now, time);
    snprintf(
        text, sizeof text,
        "{\"specversion\":\"1.0\",\"source\":\"/wallet\",\"id\":\"%s\",\"type\":\"%s\",\"subject\":\"%s\","
        "\"time\":\"%s\",\"datacontenttype\":\"application/json\",\"data\":{\"corridor\":\"sg-th\"%s}}",
        id, type, subject, time, rest);
    world_produce(world, HOME, text);
}

static void say_of_lock(struct world *world, const char *type, const char *id, const struct uuid *uetr) {
    char lock[UUID_TEXT_SIZE], rest[128];
    uuid_format(uetr, lock);
    snprintf(rest, sizeof rest, ",\"lock\":{\"id\":\"%s\"}", lock);
    say(world, type, id, uetr, rest);
}

/* A payment on its way: away has not answered. */
static struct uuid on_its_way(struct world *world) {
    world_init(world, 1);
    world->nodes[AWAY].wallet.silent = true;
    struct uuid uetr = world_pay(world, HOME, 10000);
    world_run(world, SECOND);
    cr_assert_eq(world_instruction(world, HOME, &uetr)->state, STATE_SENT);
    return uetr;
}

static void arrive(struct world *world) {
    world->nodes[AWAY].wallet.silent = false;
    world_run(world, 20 * SECOND);
    cr_assert_eq(world->nodes[HOME].wallet.settled, 1);
    world_check_at_rest(world);
    world_wipe(world);
}

Test(repeat, a_cancellation_that_comes_too_late_twice) {
    struct world world;
    struct uuid uetr = on_its_way(&world);
    for (int i = 0; i < 3; i++)
        say(&world, "wallet.transfer.cancel.requested.v1", "cancel-1", &uetr, "");
    world_run(&world, SECOND);
    say(&world, "wallet.transfer.cancel.requested.v1", "cancel-1", &uetr, "");
    world_run(&world, SECOND);
    cr_assert_eq(world.nodes[HOME].wallet.refused, 1, "the same answer, under the same id");
    say(&world, "wallet.transfer.cancel.requested.v1", "cancel-2", &uetr, "");
    world_run(&world, SECOND);
    cr_assert_eq(world.nodes[HOME].wallet.refused, 2);
    arrive(&world);
}

Test(repeat, a_lock_that_failed_is_one_case) {
    struct world world;
    struct uuid uetr = on_its_way(&world);
    for (int i = 0; i < 3; i++)
        say_of_lock(&world, "wallet.lock.failed.v1", "failed-1", &uetr);
    world_run(&world, SECOND);
    cr_assert_eq(world.nodes[HOME].store.cases.count, 1);
    arrive(&world);
}

Test(repeat, an_id_with_other_content_is_one_case_however_often_it_comes) {
    struct world world;
    struct uuid uetr = on_its_way(&world);
    struct buffer event;
    buffer_init(&event, 8192);
    world_event(&world, HOME, &uetr, 20000, &event);
    for (int i = 0; i < 3; i++) {
        world_produce(&world, HOME, event.data);
        world_run(&world, SECOND / 10);
    }
    world_produce(&world, HOME, event.data);
    world_produce(&world, HOME, event.data);
    buffer_wipe(&event);
    world_run(&world, SECOND);
    cr_assert_eq(world.nodes[HOME].store.cases.count, 1);
    cr_assert_eq(world.nodes[HOME].wallet.rejected, 0);
    arrive(&world);
}

Test(repeat, a_second_payment_with_the_lock_of_the_first_is_refused_and_the_lock_stays) {
    struct world world;
    struct uuid uetr = on_its_way(&world);
    struct uuid other = world_other_with_lock(&world, HOME, &uetr, 10000);
    world_run(&world, SECOND);
    cr_assert_null(world_instruction(&world, HOME, &other));
    cr_assert_eq(world.nodes[HOME].wallet.refused, 1);
    cr_assert_eq(world.nodes[HOME].wallet.rejected, 0, "nobody tells the wallet to release it");
    cr_assert_eq(world.nodes[HOME].store.cases.count, 1);
    arrive(&world);
}

Test(repeat, a_cancelled_payment_is_told_cancelled_again) {
    struct world world;
    world_init(&world, 1);
    world.wire_down = true;
    world_pay(&world, HOME, 10000);
    world_run(&world, 100);
    struct uuid waiting = world_pay(&world, HOME, 10000);
    world_run(&world, 100);
    say(&world, "wallet.transfer.cancel.requested.v1", "cancel-1", &waiting, "");
    say(&world, "wallet.transfer.cancel.requested.v1", "cancel-1", &waiting, "");
    world_run(&world, SECOND);
    cr_assert_eq(world_instruction(&world, HOME, &waiting)->state, STATE_CANCELLED);
    cr_assert_eq(world.nodes[HOME].wallet.cancelled, 1);
    cr_assert_eq(world.nodes[HOME].wallet.refused, 0);
    world.wire_down = false;
    world_run(&world, 60 * SECOND);
    world_check_at_rest(&world);
    world_wipe(&world);
}

Test(repeat, an_event_of_a_payment_nobody_knows_is_refused_each_time) {
    struct world world;
    world_init(&world, 1);
    static const uint8_t digits[16] = {1};
    struct uuid nobody = uuid_from_random(digits);
    say(&world, "wallet.transfer.cancel.requested.v1", "cancel-1", &nobody, "");
    say(&world, "wallet.transfer.cancel.requested.v1", "cancel-1", &nobody, "");
    say(&world, "wallet.credit.completed.v1", "credit-1", &nobody, "");
    world_run(&world, SECOND);
    cr_assert_eq(world.nodes[HOME].wallet.refused, 3);
    cr_assert_eq(world.nodes[HOME].store.inputs.count, 3);
    for (size_t i = 0; i < 3; i++)
        cr_assert_str_eq(world.nodes[HOME].store.inputs.items[i].disposition, "refused");
    world_wipe(&world);
}
