#ifndef PONTIS_HOST_METRICS_MEMORY_H
#define PONTIS_HOST_METRICS_MEMORY_H

#include <stdatomic.h>
#include <stdbool.h>

#include "host/metrics.h"

/* How the shared memory is laid out; for the two halves of metrics alone. A slot holds, for each metric in
 * the table's order, a hash table of its series. */

/* One combination of label values and what was counted under it. Cells: a counter's value; a gauge's bits and
 * when it was set (milliseconds of clock_boottime, 0: never); a histogram's buckets, what is above them, and
 * the sum. */
struct metrics_series {
    _Atomic uint32_t hash;           /* 0: free; written last, so that a reader sees whole labels */
    char labels[METRIC_LABELS_SIZE]; /* the values, each closed by METRICS_SEPARATOR */
    _Atomic uint64_t cells[];
};

enum { METRICS_SEPARATOR = '\x1f' };
enum { METRICS_GAUGE_BITS, METRICS_GAUGE_SET_AT };

/* Slots that there are: the supervisor's and the workers'; 0 without shared memory. */
size_t metrics_slots(void);
struct metrics_series *metrics_series_at(size_t slot, enum metric metric, size_t index);

/* The label values as one text, and its hash (never 0). False: they do not fit. */
bool metrics_join(enum metric metric, const char *const *labels, char out[METRIC_LABELS_SIZE],
                  uint32_t *hash);
/* The series of a slot with these labels; NULL when there is none. */
struct metrics_series *metrics_find(size_t slot, enum metric metric, const char *labels, uint32_t hash);
/* The same in the caller's own slot, made when it is not there; NULL when there is no room. */
struct metrics_series *metrics_find_or_add(size_t slot, enum metric metric, const char *labels,
                                           uint32_t hash);

/* How many bounds a histogram has. */
size_t metrics_bucket_count(enum metric metric);

static inline uint64_t metrics_load(const _Atomic uint64_t *cell) {
    return atomic_load_explicit(cell, memory_order_relaxed);
}

static inline void metrics_store(_Atomic uint64_t *cell, uint64_t value) {
    atomic_store_explicit(cell, value, memory_order_relaxed);
}

#endif
