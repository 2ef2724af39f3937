#ifndef PONTIS_HOST_METRICS_H
#define PONTIS_HOST_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

/* What a gateway tells Prometheus, from the one table in metrics.def. The supervisor makes shared memory
 * before it forks; every process writes to a slot of its own, without locks, and whoever is asked adds up all
 * slots. A slot outlives its worker: counters go on with the next one. Without shared memory (tools, tests)
 * every call does nothing. A slot is written by one thread.
 *
 * Label values never hold a name, an account or a remittance text. */

enum metric {
#define METRIC(id, name, type, unit, labels, series, buckets, help) METRIC_##id,
#include "host/metrics.def"
#undef METRIC
    METRIC_COUNT
};

enum metric_type {
    METRIC_TYPE_COUNTER,
    METRIC_TYPE_HISTOGRAM,
    METRIC_TYPE_GAUGE_SUM,
    METRIC_TYPE_GAUGE_LEAST,
    METRIC_TYPE_GAUGE_NEWEST,
};
enum metric_unit { METRIC_UNIT_NONE, METRIC_UNIT_SECONDS, METRIC_UNIT_BYTES };
enum { METRIC_MOST_LABELS = 4, METRIC_MOST_BUCKETS = 16, METRIC_LABELS_SIZE = 160 };

/* A row of the table. */
struct metric_row {
    const char *name;
    enum metric_type type;
    enum metric_unit unit;
    const char *labels[METRIC_MOST_LABELS + 1]; /* NULL at the end */
    size_t series;
    int64_t buckets[METRIC_MOST_BUCKETS + 1]; /* 0 at the end */
    const char *help;
};

extern const struct metric_row metric_rows[METRIC_COUNT];

/* ---- setting up ---- */

/* Makes the memory for a supervisor (slot 0) and `workers` workers, and writes to slot 0 from then on. Once,
 * before any fork. FATAL: no memory. */
MUST_USE struct result metrics_share(size_t workers);
/* In a worker, after the fork: writes to slot `number` (1 to `workers`); to none when there is no memory. */
void metrics_attach(size_t number);
/* Gives the memory back; nothing is written from then on. */
void metrics_unshare(void);

/* ---- writing ---- */

/* The values of a metric's labels, in the table's order. */
#define METRIC_LABELS(...) ((const char *const[METRIC_MOST_LABELS + 1]){__VA_ARGS__})

/* metrics_count(METRIC_SENDINGS, corridor, "delivered") */
#define metrics_count(metric, ...)            metrics_add(metric, 1, METRIC_LABELS(__VA_ARGS__))
#define metrics_observe(metric, amount, ...)  metrics_take(metric, amount, METRIC_LABELS(__VA_ARGS__))
#define metrics_set(metric, value, ...)       metrics_put(metric, value, METRIC_LABELS(__VA_ARGS__))
#define metrics_set_whole(metric, value, ...) metrics_put_whole(metric, value, METRIC_LABELS(__VA_ARGS__))
#define metrics_set_text(metric, value, ...)  metrics_put_text(metric, value, METRIC_LABELS(__VA_ARGS__))

void metrics_add(enum metric metric, uint64_t amount, const char *const *labels);
/* One more observation of a histogram: nanoseconds where its unit is seconds. */
void metrics_take(enum metric metric, int64_t amount, const char *const *labels);
/* A gauge that is not set again within METRIC_FRESH milliseconds is no longer told: nobody knows it then. */
void metrics_put(enum metric metric, double value, const char *const *labels);

void metrics_put_whole(enum metric metric, int64_t value, const char *const *labels);
/* The same of a decimal number as PostgreSQL writes it; what is no number is not set. */
void metrics_put_text(enum metric metric, const char *value, const char *const *labels);

enum { METRIC_FRESH = 90000 };

/* ---- the stations of the way ---- */

enum station {
    STATION_CONSUME,
    STATION_LOAD,
    STATION_DECIDE,
    STATION_BUILD,
    STATION_SIGN,
    STATION_COMMIT,
    STATION_SEND,
    STATION_ANSWER,
    STATION_PUBLISH,
    STATION_COUNT
};
extern const char *const station_names[STATION_COUNT];

/* Nanoseconds that never go back; for measuring only. */
int64_t metrics_clock(void);
/* What began at `since` (metrics_clock) left the station now. */
void metrics_station(enum station station, int64_t since);

/* ---- reading ---- */

/* All slots as Prometheus's text format. `now` is clock_boottime's. */
void metrics_write(int64_t now, struct buffer *out);

#endif
