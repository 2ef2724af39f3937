/* Prints every metric of the table as Prometheus reads it, each with one series. */
#include <stdio.h>

#include "host/clock.h"
#include "host/metrics.h"

static void write_one(enum metric metric) {
    static const char *const labels[METRIC_MOST_LABELS + 1] = {"a", "b", "c", "d", NULL};
    switch (metric_rows[metric].type) {
    case METRIC_TYPE_COUNTER:
        metrics_add(metric, 3, labels);
        return;
    case METRIC_TYPE_HISTOGRAM:
        metrics_take(metric, 2000000, labels);
        return;
    case METRIC_TYPE_GAUGE_SUM:
    case METRIC_TYPE_GAUGE_LEAST:
    case METRIC_TYPE_GAUGE_NEWEST:
        metrics_put(metric, 1, labels);
        return;
    }
}

int main(void) {
    struct result shared = metrics_share(1);
    if (!result_is_ok(&shared))
        return 1;
    for (enum metric metric = 0; metric < METRIC_COUNT; metric++)
        write_one(metric);
    struct buffer text;
    buffer_init(&text, 1 << 20);
    metrics_write(clock_boottime(), &text);
    fputs(text.data, stdout);
    buffer_wipe(&text);
    metrics_unshare();
    return 0;
}
