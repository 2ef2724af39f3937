#ifndef PONTIS_TESTS_WALLET_BUS_H
#define PONTIS_TESTS_WALLET_BUS_H

#include <jansson.h>
#include <librdkafka/rdkafka.h>
#include <stdbool.h>

/* The gateway's side of the two topics. */
struct bus {
    rd_kafka_t *producer;
    rd_kafka_topic_t *topic; /* the one the wallet reads */
    rd_kafka_t *consumer;    /* every partition of the wallet's topic, from its beginning */
};

/* Aborts when the broker cannot be had. */
void bus_open(struct bus *bus, const char *brokers);
void bus_close(struct bus *bus);

/* Publishes to the wallet, always to one partition, and waits until the broker has it: what is sent later is
 * read later. */
void bus_send(struct bus *bus, const char *text);
/* The wallet's next event; waits for it, and aborts after half a minute. The caller's to free. */
json_t *bus_next(struct bus *bus);
/* The wallet's next event, which has to be of this type. */
json_t *bus_expect(struct bus *bus, const char *type);
/* The raw bytes of the wallet's next record, zero-terminated; the caller's to free. */
char *bus_next_raw(struct bus *bus);

#endif
