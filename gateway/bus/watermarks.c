#include "bus/watermarks.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/text.h"

enum { PATIENCE_MILLISECONDS = 1000 };

struct watermarks {
    rd_kafka_t *kafka;
    struct watermark *asked;
    size_t count;
    bool answered; /* written by the thread before it writes to the pipe */
    atomic_bool given_up;
    pthread_t thread;
    int pipe[2];
    struct event *event;
    watermarks_done done;
    void *context;
};

static void *run(void *context) {
    struct watermarks *watermarks = context;
    bool answered = true;
    for (size_t i = 0; i < watermarks->count && answered && !atomic_load(&watermarks->given_up); i++) {
        struct watermark *asked = &watermarks->asked[i];
        answered = rd_kafka_query_watermark_offsets(watermarks->kafka, asked->topic, asked->partition,
                                                    &asked->low, &asked->high, PATIENCE_MILLISECONDS) == 0;
    }
    watermarks->answered = answered;
    ssize_t written = write(watermarks->pipe[1], "1", 1);
    return written == 1 ? context : NULL;
}

static void wipe(struct watermarks *watermarks) {
    if (watermarks->event)
        event_free(watermarks->event);
    close(watermarks->pipe[0]);
    close(watermarks->pipe[1]);
    free(watermarks->asked);
    free(watermarks);
}

static void on_answer(evutil_socket_t descriptor, short what, void *context) {
    struct watermarks *watermarks = context;
    (void)descriptor, (void)what;
    pthread_join(watermarks->thread, NULL);
    if (!atomic_load(&watermarks->given_up))
        watermarks->done(watermarks->context, watermarks->asked,
                         watermarks->answered ? watermarks->count : 0);
    wipe(watermarks);
}

static void copy_partitions(struct watermarks *watermarks,
                            const rd_kafka_topic_partition_list_t *partitions) {
    watermarks->count = (size_t)partitions->cnt;
    watermarks->asked = must_calloc(watermarks->count, sizeof *watermarks->asked);
    for (int i = 0; i < partitions->cnt; i++) {
        text_set(watermarks->asked[i].topic, sizeof watermarks->asked[i].topic, partitions->elems[i].topic);
        watermarks->asked[i].partition = partitions->elems[i].partition;
    }
}

struct watermarks *watermarks_ask(rd_kafka_t *kafka, const rd_kafka_topic_partition_list_t *partitions,
                                  struct event_base *base, watermarks_done done, void *context) {
    struct watermarks *watermarks = must_calloc(1, sizeof *watermarks);
    watermarks->kafka = kafka;
    watermarks->done = done;
    watermarks->context = context;
    if (pipe2(watermarks->pipe, O_CLOEXEC | O_NONBLOCK)) {
        free(watermarks);
        return NULL;
    }
    copy_partitions(watermarks, partitions);
    watermarks->event = event_new(base, watermarks->pipe[0], EV_READ, on_answer, watermarks);
    event_add(watermarks->event, NULL);
    if (pthread_create(&watermarks->thread, NULL, run, watermarks)) {
        wipe(watermarks);
        return NULL;
    }
    return watermarks;
}

void watermarks_abandon(struct watermarks *watermarks) {
    atomic_store(&watermarks->given_up, true);
}

void watermarks_free(struct watermarks *watermarks) {
    watermarks_abandon(watermarks);
    pthread_join(watermarks->thread, NULL);
    wipe(watermarks);
}
