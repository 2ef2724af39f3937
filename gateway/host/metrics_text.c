/* Reading: all slots as one text. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "host/metrics_memory.h"

/* What the slots hold of one series, put together. */
struct total {
    uint64_t cells[METRIC_MOST_BUCKETS + 2];
    double gauge;
    uint64_t set_at; /* of the gauge that was taken; 0: none */
};

/* ---- adding up ---- */

static void add_cells(const struct metrics_series *series, size_t count, struct total *total) {
    for (size_t i = 0; i < count; i++)
        total->cells[i] += metrics_load(&series->cells[i]);
}

static void add_gauge(enum metric_type type, const struct metrics_series *series, int64_t now,
                      struct total *total) {
    uint64_t bits = metrics_load(&series->cells[METRICS_GAUGE_BITS]);
    uint64_t set_at = metrics_load(&series->cells[METRICS_GAUGE_SET_AT]);
    double value;
    memcpy(&value, &bits, sizeof value);
    if (!set_at || now - (int64_t)set_at > METRIC_FRESH)
        return;
    bool first = total->set_at == 0;
    if (type == METRIC_TYPE_GAUGE_SUM)
        total->gauge += value;
    else if (first || (type == METRIC_TYPE_GAUGE_LEAST ? value < total->gauge : set_at > total->set_at))
        total->gauge = value;
    if (set_at > total->set_at)
        total->set_at = set_at;
}

static void add_series(enum metric metric, const struct metrics_series *series, int64_t now,
                       struct total *total) {
    switch (metric_rows[metric].type) {
    case METRIC_TYPE_COUNTER:
        add_cells(series, 1, total);
        return;
    case METRIC_TYPE_HISTOGRAM:
        add_cells(series, metrics_bucket_count(metric) + 2, total);
        return;
    case METRIC_TYPE_GAUGE_SUM:
    case METRIC_TYPE_GAUGE_LEAST:
    case METRIC_TYPE_GAUGE_NEWEST:
        add_gauge(metric_rows[metric].type, series, now, total);
        return;
    }
}

/* ---- one line ---- */

static void write_value(struct buffer *out, const char *value, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (value[i] == '"' || value[i] == '\\')
            buffer_add_char(out, '\\');
        if (value[i] == '\n')
            buffer_add_string(out, "\\n");
        else
            buffer_add(out, &value[i], 1);
    }
}

/* `bound`: of a bucket, NULL elsewhere. */
static void write_labels(struct buffer *out, enum metric metric, const char *labels, const char *bound) {
    const char *const *names = metric_rows[metric].labels;
    if (!names[0] && !bound)
        return;
    buffer_add_char(out, '{');
    for (size_t i = 0; names[i]; i++) {
        assert(labels);
        size_t length = strcspn(labels, (const char[]){METRICS_SEPARATOR, '\0'});
        buffer_addf(out, "%s%s=\"", i ? "," : "", names[i]);
        write_value(out, labels, length);
        buffer_add_char(out, '"');
        labels += length + 1;
    }
    if (bound)
        buffer_addf(out, "%sle=\"%s\"", names[0] ? "," : "", bound);
    buffer_add_char(out, '}');
}

static void write_count(struct buffer *out, enum metric metric, const char *suffix, const char *labels,
                        const char *bound, uint64_t count) {
    buffer_addf(out, "%s%s", metric_rows[metric].name, suffix);
    write_labels(out, metric, labels, bound);
    buffer_addf(out, " %" PRIu64 "\n", count);
}

/* What was counted in the unit that is told. */
static double in_unit(enum metric metric, uint64_t amount) {
    return metric_rows[metric].unit == METRIC_UNIT_SECONDS ? (double)amount / 1e9 : (double)amount;
}

static void write_histogram(struct buffer *out, enum metric metric, const char *labels,
                            const struct total *total) {
    const int64_t *bounds = metric_rows[metric].buckets;
    size_t count = metrics_bucket_count(metric);
    uint64_t below = 0;
    for (size_t i = 0; i < count; i++) {
        char bound[32];
        snprintf(bound, sizeof bound, "%.9g", in_unit(metric, (uint64_t)bounds[i]));
        below += total->cells[i];
        write_count(out, metric, "_bucket", labels, bound, below);
    }
    below += total->cells[count];
    write_count(out, metric, "_bucket", labels, "+Inf", below);
    buffer_addf(out, "%s_sum", metric_rows[metric].name);
    write_labels(out, metric, labels, NULL);
    buffer_addf(out, " %.15g\n", in_unit(metric, total->cells[count + 1]));
    write_count(out, metric, "_count", labels, NULL, below);
}

static void write_total(struct buffer *out, enum metric metric, const char *labels,
                        const struct total *total) {
    if (metric_rows[metric].type == METRIC_TYPE_COUNTER) {
        write_count(out, metric, "", labels, NULL, total->cells[0]);
        return;
    }
    if (metric_rows[metric].type == METRIC_TYPE_HISTOGRAM) {
        write_histogram(out, metric, labels, total);
        return;
    }
    if (!total->set_at)
        return;
    buffer_add_string(out, metric_rows[metric].name);
    write_labels(out, metric, labels, NULL);
    buffer_addf(out, " %.15g\n", total->gauge);
}

/* ---- one metric ---- */

static const char *type_name(enum metric_type type) {
    if (type == METRIC_TYPE_COUNTER)
        return "counter";
    return type == METRIC_TYPE_HISTOGRAM ? "histogram" : "gauge";
}

static bool is_in_earlier_slot(size_t slot, enum metric metric, const char *labels, uint32_t hash) {
    for (size_t earlier = 0; earlier < slot; earlier++)
        if (metrics_find(earlier, metric, labels, hash))
            return true;
    return false;
}

/* The series is told with the first slot that has it, for all of them. */
static void write_series(struct buffer *out, enum metric metric, size_t slot, size_t index, int64_t now) {
    const struct metrics_series *series = metrics_series_at(slot, metric, index);
    uint32_t hash = atomic_load_explicit(&series->hash, memory_order_acquire);
    if (!hash || is_in_earlier_slot(slot, metric, series->labels, hash))
        return;
    struct total total = {0};
    for (size_t later = slot; later < metrics_slots(); later++) {
        const struct metrics_series *same =
            later == slot ? series : metrics_find(later, metric, series->labels, hash);
        if (same)
            add_series(metric, same, now, &total);
    }
    write_total(out, metric, series->labels, &total);
}

void metrics_write(int64_t now, struct buffer *out) {
    for (enum metric metric = 0; metric < METRIC_COUNT; metric++) {
        const struct metric_row *row = &metric_rows[metric];
        buffer_addf(out, "# HELP %s %s\n# TYPE %s %s\n", row->name, row->help, row->name,
                    type_name(row->type));
        for (size_t slot = 0; slot < metrics_slots(); slot++)
            for (size_t index = 0; index < row->series; index++)
                write_series(out, metric, slot, index, now);
    }
}
