#include "bus/producer.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "bus/handle.h"
#include "host/log.h"
#include "host/metrics.h"

struct producer {
    rd_kafka_t *kafka;
    rd_kafka_topic_t *topic; /* kept, so that librdkafka knows its partitions before the first record */
    struct handle_wakeup wakeup;
    void (*fatal)(void *context, const char *why);
    void *context;
    bool closing;
};

/* Records handed over together: one completion for all of them. */
struct shipment {
    size_t open;
    size_t lost;
    bus_done done;
    void *context;
};

static void settle(struct shipment *shipment, size_t count, size_t lost) {
    shipment->lost += lost;
    shipment->open -= count;
    if (shipment->open)
        return;
    struct result result =
        shipment->lost ? result_retry("%zu records were not acknowledged", shipment->lost) : result_ok();
    shipment->done(shipment->context, result);
    free(shipment);
}

static void on_delivery(rd_kafka_t *kafka, const rd_kafka_message_t *message, void *context) {
    struct producer *producer = context;
    (void)kafka;
    if (producer->closing)
        return;
    bool delivered = !message->err && rd_kafka_message_status(message) == RD_KAFKA_MSG_STATUS_PERSISTED;
    metrics_count(METRIC_EVENTS, delivered ? "acknowledged" : "lost");
    if (!delivered)
        handle_log_error("bus.not_published", message->err, rd_kafka_topic_name(message->rkt));
    settle(message->_private, 1, !delivered);
}

/* A producer that lost count of its own records may not be used again (librdkafka 4438). */
static void on_error(rd_kafka_t *kafka, int error, const char *text, void *context) {
    struct producer *producer = context;
    if (error != RD_KAFKA_RESP_ERR__FATAL) {
        handle_log_error("bus.producer", error, text);
        return;
    }
    char why[256];
    rd_kafka_fatal_error(kafka, why, sizeof why);
    log_write(LOG_ERROR, "bus.producer_fatal", "detail", why, NULL);
    producer->fatal(producer->context, "the Kafka producer cannot go on");
}

static void drain(void *context) {
    struct producer *producer = context;
    while (rd_kafka_poll(producer->kafka, 0) > 0)
        ;
}

struct result producer_open(const struct bus_settings *settings, struct event_base *base,
                            struct producer **out) {
    const struct bus_property options[] = {{"bootstrap.servers", settings->brokers},
                                           {"log.queue", "true"},
                                           {"client.id", settings->member},
                                           {"enable.idempotence", "true"},
                                           {"acks", "all"},
                                           {"max.in.flight", "5"},
                                           {"message.timeout.ms", "0"},
                                           {"linger.ms", "0"},
                                           {"partitioner", "murmur2_random"},
                                           {NULL, NULL}};
    rd_kafka_conf_t *configuration;
    TRY(handle_configure(options, settings->security, &configuration));
    struct producer *producer = must_calloc(1, sizeof *producer);
    producer->fatal = settings->fatal;
    producer->context = settings->context;
    rd_kafka_conf_set_dr_msg_cb(configuration, on_delivery);
    rd_kafka_conf_set_error_cb(configuration, on_error);
    rd_kafka_conf_set_opaque(configuration, producer);
    char error[160];
    producer->kafka = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, error, sizeof error);
    if (!producer->kafka) {
        rd_kafka_conf_destroy(configuration);
        free(producer);
        return result_fatal("bus: producer: %s", error);
    }
    rd_kafka_set_log_queue(producer->kafka, NULL);
    producer->topic = rd_kafka_topic_new(producer->kafka, settings->topic_out, NULL);
    *out = producer;
    return handle_wake(&producer->wakeup, base, rd_kafka_queue_get_main(producer->kafka), drain, producer);
}

static bool produce(struct producer *producer, const struct bus_outgoing *record, struct shipment *shipment) {
    return rd_kafka_producev(producer->kafka, RD_KAFKA_V_TOPIC(record->topic),
                             RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                             RD_KAFKA_V_KEY(record->key.data, record->key.length),
                             RD_KAFKA_V_VALUE((void *)(uintptr_t)record->value.data, record->value.length),
                             RD_KAFKA_V_OPAQUE(shipment), RD_KAFKA_V_END) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

void producer_publish(struct producer *producer, const struct bus_outgoing *records, size_t count,
                      bus_done done, void *context) {
    struct shipment *shipment = must_calloc(1, sizeof *shipment);
    *shipment = (struct shipment){.open = count + 1, .done = done, .context = context};
    size_t handed = 0;
    /* What comes behind a record that could not be handed over waits with it: it may be of the same payment.
     */
    while (handed < count && produce(producer, &records[handed], shipment))
        handed++;
    settle(shipment, 1 + count - handed, count - handed);
}

void producer_close(struct producer *producer, int64_t milliseconds) {
    (void)rd_kafka_flush(producer->kafka, (int)milliseconds);
    producer->closing = true;
    rd_kafka_topic_destroy(producer->topic);
    handle_wakeup_wipe(&producer->wakeup);
}
