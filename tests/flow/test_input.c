/* Input that is wrong costs nobody else anything. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/reasons.h"
#include "tests/support/world/world.h"

enum { SECOND = 1000 };

static struct uuid fresh_uetr(struct world *world) {
    uint8_t random[16];
    for (int i = 0; i < 16; i++)
        random[i] = (uint8_t)world_random(world);
    return uuid_from_random(random);
}

/* The event of a payment of 100.00 with `old` replaced by `new`. */
static struct uuid pay_with(struct world *world, const char *old, const char *new) {
    struct uuid uetr = fresh_uetr(world);
    *array_push(&world->nodes[HOME].wallet.locked) = uetr;
    struct buffer event, changed;
    buffer_init(&event, 8192);
    buffer_init(&changed, 8192);
    world_event(world, HOME, &uetr, 10000, &event);
    const char *at = strstr(event.data, old);
    cr_assert(at, "%s", old);
    buffer_add(&changed, event.data, (size_t)(at - event.data));
    buffer_add_string(&changed, new);
    buffer_add_string(&changed, at + strlen(old));
    world_produce(world, HOME, changed.data);
    buffer_wipe(&event);
    buffer_wipe(&changed);
    return uetr;
}

static void expect_rejected(const char *old, const char *new, int reason, const char *field) {
    struct world world;
    world_init(&world, 1);
    struct uuid uetr = pay_with(&world, old, new);
    struct uuid good = world_pay(&world, HOME, 10000);
    world_run(&world, 10 * SECOND);
    const struct instruction *rejected = world_instruction(&world, HOME, &uetr);
    cr_assert(rejected, "%s", new);
    cr_assert_eq(rejected->state, STATE_REJECTED, "%s", new);
    cr_assert_str_eq(rejected->reason_code, reason_row(reason)->iso_code);
    cr_assert_str_eq(rejected->reason_text, reason_row(reason)->text);
    cr_assert_str_eq(rejected->reason_field, field);
    cr_assert_eq(world.nodes[HOME].wallet.rejected, 1);
    cr_assert_eq(world_instruction(&world, HOME, &good)->state, STATE_SETTLED, "the stream goes on");
    world_check_at_rest(&world);
    world_wipe(&world);
}

Test(input, a_payment_that_may_not_be_is_rejected_with_reason_and_field) {
    expect_rejected("\"corridor\":\"sg-th\"", "\"corridor\":\"sg-xx\"", REASON_UNKNOWN_CORRIDOR, "/corridor");
    expect_rejected("\"target_currency\":\"THB\"", "\"target_currency\":\"JPY\"", REASON_UNKNOWN_CURRENCY,
                    "/payment/target_currency");
    expect_rejected("\"source_amount\":\"100.00\"", "\"source_amount\":\"100.001\"", REASON_AMOUNT_FORMAT,
                    "/payment/source_amount");
    expect_rejected("\"source_amount\":\"100.00\"", "\"source_amount\":\"0.00\"", REASON_AMOUNT_ZERO,
                    "/payment/source_amount");
    expect_rejected("\"source_amount\":\"100.00\"", "\"source_amount\":\"0.50\"", REASON_AMOUNT_TOO_SMALL,
                    "/payment/source_amount");
    expect_rejected("\"source_amount\":\"100.00\"", "\"source_amount\":\"1000000.01\"",
                    REASON_AMOUNT_TOO_LARGE, "/payment/source_amount");
    expect_rejected("\"amount\":\"100.00\"}", "\"amount\":\"99.99\"}", REASON_LOCK_TOO_SMALL, "/lock/amount");
    expect_rejected("\"town\":\"Singapore\",", "", REASON_MISSING_DEBTOR_ADDRESS, "/payment/debtor/town");
    expect_rejected("\"street\":\"Orchard Road\",", "", REASON_MISSING_DEBTOR_IDENTITY, "/payment/debtor");
    expect_rejected("\"name\":\"Somchai Jaidee\",", "", REASON_MISSING_CREDITOR_NAME,
                    "/payment/creditor/name");
    expect_rejected("Tan Wei Ming", "T\xc3\xa4n Wei Ming", REASON_CHARACTER_SET, "/payment/debtor/name");
    expect_rejected("DBSSSGSG", "DBSS", REASON_AGENT_BIC, "/payment/debtor_agent");
    expect_rejected("\"fixed_side\"", "\"limit_amount\":\"9999.00\",\"fixed_side\"",
                    REASON_RATE_OUTSIDE_TOLERANCE, "/payment/source_amount");
    expect_rejected("\"fixed_side\"", "\"quote_id\":\"6f9619ff-8b86-4d01-b42d-00cf4fc964ff\",\"fixed_side\"",
                    REASON_QUOTE_UNKNOWN, "/payment/quote_id");
    expect_rejected("\"payment\":", "\"expires_at\":\"2020-01-01T00:00:00Z\",\"payment\":", REASON_EXPIRED,
                    "/expires_at");
}

