#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "host/clock.h"
#include "host/metrics.h"
#include "jobs/measure.h"

/* A store whose reads are answered by the test, and a clock whose timer the test rings. */
static struct {
    clock_callback callback;
    void *context;
    size_t asked;
    const char *accounts[12];
    const char *backlog[12];
    const char *payments[10];
    size_t payment_rows;
    bool fails;
} there;

static struct flow flow;
static struct flow_link link_ = {.corridor = {.name = "sg-th"}};
static struct measure measure;
static struct buffer text;

static instant now(void *self) {
    (void)self;
    return 1795579745939;
}

static void after(void *self, int64_t milliseconds, clock_callback callback, void *context) {
    (void)self, (void)milliseconds;
    there.callback = callback;
    there.context = context;
}

static void read_query(void *self, const char *name, const char *const *parameters, size_t count,
                       store_read_done done, void *context) {
    struct store_table table = {.columns = 6, .rows = 2, .cells = there.accounts};
    (void)self, (void)parameters, (void)count;
    there.asked++;
    if (text_equal(name, "gauges_backlog"))
        table = (struct store_table){.columns = 3, .rows = 4, .cells = there.backlog};
    if (text_equal(name, "gauges_open_payments"))
        table = (struct store_table){.columns = 5, .rows = there.payment_rows, .cells = there.payments};
    if (there.fails)
        done(context, result_retry("no connection"), NULL);
    else
        done(context, result_ok(), &table);
}

static void open_there(void) {
    static const char *const accounts[] = {
        "sg-th", "FOREIGN_PREFUND", "",    "THB",     "5000.00", "4100.50", "sg-th",
        "FX",    "GLOBEX",          "SGD", "-120.25", NULL};
    static const char *const backlog[] = {"payments", "3", "12.5", "answers", "0", "0",
                                          "events",   "7", "1.25", "cases",   "2", "90"};
    static const char *const payments[] = {"sg-th", "outbound", "SENT",     "4", "2.5",
                                           "sg-th", "outbound", "IN_DOUBT", "1", "75.5"};
    memcpy(there.accounts, accounts, sizeof accounts);
    memcpy(there.backlog, backlog, sizeof backlog);
    memcpy(there.payments, payments, sizeof payments);
    there.payment_rows = 2;
    struct result shared = metrics_share(1);
    cr_assert(result_is_ok(&shared));
    buffer_init(&text, 4 << 20);
    flow.ports.clock = (struct clock_port){.now = now, .after = after};
    flow.ports.store = (struct store_port){.read = read_query};
    flow.shard_epoch = 1;
    *array_push(&flow.links) = &link_;
    measure_start(&measure, &flow);
}

static void close_there(void) {
    array_wipe(&flow.links);
    buffer_wipe(&text);
    metrics_unshare();
}

TestSuite(measure, .init = open_there, .fini = close_there);

static void ring(void) {
    there.callback(there.context);
}

static bool is_told(const char *line) {
    buffer_reset(&text);
    metrics_write(clock_boottime(), &text);
    return strstr(text.data, line) != NULL;
}

Test(measure, payments_that_have_not_ended_by_state_and_those_in_doubt_by_age) {
    ring();
    cr_assert(is_told("\npontis_open_payments{corridor=\"sg-th\",direction=\"outbound\",state=\"SENT\"} 4\n"),
              "%s", text.data);
    cr_assert(is_told("\npontis_in_doubt_payments{corridor=\"sg-th\",direction=\"outbound\"} 1\n"));
    cr_assert(
        is_told("\npontis_in_doubt_oldest_age_seconds{corridor=\"sg-th\",direction=\"outbound\"} 75.5\n"));
    cr_assert(is_told("\npontis_in_doubt_payments{corridor=\"sg-th\",direction=\"inbound\"} 0\n"));
}

Test(measure, what_there_no_longer_is_becomes_zero) {
    ring();
    there.payment_rows = 0;
    ring();
    cr_assert(
        is_told("\npontis_open_payments{corridor=\"sg-th\",direction=\"outbound\",state=\"SENT\"} 0\n"));
    cr_assert(is_told("\npontis_in_doubt_oldest_age_seconds{corridor=\"sg-th\",direction=\"outbound\"} 0\n"));
}

Test(measure, backlogs_and_cases) {
    ring();
    cr_assert(is_told("\npontis_backlog_items{backlog=\"payments\"} 3\n"), "%s", text.data);
    cr_assert(is_told("\npontis_backlog_oldest_age_seconds{backlog=\"events\"} 1.25\n"));
    cr_assert(is_told("\npontis_open_cases 2\n"));
    cr_assert_not(is_told("backlog=\"cases\""));
}

Test(measure, balances_and_what_is_left_where_nothing_may_be_overdrawn) {
    ring();
    cr_assert(is_told("\npontis_account_balance{corridor=\"sg-th\",account=\"FX\",owner=\"GLOBEX\","
                      "currency=\"SGD\"} -120.25\n"),
              "%s", text.data);
    cr_assert(is_told("\npontis_account_headroom{corridor=\"sg-th\",account=\"FOREIGN_PREFUND\",owner=\"\","
                      "currency=\"THB\"} 4100.5\n"));
    cr_assert_not(is_told("pontis_account_headroom{corridor=\"sg-th\",account=\"FX\""));
}

Test(measure, only_the_holder_of_the_shard_asks_the_database) {
    flow.shard_epoch = 0;
    ring();
    cr_assert_eq(there.asked, 0);
    flow.shard_epoch = 2;
    ring();
    cr_assert_eq(there.asked, 3);
    cr_assert(is_told("\npontis_database_read_timestamp_seconds 1795579745\n"), "%s", text.data);
}

Test(measure, a_round_that_failed_does_not_say_that_it_was_read) {
    there.fails = true;
    ring();
    cr_assert_eq(there.asked, 3);
    cr_assert_not(is_told("\npontis_database_read_timestamp_seconds "));
    there.fails = false;
    ring();
    cr_assert(is_told("\npontis_database_read_timestamp_seconds 1795579745\n"));
}
