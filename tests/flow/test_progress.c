/* What those who watch are told of a payment: counted once, and traced through both gateways. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/text.h"
#include "flow/progress.h"
#include "host/clock.h"
#include "host/metrics.h"
#include "tests/support/world/world.h"

enum { SECOND = 1000, MOST_SPANS = 64 };

#define TRACE  "0af7651916cd43dd8448eb211c80319c"
#define PARENT "b7ad6b7169203331"

/* ---- counting ---- */

static size_t conflicts;

static enum store_outcome conflict_thrice(struct world *world, struct node *node,
                                          const struct store_commit *commit) {
    (void)world;
    if (node->index != HOME || commit->transition_count == 0 || conflicts == 3)
        return STORE_COMMITTED;
    conflicts++;
    return STORE_CONFLICT;
}

static bool is_told(const char *line) {
    struct buffer text;
    buffer_init(&text, 4 << 20);
    metrics_write(clock_boottime(), &text);
    bool told = strstr(text.data, line) != NULL;
    buffer_wipe(&text);
    return told;
}

Test(progress, a_payment_is_counted_once_however_often_it_is_decided) {
    struct world world;
    struct result shared = metrics_share(1);
    cr_assert(result_is_ok(&shared));
    world_init(&world, 1);
    world.rival = conflict_thrice;
    for (int i = 0; i < 10; i++)
        world_pay(&world, HOME, 10000);
    world_run(&world, 20 * SECOND);
    cr_assert_eq(conflicts, 3);
    cr_assert(is_told("\npontis_payments_total{corridor=\"sg-th\",direction=\"outbound\",state=\"SETTLED\","
                      "reason=\"none\"} 10\n"));
    cr_assert(is_told("\npontis_payments_total{corridor=\"sg-th\",direction=\"outbound\",state=\"RESERVED\","
                      "reason=\"none\"} 10\n"));
    cr_assert(is_told("\npontis_payments_total{corridor=\"sg-th\",direction=\"inbound\",state=\"CREDITED\","
                      "reason=\"none\"} 10\n"));
    cr_assert(is_told("\npontis_batches_total{outcome=\"conflict\"} 3\n"));
    world_wipe(&world);
    metrics_unshare();
}

Test(progress, why_a_payment_did_not_settle_is_the_peers_code_or_our_rule) {
    struct world world;
    struct result shared = metrics_share(1);
    cr_assert(result_is_ok(&shared));
    world_init(&world, 2);
    world.nodes[AWAY].wallet.rejects_credits = true;
    world_pay(&world, HOME, 10000);
    world_pay(&world, HOME, INT64_C(900000000));
    world_run(&world, 20 * SECOND);
    cr_assert(is_told("{corridor=\"sg-th\",direction=\"outbound\",state=\"REJECTED\",reason=\"AC04\"} 1\n"));
    cr_assert(is_told(
        "{corridor=\"sg-th\",direction=\"outbound\",state=\"REJECTED\",reason=\"amount.too_large\"} 1\n"));
    world_wipe(&world);
    metrics_unshare();
}

/* ---- tracing ---- */

struct seen_span {
    char name[32];
    uint8_t own[8], parent[8], trace[16];
};
static struct seen_span spans[MOST_SPANS];
static size_t span_count;

static void keep_span(void *context, const struct trace_span *span) {
    (void)context;
    cr_assert_lt(span_count, MOST_SPANS);
    struct seen_span *kept = &spans[span_count++];
    text_set(kept->name, sizeof kept->name, span->name);
    memcpy(kept->own, span->own.span, sizeof kept->own);
    memcpy(kept->parent, span->parent, sizeof kept->parent);
    memcpy(kept->trace, span->own.trace, sizeof kept->trace);
    cr_expect_leq(span->begun, span->ended, "%s ends before it begins", span->name);
}

static const struct seen_span *span_below(const char *name, const uint8_t parent[8]) {
    for (size_t i = 0; i < span_count; i++)
        if (text_equal(spans[i].name, name) && memcmp(spans[i].parent, parent, 8) == 0)
            return &spans[i];
    cr_assert_fail("no span %s below that one", name);
    return NULL;
}

Test(progress, each_span_hangs_below_the_one_that_caused_it) {
    struct world world;
    struct trace_context given;
    cr_assert(trace_parse("00-" TRACE "-" PARENT "-01", &given));
    trace_collect(keep_span, NULL);
    world_init(&world, 3);
    world_pay_traced(&world, HOME, 10000, "00-" TRACE "-" PARENT "-01");
    world_run(&world, 10 * SECOND);
    const struct seen_span *at = span_below("transfer.initiated", given.span);
    at = span_below("send payment", at->own);
    at = span_below("peer.payment", at->own);
    (void)span_below("answer", at->own);
    for (size_t i = 0; i < span_count; i++)
        cr_expect_arr_eq(spans[i].trace, given.trace, 16, "%s", spans[i].name);
    trace_collect(NULL, NULL);
    world_wipe(&world);
}

Test(progress, of_a_trace_that_nobody_samples_there_are_no_spans) {
    struct world world;
    trace_collect(keep_span, NULL);
    world_init(&world, 4);
    world_pay_traced(&world, HOME, 10000, "00-" TRACE "-" PARENT "-00");
    world_run(&world, 10 * SECOND);
    cr_assert_eq(world.nodes[HOME].wallet.settled, 1);
    cr_assert_eq(span_count, 0);
    trace_collect(NULL, NULL);
    world_wipe(&world);
}

Test(progress, a_payment_without_a_trace_begins_one_under_its_uetr) {
    struct world world;
    static const uint8_t none[8];
    trace_collect(keep_span, NULL);
    world_init(&world, 5);
    struct uuid uetr = world_pay(&world, HOME, 10000);
    world_run(&world, 10 * SECOND);
    const struct seen_span *first = span_below("transfer.initiated", none);
    cr_assert_arr_eq(first->trace, uetr.bytes, 16);
    trace_collect(NULL, NULL);
    world_wipe(&world);
}

Test(progress, while_nobody_collects_a_traceparent_is_passed_on_as_it_came) {
    struct world world;
    world_init(&world, 6);
    struct uuid uetr = world_pay_traced(&world, HOME, 10000, "00-" TRACE "-" PARENT "-01");
    world_run(&world, 10 * SECOND);
    const struct instruction *away = world_instruction(&world, AWAY, &uetr);
    cr_assert_str_eq(away->traceparent, "00-" TRACE "-" PARENT "-01");
    world_wipe(&world);
}
