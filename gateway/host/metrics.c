#include "host/metrics.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/clock.h"
#include "host/metrics_memory.h"

/* Nanoseconds: 50 us to 10 s, and 10 ms to 30 min. */
#define BUCKETS_OF_SECONDS                                                                                   \
    BUCKETS(50000, 100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000, 25000000, 50000000,          \
            100000000, 250000000, 500000000, 1000000000, 2500000000, 10000000000)
#define BUCKETS_OF_MINUTES                                                                                   \
    BUCKETS(10000000, 25000000, 50000000, 100000000, 250000000, 500000000, 1000000000, 2500000000,           \
            5000000000, 10000000000, 30000000000, 60000000000, 120000000000, 300000000000, 1800000000000)
#define BUCKETS(...)                                                                                         \
    { __VA_ARGS__ }
#define NO_BUCKETS                                                                                           \
    { 0 }
#define LABELS(...)                                                                                          \
    { __VA_ARGS__ }
#define NO_LABELS                                                                                            \
    { 0 }

const struct metric_row metric_rows[METRIC_COUNT] = {
#define METRIC(id, name_, type_, unit_, labels_, series_, buckets_, help_)                                   \
    [METRIC_##id] = {.name = (name_),                                                                        \
                     .type = METRIC_TYPE_##type_,                                                            \
                     .unit = METRIC_UNIT_##unit_,                                                            \
                     .labels = labels_,                                                                      \
                     .series = (series_),                                                                    \
                     .buckets = buckets_,                                                                    \
                     .help = (help_)},
#include "host/metrics.def"
#undef METRIC
};

const char *const station_names[STATION_COUNT] = {"consume", "load", "decide", "build",  "sign",
                                                  "commit",  "send", "answer", "publish"};

/* The slot this process writes to. Stations are looked up once: they are left thousands of times a second. */
static size_t own;
static struct metrics_series *stations[STATION_COUNT];

static struct metrics_series *own_series(enum metric metric, const char *const *labels) {
    char joined[METRIC_LABELS_SIZE];
    uint32_t hash;
    if (!metrics_slots())
        return NULL;
    struct metrics_series *series =
        metrics_join(metric, labels, joined, &hash) ? metrics_find_or_add(own, metric, joined, hash) : NULL;
    /* There is room for every metric's name, so this ends. */
    if (!series)
        metrics_count(METRIC_UNRECORDED, metric_rows[metric].name);
    return series;
}

/* What has no labels is told from the first scrape on, as 0. */
static void begin_plain(void) {
    for (enum metric metric = 0; metric < METRIC_COUNT; metric++)
        if (!metric_rows[metric].labels[0])
            (void)own_series(metric, METRIC_LABELS(NULL));
}

void metrics_attach(size_t number) {
    if (!metrics_slots())
        return;
    assert(number < metrics_slots());
    own = number;
    begin_plain();
    for (enum station station = 0; station < STATION_COUNT; station++)
        stations[station] = own_series(METRIC_STATION, METRIC_LABELS(station_names[station]));
}

/* ---- writing: there is one writer, so that a sum needs no locked instruction ---- */

static void add(_Atomic uint64_t *cell, uint64_t amount) {
    metrics_store(cell, metrics_load(cell) + amount);
}

void metrics_add(enum metric metric, uint64_t amount, const char *const *labels) {
    struct metrics_series *series = own_series(metric, labels);
    if (series)
        add(&series->cells[0], amount);
}

static void observe(struct metrics_series *series, enum metric metric, int64_t amount) {
    const int64_t *bounds = metric_rows[metric].buckets;
    size_t bucket = 0;
    while (bounds[bucket] && amount > bounds[bucket])
        bucket++;
    add(&series->cells[bucket], 1);
    add(&series->cells[metrics_bucket_count(metric) + 1], (uint64_t)amount);
}

void metrics_take(enum metric metric, int64_t amount, const char *const *labels) {
    struct metrics_series *series = own_series(metric, labels);
    if (series)
        observe(series, metric, amount > 0 ? amount : 0);
}

void metrics_put(enum metric metric, double value, const char *const *labels) {
    struct metrics_series *series = own_series(metric, labels);
    uint64_t bits;
    if (!series)
        return;
    memcpy(&bits, &value, sizeof bits);
    metrics_store(&series->cells[METRICS_GAUGE_BITS], bits);
    metrics_store(&series->cells[METRICS_GAUGE_SET_AT], (uint64_t)clock_boottime());
}

void metrics_put_whole(enum metric metric, int64_t value, const char *const *labels) {
    metrics_put(metric, (double)value, labels);
}

void metrics_put_text(enum metric metric, const char *value, const char *const *labels) {
    char *end;
    double number = strtod(value, &end);
    if (end != value && *end == '\0')
        metrics_put(metric, number, labels);
}

/* ---- stations ---- */

int64_t metrics_clock(void) {
    struct timespec time;
    int failed = clock_gettime(CLOCK_MONOTONIC, &time);
    assert(!failed);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

void metrics_station(enum station station, int64_t since) {
    if (metrics_slots())
        observe(stations[station], METRIC_STATION, metrics_clock() - since);
}
