/* Every transition of a run, decided again from what was kept of it, is decided the same. */
#include <criterion/criterion.h>
#include <string.h>

#include "core/decision.h"
#include "proof/proof.h"
#include "tests/support/world/world.h"

/* Puts the kept record back and decides on the instruction as the transitions before have left it. */
static void replay(struct world *world, int node, struct instruction *instruction,
                   const struct store_transition *row, const struct corridor *corridor) {
    (void)world, (void)node;
    struct event event = {0};
    struct seen seen = {0};
    cr_assert(record_read(&event_record, "event", row->record, &event));
    cr_assert(record_read(&seen_record, "seen", row->record, &seen));
    struct decision decision;
    cr_assert_eq(instruction->state, row->from);
    decide(instruction, &event, row->corridor_version ? corridor : NULL, &seen, &decision);
    cr_assert_eq(decision.verdict, row->verdict);
    cr_assert_eq(decision.reason, row->reason);
    cr_assert_eq(decision.after.state, row->to);
    cr_assert_eq(decision.after.version, row->version);
    uint8_t leaf[32];
    proof_leaf(row->record.data, row->record.length, row->salt, leaf);
    cr_assert_arr_eq(leaf, row->leaf, 32);
    if (decision.verdict == VERDICT_APPLIED)
        *instruction = decision.after;
}

static void replay_instruction(struct world *world, int node, const struct instruction *stands,
                               const struct corridor *corridor) {
    const struct memory_store *store = &world->nodes[node].store;
    struct instruction instruction = {.key = stands->key};
    for (size_t i = 0; i < store->transitions.count; i++)
        if (uuid_equal(&store->transitions.items[i].instruction, &stands->id))
            replay(world, node, &instruction, &store->transitions.items[i], corridor);
    struct buffer kept, made;
    buffer_init(&kept, 1 << 16);
    buffer_init(&made, 1 << 16);
    record_write(&instruction_record, "instruction", stands, &kept);
    record_write(&instruction_record, "instruction", &instruction, &made);
    cr_assert_str_eq(made.data, kept.data, "the instruction stands as its transitions made it");
    buffer_wipe(&kept);
    buffer_wipe(&made);
}

Test(replay, every_transition_is_decided_the_same_again) {
    struct world world;
    world_init(&world, 7);
    world.lose_answer = 30;
    world.duplicate = 20;
    for (int i = 0; i < 20; i++)
        world_pay(&world, i % 2, 500000);
    world_run(&world, 600000);
    world_check_at_rest(&world);
    for (int node = 0; node < NODE_COUNT; node++) {
        struct memory_store *store = &world.nodes[node].store;
        const struct corridor *corridor = &world.nodes[node].flow.links.items[0]->corridor;
        cr_assert_gt(store->transitions.count, 40);
        for (size_t i = 0; i < store->instructions.count; i++)
            replay_instruction(&world, node, &store->instructions.items[i], corridor);
    }
    world_wipe(&world);
}
