#include "bus/consumer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "bus/handle.h"
#include "bus/watermarks.h"
#include "host/clock.h"
#include "host/log.h"

enum {
    MOST_RECORDS = 256,
    TRACEPARENT_SIZE = 56,
    ASK_AGAIN_MILLISECONDS = 200,
    GATHER_MILLISECONDS = 20,
    APART_MILLISECONDS = 1000,
};

/* A partition the group gave us. */
struct share {
    int32_t partition;
    bool consumed; /* the handler said from where */
    int64_t next;  /* offset of the next record to hand over */
};

struct consumer {
    struct event_base *base;
    rd_kafka_t *kafka;
    struct handle_wakeup wakeup;
    char topic[250];
    struct bus_handler handler;
    ARRAY(struct share) shares;
    struct watermarks *watermarks; /* being asked; NULL: none */
    struct event *ask_again;
    struct event *assign; /* soon: many calls of consume make one assignment */
    int64_t assigned_at;  /* when partitions were last assigned, by the boot clock; 0: never */
    bool joined;          /* the group gave us a share, once */
    bool paused;
    bool away; /* no broker answers, as far as librdkafka told */
    void (*fatal)(void *context, const char *why);
    void *context;
};

static struct share *find(struct consumer *consumer, int32_t partition) {
    for (size_t i = 0; i < consumer->shares.count; i++)
        if (consumer->shares.items[i].partition == partition)
            return &consumer->shares.items[i];
    return NULL;
}

/* ---- what is read from where ---- */

static void on_assign(evutil_socket_t descriptor, short what, void *context) {
    struct consumer *consumer = context;
    (void)descriptor, (void)what;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)consumer->shares.count);
    for (size_t i = 0; i < consumer->shares.count; i++) {
        const struct share *share = &consumer->shares.items[i];
        if (share->consumed)
            rd_kafka_topic_partition_list_add(list, consumer->topic, share->partition)->offset = share->next;
    }
    if (list->cnt)
        consumer->assigned_at = clock_boottime();
    rd_kafka_resp_err_t error = rd_kafka_assign(consumer->kafka, list);
    if (error)
        handle_log_error("bus.not_assigned", error, consumer->topic);
    rd_kafka_topic_partition_list_destroy(list);
}

/* librdkafka 2.0.2 aborts the process when a partition is assigned anew while it is still being stopped for
 * the assignment before ("rktp_started" in rdkafka_assignment.c): what belongs together is gathered, and what
 * comes later waits until the stopping is over. */
static void assign_soon(struct consumer *consumer) {
    int64_t wait = consumer->assigned_at ? consumer->assigned_at + APART_MILLISECONDS - clock_boottime() : 0;
    if (wait < GATHER_MILLISECONDS)
        wait = GATHER_MILLISECONDS;
    const struct timeval then = {wait / 1000, wait % 1000 * 1000};
    if (!event_pending(consumer->assign, EV_TIMEOUT, NULL))
        event_add(consumer->assign, &then);
}

void consumer_consume(struct consumer *consumer, int32_t partition, int64_t offset) {
    struct share *share = find(consumer, partition);
    if (!share)
        return;
    share->consumed = true;
    share->next = offset;
    assign_soon(consumer);
}

/* ---- what the group gives and takes ---- */

static void on_watermarks(void *context, const struct watermark *found, size_t count) {
    struct consumer *consumer = context;
    consumer->watermarks = NULL;
    if (count == 0) {
        const struct timeval soon = {0, ASK_AGAIN_MILLISECONDS * 1000L};
        event_add(consumer->ask_again, &soon);
        return;
    }
    /* The group waits for an assignment, even an empty one, before it goes on. */
    assign_soon(consumer);
    for (size_t i = 0; i < count; i++)
        consumer->handler.assigned(consumer->handler.context, found[i].topic, found[i].partition,
                                   found[i].low, found[i].high);
}

static void ask(evutil_socket_t descriptor, short what, void *context) {
    struct consumer *consumer = context;
    (void)descriptor, (void)what;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)consumer->shares.count);
    for (size_t i = 0; i < consumer->shares.count; i++)
        rd_kafka_topic_partition_list_add(list, consumer->topic, consumer->shares.items[i].partition);
    consumer->watermarks = watermarks_ask(consumer->kafka, list, consumer->base, on_watermarks, consumer);
    rd_kafka_topic_partition_list_destroy(list);
    if (!consumer->watermarks)
        on_watermarks(consumer, NULL, 0);
}

