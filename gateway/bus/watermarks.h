#ifndef PONTIS_BUS_WATERMARKS_H
#define PONTIS_BUS_WATERMARKS_H

#include <event2/event.h>
#include <librdkafka/rdkafka.h>

#include "base/result.h"

/* Where the records of partitions begin and end. librdkafka only asks in a blocking way, so a thread of its
 * own does, once an assignment. */
struct watermarks;

struct watermark {
    char topic[250];
    int32_t partition;
    int64_t low;
    int64_t high;
};

/* Called on the loop, once: all of them, or none (`count` 0) when a broker did not answer. The question is
 * over then and frees itself after the call. */
typedef void (*watermarks_done)(void *context, const struct watermark *found, size_t count);

/* NULL: no thread could be had; ask again. */
struct watermarks *watermarks_ask(rd_kafka_t *kafka, const rd_kafka_topic_partition_list_t *partitions,
                                  struct event_base *base, watermarks_done done, void *context);
/* The answer is no longer wanted: `done` is not called, the question frees itself. */
void watermarks_abandon(struct watermarks *watermarks);
/* Waits for the thread, a second at most, and frees the question; for the end. */
void watermarks_free(struct watermarks *watermarks);

#endif
