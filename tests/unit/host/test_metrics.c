#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/metrics.h"

static struct buffer text;

static void share(void) {
    buffer_init(&text, 4 << 20);
    struct result shared = metrics_share(2);
    cr_assert(result_is_ok(&shared));
}

static void unshare(void) {
    metrics_unshare();
    buffer_wipe(&text);
}

TestSuite(metrics, .init = share, .fini = unshare);

static void tell_at(int64_t now) {
    buffer_reset(&text);
    metrics_write(now, &text);
    cr_assert_not(text.overflowed);
}

static bool tells(const char *line) {
    tell_at(clock_boottime());
    const char *found = strstr(text.data, line);
    size_t length = strlen(line);
    return found && (found == text.data || found[-1] == '\n') && found[length] == '\n';
}

/* ---- counters ---- */

Test(metrics, what_workers_count_is_added_up) {
    metrics_attach(1);
    metrics_count(METRIC_PAYMENTS, "sg-th", "outbound", "SETTLED", "none");
    metrics_attach(2);
    metrics_count(METRIC_PAYMENTS, "sg-th", "outbound", "SETTLED", "none");
    metrics_count(METRIC_PAYMENTS, "sg-th", "inbound", "CREDITED", "none");
    cr_assert(tells("pontis_payments_total{corridor=\"sg-th\",direction=\"outbound\",state=\"SETTLED\","
                    "reason=\"none\"} 2"),
              "%s", text.data);
    cr_assert(tells("pontis_payments_total{corridor=\"sg-th\",direction=\"inbound\",state=\"CREDITED\","
                    "reason=\"none\"} 1"));
}

static void count_in_a_process(size_t slot, size_t times) {
    pid_t pid = fork();
    if (pid == 0) {
        metrics_attach(slot);
        for (size_t i = 0; i < times; i++)
            metrics_count(METRIC_BATCHES, "committed");
        _exit(0);
    }
    int status;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert_eq(status, 0);
}

Test(metrics, a_worker_that_died_leaves_its_counters_to_the_next) {
    count_in_a_process(1, 3);
    count_in_a_process(1, 4);
    count_in_a_process(2, 5);
    cr_assert(tells("pontis_batches_total{outcome=\"committed\"} 12"), "%s", text.data);
}

Test(metrics, what_finds_no_room_is_counted_and_never_lost_in_silence) {
    char level[32];
    for (int i = 0; i < 6; i++) {
        snprintf(level, sizeof level, "level-%d", i);
        metrics_count(METRIC_LOG_LINES, level);
    }
    cr_assert_eq(metric_rows[METRIC_LOG_LINES].series, 4);
    cr_assert(tells("pontis_metrics_unrecorded_total{metric=\"pontis_log_lines_total\"} 2"), "%s", text.data);
    cr_assert(tells("pontis_log_lines_total{level=\"level-3\"} 1"));
}

Test(metrics, labels_that_do_not_fit_are_counted_as_unrecorded) {
    char long_value[METRIC_LABELS_SIZE];
    memset(long_value, 'x', sizeof long_value - 1);
    long_value[sizeof long_value - 1] = '\0';
    metrics_count(METRIC_KAFKA_ERRORS, long_value);
    cr_assert(tells("pontis_metrics_unrecorded_total{metric=\"pontis_kafka_errors_total\"} 1"));
}

Test(metrics, a_label_value_cannot_break_its_line) {
    metrics_count(METRIC_KAFKA_ERRORS, "a\"b\\c\nd");
    cr_assert(tells("pontis_kafka_errors_total{error=\"a\\\"b\\\\c\\nd\"} 1"), "%s", text.data);
}

Test(metrics, values_of_several_labels_are_kept_apart) {
    metrics_count(METRIC_SENDINGS, "ab", "c");
    metrics_count(METRIC_SENDINGS, "a", "bc");
    cr_assert(tells("pontis_sendings_total{corridor=\"ab\",outcome=\"c\"} 1"));
    cr_assert(tells("pontis_sendings_total{corridor=\"a\",outcome=\"bc\"} 1"));
}

/* ---- histograms ---- */

Test(metrics, a_histogram_tells_seconds_in_growing_buckets) {
    metrics_observe(METRIC_COMMIT, 40000);
    metrics_observe(METRIC_COMMIT, 50000);
    metrics_observe(METRIC_COMMIT, 2000000);
    metrics_attach(2);
    metrics_observe(METRIC_COMMIT, 20000000000);
    cr_assert(tells("pontis_database_commit_seconds_bucket{le=\"5e-05\"} 2"), "%s", text.data);
    cr_assert(tells("pontis_database_commit_seconds_bucket{le=\"0.0025\"} 3"));
    cr_assert(tells("pontis_database_commit_seconds_bucket{le=\"10\"} 3"));
    cr_assert(tells("pontis_database_commit_seconds_bucket{le=\"+Inf\"} 4"));
    cr_assert(tells("pontis_database_commit_seconds_sum 20.00209"));
    cr_assert(tells("pontis_database_commit_seconds_count 4"));
}

Test(metrics, each_station_of_the_way_is_there_from_the_start) {
    metrics_attach(1);
    metrics_station(STATION_SIGN, metrics_clock());
    cr_assert(tells("pontis_station_seconds_count{station=\"sign\"} 1"), "%s", text.data);
    cr_assert(tells("pontis_station_seconds_count{station=\"publish\"} 0"));
}