static void take(struct consumer *consumer, const rd_kafka_topic_partition_list_t *partitions) {
    for (int i = 0; i < partitions->cnt; i++)
        array_push(&consumer->shares)->partition = partitions->elems[i].partition;
    consumer->joined = true;
    log_write(LOG_INFO, "bus.assigned", "topic", consumer->topic, NULL);
    if (partitions->cnt)
        ask(-1, 0, consumer);
    else
        assign_soon(consumer);
}

static void give_back(struct consumer *consumer) {
    for (size_t i = 0; i < consumer->shares.count; i++)
        consumer->handler.revoked(consumer->handler.context, consumer->topic,
                                  consumer->shares.items[i].partition);
    array_wipe(&consumer->shares);
    if (consumer->watermarks)
        watermarks_abandon(consumer->watermarks);
    consumer->watermarks = NULL;
    event_del(consumer->ask_again);
    event_del(consumer->assign);
}

/* Called from within consumer_poll. */
static void on_rebalance(rd_kafka_t *kafka, rd_kafka_resp_err_t what,
                         rd_kafka_topic_partition_list_t *partitions, void *context) {
    struct consumer *consumer = context;
    give_back(consumer);
    if (what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS)
        take(consumer, partitions);
    else
        rd_kafka_assign(kafka, NULL);
}

/* ---- records ---- */

static void on_error(rd_kafka_t *kafka, int error, const char *text, void *context) {
    struct consumer *consumer = context;
    (void)kafka;
    if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
        consumer->away = true;
    handle_log_error("bus.consumer", error, text);
}

/* librdkafka tells that all brokers went; that one came back only its statistics say. */
static int on_statistics(rd_kafka_t *kafka, char *json, size_t length, void *context) {
    struct consumer *consumer = context;
    (void)kafka, (void)length;
    consumer->away = strstr(json, "\"state\":\"UP\"") == NULL;
    return 0;
}

static bool is_gone(rd_kafka_resp_err_t error) {
    return error == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET || error == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE;
}

static const char *traceparent_of(const rd_kafka_message_t *message, char out[TRACEPARENT_SIZE]) {
    rd_kafka_headers_t *headers;
    const void *value;
    size_t length;
    if (rd_kafka_message_headers(message, &headers) ||
        rd_kafka_header_get_last(headers, "traceparent", &value, &length) || !value)
        return NULL;
    return text_copy(out, TRACEPARENT_SIZE, value, length) ? out : NULL;
}

/* False: nothing to hand over. */
static bool is_wanted(struct consumer *consumer, const rd_kafka_message_t *message) {
    if (is_gone(message->err)) {
        consumer->fatal(consumer->context, "Kafka no longer has the records that are wanted");
        return false;
    }
    if (message->err) {
        handle_log_error("bus.consume", message->err, rd_kafka_message_errstr(message));
        return false;
    }
    /* librdkafka has handed over records of partitions that were taken away (1359), or a second time. */
    struct share *share = find(consumer, message->partition);
    if (!share || !share->consumed || message->offset < share->next)
        return false;
    share->next = message->offset + 1;
    return true;
}

static size_t collect(struct consumer *consumer, rd_kafka_message_t **messages, bool *empty) {
    size_t count = 0;
    *empty = false;
    while (count < MOST_RECORDS) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer->kafka, 0);
        if (!message) {
            *empty = true;
            break;
        }
        if (is_wanted(consumer, message))
            messages[count++] = message;
        else
            rd_kafka_message_destroy(message);
    }
    return count;
}

static void hand_over(struct consumer *consumer, rd_kafka_message_t **messages, size_t count) {
    struct bus_record records[MOST_RECORDS];
    char traceparents[MOST_RECORDS][TRACEPARENT_SIZE];
    for (size_t i = 0; i < count; i++)
        records[i] = (struct bus_record){.topic = consumer->topic,
                                         .partition = messages[i]->partition,
                                         .offset = messages[i]->offset,
                                         .key = {messages[i]->key, messages[i]->key_len},
                                         .value = {messages[i]->payload, messages[i]->len},
                                         .traceparent = traceparent_of(messages[i], traceparents[i])};
    if (count)
        consumer->handler.records(consumer->handler.context, records, count);
    for (size_t i = 0; i < count; i++)
        rd_kafka_message_destroy(messages[i]);
}

