/* Corridors that another worker or gateway applied: no payment is decided by rules older than those stored.
 */
#include <criterion/criterion.h>

#include "base/text.h"
#include "core/reasons.h"
#include "tests/support/world/world.h"

enum { SECOND = 1000 };

/* Another worker commits a version; this one has not looked. */
static void apply_elsewhere(struct world *world, struct corridor *corridor) {
    struct memory_store *store = &world->nodes[HOME].store;
    struct buffer document;
    buffer_init(&document, 1 << 16);
    record_write(&corridor_record, "corridor", corridor, &document);
    struct store_corridor *row = array_push(&store->corridors);
    text_set(row->name, sizeof row->name, corridor->name);
    row->version = corridor->version;
    row->document =
        (struct bytes){arena_copy(&store->arena, document.data, document.length), document.length};
    buffer_wipe(&document);
}

static struct corridor next_rules(struct world *world) {
    struct corridor corridor = flow_link_find(&world->nodes[HOME].flow, "sg-th")->corridor;
    corridor.version++;
    return corridor;
}

Test(rules, a_payment_right_behind_a_new_version_is_decided_by_it) {
    struct world world;
    world_init(&world, 1);
    struct corridor corridor = next_rules(&world);
    corridor.limits.maximum = 5000;
    apply_elsewhere(&world, &corridor);
    struct uuid uetr = world_pay(&world, HOME, 10000);
    world_run(&world, 50);
    const struct instruction *paid = world_instruction(&world, HOME, &uetr);
    cr_assert_eq(paid->state, STATE_REJECTED);
    cr_assert_str_eq(paid->reason_code, reason_row(REASON_AMOUNT_TOO_LARGE)->iso_code);
    cr_assert_eq(paid->corridor_version, 2);
    world_wipe(&world);
}

Test(rules, a_payment_right_behind_a_new_corridor_finds_it) {
    struct world world;
    world_init(&world, 1);
    struct corridor corridor = next_rules(&world);
    text_set(corridor.name, sizeof corridor.name, "sg-xx");
    corridor.version = 1;
    apply_elsewhere(&world, &corridor);
    struct uuid uetr = world_pay_through(&world, HOME, "sg-xx", 10000);
    world_run(&world, 50);
    const struct instruction *paid = world_instruction(&world, HOME, &uetr);
    cr_assert_str_eq(paid->reason_text, reason_row(REASON_NO_RATE)->text,
                     "known, but nobody offers a rate yet");
    cr_assert(flow_link_find(&world.nodes[HOME].flow, "sg-xx"));
    world_wipe(&world);
}

/* Keys or a dialect that this worker does not have: the rules it has go on, and it says so. */
Test(rules, a_version_that_cannot_be_opened_stops_nobody) {
    struct world world;
    world_init(&world, 1);
    struct corridor corridor = next_rules(&world);
    text_set(corridor.adapter, sizeof corridor.adapter, "nexus");
    apply_elsewhere(&world, &corridor);
    struct uuid uetr = world_pay(&world, HOME, 10000);
    world_run(&world, 10 * SECOND);
    cr_assert_eq(world_instruction(&world, HOME, &uetr)->state, STATE_SETTLED);
    cr_assert_eq(world_instruction(&world, HOME, &uetr)->corridor_version, 1);
    world_check_at_rest(&world);
    world_wipe(&world);
}

Test(rules, while_the_peer_is_down_new_rules_do_not_open_the_way) {
    struct world world;
    world_init(&world, 1);
    world.wire_down = true;
    world_pay(&world, HOME, 10000);
    world_run(&world, 100);
    struct corridor corridor = next_rules(&world);
    struct result set = flow_set_corridor(&world.nodes[HOME].flow, &corridor);
    cr_assert(result_is_ok(&set));
    struct uuid waiting = world_pay(&world, HOME, 10000);
    world_run(&world, 100);
    cr_assert_eq(world_instruction(&world, HOME, &waiting)->state, STATE_RESERVED);
    world_wipe(&world);
}
