#include "channel.h"

#include <fcntl.h>
#include <librdkafka/rdkafka.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct channel {
    struct channel_settings settings;
    struct channel_handler handler;
    rd_kafka_t *producer;
    rd_kafka_t *consumer;
    rd_kafka_topic_t *topic; /* the one we write */
    rd_kafka_queue_t *out_queue;
    rd_kafka_queue_t *in_queue;
    int out_pipe[2];
    int in_pipe[2];
};

struct option {
    const char *name;
    const char *value;
};

static struct result make_configuration(const struct option *options, rd_kafka_conf_t **out) {
    char error[128];
    *out = rd_kafka_conf_new();
    for (; options->name; options++)
        if (rd_kafka_conf_set(*out, options->name, options->value, error, sizeof error) != RD_KAFKA_CONF_OK) {
            rd_kafka_conf_destroy(*out);
            return result_fatal("%s: %s", options->name, error);
        }
    return result_ok();
}

/* How many partitions the topic has; waits for a topic that is being made. */
static int count_partitions(rd_kafka_t *handle, rd_kafka_topic_t *topic) {
    enum { ATTEMPTS = 100, PATIENCE = 1000, PAUSE = 100 };
    int count = 0;
    for (int attempt = 0; attempt < ATTEMPTS && count == 0; attempt++) {
        const struct rd_kafka_metadata *metadata;
        if (rd_kafka_metadata(handle, 0, topic, &metadata, PATIENCE))
            continue;
        if (metadata->topic_cnt == 1 && !metadata->topics[0].err)
            count = metadata->topics[0].partition_cnt;
        rd_kafka_metadata_destroy(metadata);
        if (count == 0)
            poll(NULL, 0, PAUSE);
    }
    return count;
}

/* ---- out ---- */

static void on_delivery(rd_kafka_t *producer, const rd_kafka_message_t *message, void *context) {
    (void)producer;
    struct channel *channel = context;
    char *id = message->_private;
    if (!message->err && rd_kafka_message_status(message) == RD_KAFKA_MSG_STATUS_PERSISTED)
        channel->handler.published(channel->handler.context, id);
    else
        channel->handler.unpublished(channel->handler.context, id);
    free(id);
}

/* A producer that lost count of its own records cannot go on (librdkafka says so); the process ends, and the
 * next one goes on from the journal. */
static void on_error(rd_kafka_t *handle, int error, const char *text, void *context) {
    (void)context;
    if (error != RD_KAFKA_RESP_ERR__FATAL)
        return;
    char why[256];
    rd_kafka_fatal_error(handle, why, sizeof why);
    fprintf(stderr, "wallet: %s: %s\n", text, why);
    _Exit(1);
}

static struct result open_producer(struct channel *channel) {
    const struct option options[] = {{"bootstrap.servers", channel->settings.brokers},
                                     {"client.id", "pontis-wallet"},
                                     {"enable.idempotence", "true"},
                                     {"acks", "all"},
                                     {"max.in.flight", "5"},
                                     {"message.timeout.ms", "0"},
                                     {"linger.ms", "0"},
                                     {"partitioner", "murmur2_random"},
                                     {NULL, NULL}};
    rd_kafka_conf_t *configuration;
    TRY(make_configuration(options, &configuration));
    rd_kafka_conf_set_dr_msg_cb(configuration, on_delivery);
    rd_kafka_conf_set_error_cb(configuration, on_error);
    rd_kafka_conf_set_opaque(configuration, channel);
    char error[160];
    channel->producer = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, error, sizeof error);
    if (!channel->producer) {
        rd_kafka_conf_destroy(configuration);
        return result_fatal("producer: %s", error);
    }
    /* Known before the first event, which would wait a second for it otherwise. */
    channel->topic = rd_kafka_topic_new(channel->producer, channel->settings.topic_out, NULL);
    if (count_partitions(channel->producer, channel->topic) == 0)
        return result_fatal("topic %s does not exist", channel->settings.topic_out);
    channel->out_queue = rd_kafka_queue_get_main(channel->producer);
    rd_kafka_queue_io_event_enable(channel->out_queue, channel->out_pipe[1], "1", 1);
    return result_ok();
}

