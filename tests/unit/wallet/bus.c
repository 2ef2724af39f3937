#include "bus.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"

enum { PARTITIONS = 4, PATIENCE = 30000 };

static rd_kafka_t *open_handle(rd_kafka_type_t type, const char *brokers) {
    char error[256];
    rd_kafka_conf_t *configuration = rd_kafka_conf_new();
    rd_kafka_conf_set(configuration, "bootstrap.servers", brokers, error, sizeof error);
    if (type == RD_KAFKA_CONSUMER) {
        rd_kafka_conf_set(configuration, "group.id", "test", error, sizeof error);
        rd_kafka_conf_set(configuration, "enable.auto.commit", "false", error, sizeof error);
        rd_kafka_conf_set(configuration, "fetch.wait.max.ms", "5", error, sizeof error);
    }
    rd_kafka_t *handle = rd_kafka_new(type, configuration, error, sizeof error);
    cr_assert(handle, "%s", error);
    return handle;
}

/* A producer that knows its topic does not wait a second before the first record. */
static void learn_topic(struct bus *bus) {
    const struct rd_kafka_metadata *metadata;
    bus->topic = rd_kafka_topic_new(bus->producer, "home.to-wallet", NULL);
    cr_assert(!rd_kafka_metadata(bus->producer, 0, bus->topic, &metadata, PATIENCE));
    rd_kafka_metadata_destroy(metadata);
}

void bus_open(struct bus *bus, const char *brokers) {
    bus->producer = open_handle(RD_KAFKA_PRODUCER, brokers);
    learn_topic(bus);
    bus->consumer = open_handle(RD_KAFKA_CONSUMER, brokers);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(PARTITIONS);
    for (int i = 0; i < PARTITIONS; i++)
        rd_kafka_topic_partition_list_add(list, "home.from-wallet", i)->offset = 0;
    cr_assert(!rd_kafka_assign(bus->consumer, list));
    rd_kafka_topic_partition_list_destroy(list);
}

void bus_close(struct bus *bus) {
    rd_kafka_topic_destroy(bus->topic);
    rd_kafka_destroy(bus->producer);
    rd_kafka_consumer_close(bus->consumer);
    rd_kafka_destroy(bus->consumer);
}

void bus_send(struct bus *bus, const char *text) {
    enum { PARTITION = 1 };
    cr_assert(!rd_kafka_producev(bus->producer, RD_KAFKA_V_RKT(bus->topic), RD_KAFKA_V_PARTITION(PARTITION),
                                 RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                                 RD_KAFKA_V_VALUE((void *)(uintptr_t)text, strlen(text)), RD_KAFKA_V_END));
    cr_assert(!rd_kafka_flush(bus->producer, PATIENCE));
}

char *bus_next_raw(struct bus *bus) {
    rd_kafka_message_t *message = rd_kafka_consumer_poll(bus->consumer, PATIENCE);
    cr_assert(message, "the wallet says nothing");
    cr_assert(!message->err, "%s", rd_kafka_message_errstr(message));
    char *text = must_calloc(1, message->len + 1);
    memcpy(text, message->payload, message->len);
    rd_kafka_message_destroy(message);
    return text;
}

json_t *bus_next(struct bus *bus) {
    char *text = bus_next_raw(bus);
    json_t *event = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    cr_assert(event, "not JSON: %s", text);
    free(text);
    return event;
}

json_t *bus_expect(struct bus *bus, const char *type) {
    json_t *event = bus_next(bus);
    const char *found = json_string_value(json_object_get(event, "type"));
    cr_assert(text_equal(found, type), "%s, expected %s", found, type);
    return event;
}
