#include "bus/bus.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "bus/consumer.h"
#include "bus/producer.h"

struct bus {
    struct consumer *consumer;
    struct producer *producer;
};

struct result bus_open(const struct bus_settings *settings, struct event_base *base, struct bus **out) {
    struct consumer *consumer;
    struct producer *producer;
    TRY(consumer_open(settings, base, &consumer));
    TRY(producer_open(settings, base, &producer));
    struct bus *bus = must_calloc(1, sizeof *bus);
    *bus = (struct bus){consumer, producer};
    *out = bus;
    return result_ok();
}

static void subscribe(void *self, const char *topic, struct bus_handler handler) {
    struct bus *bus = self;
    consumer_subscribe(bus->consumer, topic, handler);
}

static void consume(void *self, const char *topic, int32_t partition, int64_t offset) {
    struct bus *bus = self;
    (void)topic;
    consumer_consume(bus->consumer, partition, offset);
}

static void pause_records(void *self) {
    struct bus *bus = self;
    consumer_pause(bus->consumer);
}

static void resume_records(void *self) {
    struct bus *bus = self;
    consumer_resume(bus->consumer);
}

static void publish(void *self, const struct bus_outgoing *records, size_t count, bus_done done,
                    void *context) {
    struct bus *bus = self;
    producer_publish(bus->producer, records, count, done, context);
}

void bus_fill_port(struct bus *bus, struct bus_port *out) {
    *out = (struct bus_port){.self = bus,
                             .subscribe = subscribe,
                             .consume = consume,
                             .pause = pause_records,
                             .resume = resume_records,
                             .publish = publish};
}

bool bus_has_joined(const struct bus *bus) {
    return consumer_has_joined(bus->consumer);
}

const char *bus_trouble(const struct bus *bus) {
    return consumer_trouble(bus->consumer);
}

int64_t bus_end_of(const struct bus *bus, int32_t partition) {
    return consumer_end_of(bus->consumer, partition);
}

void bus_stop_consuming(struct bus *bus) {
    consumer_pause(bus->consumer);
}

void bus_close(struct bus *bus, int64_t milliseconds) {
    consumer_close(bus->consumer);
    producer_close(bus->producer, milliseconds);
    free(bus);
}