static void drain(void *context) {
    struct consumer *consumer = context;
    rd_kafka_message_t *messages[MOST_RECORDS];
    for (bool empty = false; !empty && !consumer->paused;) {
        size_t count = collect(consumer, messages, &empty);
        hand_over(consumer, messages, count);
    }
}

bool consumer_has_joined(const struct consumer *consumer) {
    return consumer->joined;
}

const char *consumer_trouble(const struct consumer *consumer) {
    if (!consumer->joined)
        return "the consumer group has given no share yet";
    return consumer->away ? "no broker answers" : NULL;
}

int64_t consumer_end_of(const struct consumer *consumer, int32_t partition) {
    int64_t low, high;
    rd_kafka_resp_err_t error =
        rd_kafka_get_watermark_offsets(consumer->kafka, consumer->topic, partition, &low, &high);
    return error || high < 0 ? -1 : high;
}

void consumer_pause(struct consumer *consumer) {
    consumer->paused = true;
}

void consumer_resume(struct consumer *consumer) {
    consumer->paused = false;
    handle_wake_now(&consumer->wakeup);
}

/* ---- open and close ---- */

static struct result configure(const struct bus_settings *settings, rd_kafka_conf_t **out) {
    char wait[32];
    snprintf(wait, sizeof wait, "%" PRId64, settings->fetch_wait);
    const struct bus_property options[] = {{"bootstrap.servers", settings->brokers},
                                           {"log.queue", "true"},
                                           {"client.id", settings->member},
                                           {"group.id", settings->group},
                                           {"group.instance.id", settings->member},
                                           {"enable.auto.commit", "false"},
                                           {"enable.auto.offset.store", "false"},
                                           {"auto.offset.reset", "error"},
                                           {"isolation.level", "read_committed"},
                                           {"check.crcs", "true"},
                                           {"partition.assignment.strategy", "range"},
                                           {"session.timeout.ms", "6000"},
                                           {"max.poll.interval.ms", "300000"},
                                           {"queued.min.messages", "1000"},
                                           {"fetch.wait.max.ms", wait},
                                           {"statistics.interval.ms", "2000"},
                                           {NULL, NULL}};
    return handle_configure(options, settings->security, out);
}

static struct result start(struct consumer *consumer, rd_kafka_conf_t *configuration) {
    char error[160];
    rd_kafka_conf_set_rebalance_cb(configuration, on_rebalance);
    rd_kafka_conf_set_error_cb(configuration, on_error);
    rd_kafka_conf_set_stats_cb(configuration, on_statistics);
    rd_kafka_conf_set_opaque(configuration, consumer);
    consumer->kafka = rd_kafka_new(RD_KAFKA_CONSUMER, configuration, error, sizeof error);
    if (!consumer->kafka) {
        rd_kafka_conf_destroy(configuration);
        return result_fatal("bus: consumer: %s", error);
    }
    rd_kafka_poll_set_consumer(consumer->kafka);
    rd_kafka_set_log_queue(consumer->kafka, NULL);
    return handle_wake(&consumer->wakeup, consumer->base, rd_kafka_queue_get_consumer(consumer->kafka), drain,
                       consumer);
}

struct result consumer_open(const struct bus_settings *settings, struct event_base *base,
                            struct consumer **out) {
    rd_kafka_conf_t *configuration;
    TRY(configure(settings, &configuration));
    struct consumer *consumer = must_calloc(1, sizeof *consumer);
    consumer->base = base;
    consumer->fatal = settings->fatal;
    consumer->context = settings->context;
    struct result started = start(consumer, configuration);
    if (!result_is_ok(&started)) {
        free(consumer);
        return started;
    }
    consumer->assign = event_new(base, -1, 0, on_assign, consumer);
    consumer->ask_again = event_new(base, -1, 0, ask, consumer);
    *out = consumer;
    return result_ok();
}

void consumer_subscribe(struct consumer *consumer, const char *topic, struct bus_handler handler) {
    text_set(consumer->topic, sizeof consumer->topic, topic);
    consumer->handler = handler;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t error = rd_kafka_subscribe(consumer->kafka, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (error)
        consumer->fatal(consumer->context, rd_kafka_err2str(error));
}

void consumer_close(struct consumer *consumer) {
    if (consumer->watermarks)
        watermarks_free(consumer->watermarks);
    handle_wakeup_wipe(&consumer->wakeup);
    event_free(consumer->assign);
    event_free(consumer->ask_again);
    array_wipe(&consumer->shares);
}