static void expect_quarantined(const char *text, int reason) {
    struct world world;
    world_init(&world, 1);
    world_produce(&world, HOME, text);
    struct uuid good = world_pay(&world, HOME, 10000);
    world_run(&world, 10 * SECOND);
    struct memory_store *store = &world.nodes[HOME].store;
    cr_assert_eq(store->inputs.items[0].reason, reason, "%s", text);
    cr_assert_str_eq(store->inputs.items[0].disposition, "quarantined");
    cr_assert_eq(store->inputs.items[0].payload.length, strlen(text), "the raw bytes are kept");
    cr_assert_eq(world.nodes[HOME].wallet.refused, 1);
    cr_assert_eq(world_instruction(&world, HOME, &good)->state, STATE_SETTLED, "the stream goes on");
    world_check_at_rest(&world);
    world_wipe(&world);
}

Test(input, what_is_no_event_is_kept_and_told) {
    expect_quarantined("", REASON_EVENT_MALFORMED);
    expect_quarantined("{", REASON_EVENT_MALFORMED);
    expect_quarantined("{\"a\":1,\"a\":2}", REASON_EVENT_MALFORMED);
    expect_quarantined("[[[[[[[[[[[[]]]]]]]]]]]]", REASON_EVENT_MALFORMED);
    expect_quarantined("{}", REASON_EVENT_SCHEMA);
}

Test(input, the_same_event_again_changes_nothing) {
    struct world world;
    world_init(&world, 1);
    struct uuid uetr = world_pay(&world, HOME, 10000);
    world_produce(&world, HOME, world.nodes[HOME].topic.items[0].data);
    world_run(&world, 10 * SECOND);
    world_produce(&world, HOME, world.nodes[HOME].topic.items[0].data);
    world_run(&world, 10 * SECOND);
    cr_assert_eq(world_instruction(&world, HOME, &uetr)->state, STATE_SETTLED);
    cr_assert_eq(world.nodes[HOME].wallet.settled, 1);
    cr_assert_eq(world.nodes[HOME].store.instructions.count, 1);
    world_check_at_rest(&world);
    world_wipe(&world);
}

Test(input, the_same_id_with_other_content_touches_nothing_and_opens_a_case) {
    struct world world;
    world_init(&world, 1);
    struct uuid uetr = world_pay(&world, HOME, 10000);
    struct buffer event;
    buffer_init(&event, 8192);
    world_event(&world, HOME, &uetr, 20000, &event);
    world_produce(&world, HOME, event.data);
    buffer_wipe(&event);
    world_run(&world, 10 * SECOND);
    cr_assert_eq(world.nodes[HOME].wallet.captured, 10000);
    cr_assert_eq(world.nodes[HOME].wallet.refused, 1);
    cr_assert_eq(world.nodes[HOME].wallet.rejected, 0, "the living payment's lock stays");
    cr_assert_eq(world.nodes[HOME].store.cases.count, 1);
    world_check_at_rest(&world);
    world_wipe(&world);
}