bool channel_publish(struct channel *channel, const char *id, const char *key, struct bytes value) {
    char *kept = must_strdup(id);
    rd_kafka_resp_err_t error = rd_kafka_producev(
        channel->producer, RD_KAFKA_V_RKT(channel->topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_KEY(key, strlen(key)), RD_KAFKA_V_VALUE((void *)(uintptr_t)value.data, value.length),
        RD_KAFKA_V_OPAQUE(kept), RD_KAFKA_V_END);
    if (error)
        free(kept);
    return !error;
}

/* ---- in ---- */

/* The embedded broker's cluster id is an address in its memory, which the next process may have again; the
 * port it listens on is another one. */
static void name_kafka(const struct channel *channel, const char *cluster, char *out, size_t size) {
    static const char embedded[] = "mockCluster";
    if (strncmp(cluster, embedded, strlen(embedded)) == 0)
        snprintf(out, size, "%s at %s", cluster, channel->settings.brokers);
    else
        snprintf(out, size, "%s", cluster);
}

static struct result assign(struct channel *channel) {
    enum { PATIENCE = 5000 };
    int64_t positions[CHANNEL_MAX_PARTITIONS] = {0};
    char name[512];
    rd_kafka_topic_t *topic = rd_kafka_topic_new(channel->consumer, channel->settings.topic_in, NULL);
    int count = count_partitions(channel->consumer, topic);
    rd_kafka_topic_destroy(topic);
    if (count == 0 || count > CHANNEL_MAX_PARTITIONS)
        return result_fatal("topic %s does not exist or has too many partitions", channel->settings.topic_in);
    char *cluster = rd_kafka_clusterid(channel->consumer, PATIENCE);
    name_kafka(channel, cluster ? cluster : "", name, sizeof name);
    rd_kafka_mem_free(channel->consumer, cluster);
    channel->handler.joined(channel->handler.context, name, positions);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(count);
    for (int i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, channel->settings.topic_in, i)->offset = positions[i];
    rd_kafka_resp_err_t error = rd_kafka_assign(channel->consumer, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (error)
        return result_fatal("assign: %s", rd_kafka_err2str(error));
    return result_ok();
}

static struct result open_consumer(struct channel *channel) {
    char wait[16];
    snprintf(wait, sizeof wait, "%d", channel->settings.fetch_wait);
    const struct option options[] = {{"bootstrap.servers", channel->settings.brokers},
                                     {"client.id", "pontis-wallet"},
                                     {"group.id", "pontis-wallet"},
                                     {"enable.auto.commit", "false"},
                                     {"enable.auto.offset.store", "false"},
                                     {"auto.offset.reset", "earliest"},
                                     {"isolation.level", "read_committed"},
                                     {"check.crcs", "true"},
                                     {"fetch.wait.max.ms", wait},
                                     {NULL, NULL}};
    rd_kafka_conf_t *configuration;
    TRY(make_configuration(options, &configuration));
    char error[160];
    channel->consumer = rd_kafka_new(RD_KAFKA_CONSUMER, configuration, error, sizeof error);
    if (!channel->consumer) {
        rd_kafka_conf_destroy(configuration);
        return result_fatal("consumer: %s", error);
    }
    rd_kafka_poll_set_consumer(channel->consumer);
    TRY(assign(channel));
    channel->in_queue = rd_kafka_queue_get_consumer(channel->consumer);
    rd_kafka_queue_io_event_enable(channel->in_queue, channel->in_pipe[1], "1", 1);
    return result_ok();
}

/* ---- both ---- */

struct result channel_open(const struct channel_settings *settings, struct channel_handler handler,
                           struct channel **out) {
    struct channel *channel = must_calloc(1, sizeof *channel);
    channel->settings = *settings;
    channel->handler = handler;
    *out = channel;
    if (pipe2(channel->out_pipe, O_CLOEXEC | O_NONBLOCK) || pipe2(channel->in_pipe, O_CLOEXEC | O_NONBLOCK))
        return result_fatal("no more descriptors");
    TRY(open_consumer(channel));
    return open_producer(channel);
}

int channel_out_descriptor(const struct channel *channel) {
    return channel->out_pipe[0];
}

int channel_in_descriptor(const struct channel *channel) {
    return channel->in_pipe[0];
}

static void empty_pipe(int descriptor) {
    char bytes[64];
    while (read(descriptor, bytes, sizeof bytes) > 0)
        ;
}

static void take(struct channel *channel, const rd_kafka_message_t *message) {
    if (message->err) {
        fprintf(stderr, "wallet: consuming: %s\n", rd_kafka_message_errstr(message));
        return;
    }
    channel->handler.record(channel->handler.context, message->partition, message->offset,
                            (struct bytes){message->payload, message->len});
}

void channel_drain(struct channel *channel) {
    /* The pipes first: what arrives while the queues are emptied writes to them again. */
    empty_pipe(channel->out_pipe[0]);
    empty_pipe(channel->in_pipe[0]);
    while (rd_kafka_poll(channel->producer, 0) > 0)
        ;
    for (rd_kafka_message_t *message; (message = rd_kafka_consumer_poll(channel->consumer, 0)) != NULL;) {
        take(channel, message);
        rd_kafka_message_destroy(message);
    }
}

void channel_close(struct channel *channel, int milliseconds) {
    if (channel->producer)
        (void)rd_kafka_flush(channel->producer, milliseconds);
    /* Closing librdkafka's handles can hang; the process is about to end and keeps nothing in them. */
}
