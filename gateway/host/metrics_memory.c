#include "host/metrics_memory.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>

/* Whole pages a slot, so that no two processes write to one cache line. Looking for a series ends after so
 * many steps: a table that is nearly full must not make every worker slow. */
enum { PAGE = 4096, MOST_STEPS = 64 };

static struct {
    unsigned char *start;
    size_t slots, slot_size;
    size_t offsets[METRIC_COUNT], strides[METRIC_COUNT];
} memory;

size_t metrics_bucket_count(enum metric metric) {
    size_t count = 0;
    while (metric_rows[metric].buckets[count])
        count++;
    return count;
}

static size_t cell_count(enum metric metric) {
    if (metric_rows[metric].type == METRIC_TYPE_COUNTER)
        return 1;
    return metrics_bucket_count(metric) + 2;
}

static void lay_out(void) {
    size_t at = 0;
    for (enum metric metric = 0; metric < METRIC_COUNT; metric++) {
        size_t size = sizeof(struct metrics_series) + cell_count(metric) * sizeof(uint64_t);
        memory.offsets[metric] = at;
        memory.strides[metric] = size;
        at += size * metric_rows[metric].series;
    }
    memory.slot_size = (at + PAGE - 1) / PAGE * PAGE;
}

struct result metrics_share(size_t workers) {
    assert(!memory.start);
    lay_out();
    memory.slots = workers + 1;
    void *start = mmap(NULL, memory.slots * memory.slot_size, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED)
        return result_fatal("no memory to share metrics in");
    memory.start = start;
    metrics_attach(0);
    return result_ok();
}

void metrics_unshare(void) {
    if (memory.start)
        munmap(memory.start, memory.slots * memory.slot_size);
    memory.start = NULL;
    memory.slots = 0;
}

size_t metrics_slots(void) {
    return memory.slots;
}

struct metrics_series *metrics_series_at(size_t slot, enum metric metric, size_t index) {
    unsigned char *start = memory.start + slot * memory.slot_size;
    return (struct metrics_series *)(start + memory.offsets[metric] + index * memory.strides[metric]);
}

/* ---- label values ---- */

/* Eight bytes at a time: every counted payment comes by here. */
static uint32_t fold(const char *text, size_t length) {
    uint64_t folded = length;
    for (uint64_t word; length; text += sizeof word) {
        size_t part = length < sizeof word ? length : sizeof word;
        word = 0;
        memcpy(&word, text, part);
        folded = (folded ^ word) * 0x9E3779B97F4A7C15U;
        folded ^= folded >> 32;
        length -= part;
    }
    return (uint32_t)folded ? (uint32_t)folded : 1;
}

bool metrics_join(enum metric metric, const char *const *labels, char out[METRIC_LABELS_SIZE],
                  uint32_t *hash) {
    size_t length = 0;
    for (size_t i = 0; metric_rows[metric].labels[i]; i++) {
        assert(labels[i]);
        size_t size = strlen(labels[i]);
        if (length + size + 1 >= METRIC_LABELS_SIZE)
            return false;
        memcpy(out + length, labels[i], size);
        length += size;
        out[length++] = METRICS_SEPARATOR;
    }
    out[length] = '\0';
    *hash = fold(out, length);
    return true;
}

/* ---- the hash table ---- */

struct metrics_series *metrics_find(size_t slot, enum metric metric, const char *labels, uint32_t hash) {
    size_t room = metric_rows[metric].series;
    for (size_t step = 0; step < room && step < MOST_STEPS; step++) {
        struct metrics_series *series = metrics_series_at(slot, metric, (hash + step) & (room - 1));
        uint32_t there = atomic_load_explicit(&series->hash, memory_order_acquire);
        if (!there)
            return NULL;
        if (there == hash && strcmp(series->labels, labels) == 0)
            return series;
    }
    return NULL;
}

struct metrics_series *metrics_find_or_add(size_t slot, enum metric metric, const char *labels,
                                           uint32_t hash) {
    size_t room = metric_rows[metric].series;
    for (size_t step = 0; step < room && step < MOST_STEPS; step++) {
        struct metrics_series *series = metrics_series_at(slot, metric, (hash + step) & (room - 1));
        uint32_t there = atomic_load_explicit(&series->hash, memory_order_relaxed);
        if (there == hash && strcmp(series->labels, labels) == 0)
            return series;
        if (there)
            continue;
        memcpy(series->labels, labels, strlen(labels) + 1);
        atomic_store_explicit(&series->hash, hash, memory_order_release);
        return series;
    }
    return NULL;
}