/* ---- gauges ---- */

Test(metrics, a_gauge_is_added_up_or_the_least_or_the_newest) {
    metrics_attach(1);
    metrics_set(METRIC_QUEUED, 3);
    metrics_set(METRIC_READY, 1, "bus");
    metrics_set(METRIC_CASES, 7);
    metrics_attach(2);
    metrics_set(METRIC_QUEUED, 4);
    metrics_set(METRIC_READY, 0, "bus");
    cr_assert(tells("pontis_queue_items 7"), "%s", text.data);
    cr_assert(tells("pontis_ready{check=\"bus\"} 0"));
    cr_assert(tells("pontis_open_cases 7"), "the second worker does not know");
}

Test(metrics, a_gauge_that_nobody_renews_is_no_longer_told) {
    metrics_set(METRIC_CASES, 7);
    int64_t now = clock_boottime();
    tell_at(now + METRIC_FRESH - 1000);
    cr_assert_not_null(strstr(text.data, "\npontis_open_cases 7\n"));
    tell_at(now + METRIC_FRESH + 1000);
    cr_assert_null(strstr(text.data, "\npontis_open_cases 7\n"));
}

Test(metrics, amounts_of_money_are_told_whole) {
    metrics_set_text(METRIC_HEADROOM, "4999998765432.15", "sg-th", "FOREIGN_PREFUND", "", "THB");
    metrics_set_text(METRIC_CASES, "many");
    cr_assert(tells("pontis_account_headroom{corridor=\"sg-th\",account=\"FOREIGN_PREFUND\",owner=\"\","
                    "currency=\"THB\"} 4999998765432.15"),
              "%s", text.data);
    cr_assert_null(strstr(text.data, "\npontis_open_cases "));
}

/* ---- the table ---- */

static bool ends_with(const char *name, const char *end) {
    size_t length = strlen(name), tail = strlen(end);
    return length > tail && strcmp(name + length - tail, end) == 0;
}

static bool starts_like_another(enum metric metric) {
    for (enum metric other = 0; other < metric; other++)
        if (strcmp(metric_rows[other].name, metric_rows[metric].name) == 0)
            return true;
    return false;
}

Test(table, names_follow_the_conventions_of_prometheus) {
    for (enum metric metric = 0; metric < METRIC_COUNT; metric++) {
        const struct metric_row *row = &metric_rows[metric];
        cr_expect_eq(strncmp(row->name, "pontis_", 7), 0, "%s", row->name);
        cr_expect_eq(ends_with(row->name, "_total"), row->type == METRIC_TYPE_COUNTER, "%s", row->name);
        cr_expect_eq(ends_with(row->name, "_seconds"), row->unit == METRIC_UNIT_SECONDS, "%s", row->name);
        cr_expect_eq(ends_with(row->name, "_bytes"), row->unit == METRIC_UNIT_BYTES, "%s", row->name);
        cr_expect_not(starts_like_another(metric), "%s is there twice", row->name);
    }
}

Test(table, series_and_buckets_are_as_the_memory_needs_them) {
    for (enum metric metric = 0; metric < METRIC_COUNT; metric++) {
        const struct metric_row *row = &metric_rows[metric];
        bool is_histogram = row->type == METRIC_TYPE_HISTOGRAM;
        cr_expect(row->series && (row->series & (row->series - 1)) == 0, "%s", row->name);
        cr_expect_eq(row->buckets[0] != 0, is_histogram, "%s", row->name);
        for (size_t i = 1; row->buckets[i]; i++)
            cr_expect_gt(row->buckets[i], row->buckets[i - 1], "%s", row->name);
    }
    cr_expect_geq(metric_rows[METRIC_UNRECORDED].series, METRIC_COUNT);
}

/* ---- without shared memory, and how dear it is ---- */

Test(alone, without_shared_memory_nothing_happens) {
    metrics_count(METRIC_BATCHES, "committed");
    metrics_station(STATION_LOAD, 0);
    buffer_init(&text, 1 << 20);
    tell_at(0);
    cr_assert_null(strstr(text.data, "committed\"}"));
    buffer_wipe(&text);
}

/* What a payment out writes: 5 states, 9 stations, an input, a sending, and the time it took. */
static void write_one_payment(void) {
    for (int i = 0; i < 5; i++)
        metrics_count(METRIC_PAYMENTS, "sg-th", "outbound", "RESERVED", "none");
    for (enum station station = 0; station < STATION_COUNT; station++)
        metrics_station(station, metrics_clock());
    metrics_count(METRIC_INPUTS, "wallet", "applied", "none");
    metrics_count(METRIC_SENDINGS, "sg-th", "delivered");
    metrics_observe(METRIC_PAYMENT, 12000000, "sg-th", "outbound", "SETTLED");
}

Test(metrics, a_payments_metrics_cost_a_few_microseconds_at_most) {
    enum { PAYMENTS = 20000 };
    metrics_attach(1);
    int64_t begun = metrics_clock();
    for (int i = 0; i < PAYMENTS; i++)
        write_one_payment();
    int64_t each = (metrics_clock() - begun) / PAYMENTS;
    fprintf(stderr, "metrics: %d ns a payment\n", (int)each);
    cr_assert_lt(each, 100000, "%d ns", (int)each);
}
