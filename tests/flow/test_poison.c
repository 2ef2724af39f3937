/* Rows the database refuses whoever asks: halved until they stand alone, kept where they can be kept, and the
 * stream goes on. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/text.h"
#include "core/reasons.h"
#include "tests/support/world/world.h"

enum { SECOND = 1000 };

static bool is_poison(const struct instruction *instruction) {
    return instruction->payment.source_amount == 66600;
}

static enum store_outcome refuse_poison(struct world *world, struct node *node,
                                        const struct store_commit *commit) {
    (void)world, (void)node;
    for (size_t i = 0; i < commit->instruction_count; i++)
        if (is_poison(&commit->instructions[i].after))
            return STORE_BAD_ROW;
    return STORE_COMMITTED;
}

static const struct store_input *input_at(struct world *world, int64_t offset) {
    struct memory_store *store = &world->nodes[HOME].store;
    for (size_t i = 0; i < store->inputs.count; i++)
        if (store->inputs.items[i].offset == offset && text_equal(store->inputs.items[i].door, "wallet"))
            return &store->inputs.items[i];
    return NULL;
}

Test(poison, one_bad_row_among_many_is_quarantined_alone_and_order_is_kept) {
    for (int place = 0; place < 16; place++) {
        struct world world;
        world_init(&world, 1);
        world.rival = refuse_poison;
        for (int i = 0; i < 16; i++)
            world_pay(&world, HOME, i == place ? 66600 : 10000);
        world_run(&world, 20 * SECOND);
        struct memory_store *store = &world.nodes[HOME].store;
        cr_assert_eq(world.nodes[HOME].wallet.settled, 15, "place %d", place);
        cr_assert_eq(world.nodes[HOME].wallet.refused, 1);
        cr_assert_eq(world.nodes[HOME].wallet.alerts, 1);
        cr_assert_str_eq(input_at(&world, place)->disposition, "quarantined");
        cr_assert_gt(input_at(&world, place)->payload.length, 0);
        for (size_t i = 1; i < store->inputs.count; i++)
            cr_assert(!store->inputs.items[i].topic[0] || !store->inputs.items[i - 1].topic[0] ||
                          store->inputs.items[i].offset == store->inputs.items[i - 1].offset + 1,
                      "the records of a partition are kept in order");
        world_check_at_rest(&world);
        world_wipe(&world);
    }
}

static enum store_outcome refuse_timers(struct world *world, struct node *node,
                                        const struct store_commit *commit) {
    (void)world, (void)node;
    for (size_t i = 0; i < commit->transition_count; i++)
        if (commit->transitions[i].event == EVENT_TIMER_DUE)
            return STORE_BAD_ROW;
    return STORE_COMMITTED;
}

/* What nobody brought has no bytes to keep: it is dropped, and tried again when it is due again. */
Test(poison, a_bad_row_of_our_own_ends_nobody) {
    struct world world;
    world_init(&world, 1);
    world.rival = refuse_timers;
    world.nodes[AWAY].wallet.silent = true;
    struct uuid uetr = world_pay(&world, HOME, 10000);
    world_run(&world, 20 * SECOND);
    cr_assert_eq(world_instruction(&world, HOME, &uetr)->state, STATE_SENT);
    world.nodes[AWAY].wallet.silent = false;
    struct uuid good = world_pay(&world, HOME, 10000);
    world_run(&world, 10 * SECOND);
    cr_assert_eq(world_instruction(&world, HOME, &good)->state, STATE_SETTLED);
    world.rival = NULL;
    world_run(&world, 20 * SECOND);
    cr_assert_eq(world_instruction(&world, HOME, &uetr)->state, STATE_SETTLED);
    world_check_at_rest(&world);
    world_wipe(&world);
}

/* A parser's words about bytes that are no text, cut in the middle of a character: PostgreSQL would refuse
 * them. */
Test(poison, what_is_said_of_bad_bytes_is_text) {
    static const char *const records[] = {
        "\xff\xfe",
        "{\"a\": \xc3\xa9",
        "{\"a\": \"\xc3(\"}",
        "[ "
        "x\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"
        "\xe2"
        "\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82"
        "\xac"
        "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac ]",
        "{\"type\":\"\xe2\x82\xac\", \xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"
        "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac}",
    };
    struct world world;
    world_init(&world, 1);
    for (size_t i = 0; i < sizeof records / sizeof *records; i++)
        world_produce(&world, HOME, records[i]);
    struct uuid good = world_pay(&world, HOME, 10000);
    world_run(&world, 10 * SECOND);
    cr_assert_eq(world.nodes[HOME].wallet.refused, sizeof records / sizeof *records);
    cr_assert_eq(world_instruction(&world, HOME, &good)->state, STATE_SETTLED);
    world_check_at_rest(&world);
    world_wipe(&world);
}

Test(poison, a_trace_that_is_none_goes_no_further) {
    struct world world;
    world_init(&world, 1);
    struct uuid evil = world_pay_traced(&world, HOME, 10000, "00-1\\r\\nX-Evil: 1");
    struct uuid good =
        world_pay_traced(&world, HOME, 10000, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    world_run(&world, 10 * SECOND);
    cr_assert_eq(world_instruction(&world, HOME, &evil)->state, STATE_SETTLED);
    cr_assert_str_eq(world_instruction(&world, HOME, &evil)->traceparent, "");
    cr_assert_str_eq(world_instruction(&world, HOME, &good)->traceparent,
                     "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    world_wipe(&world);
}
