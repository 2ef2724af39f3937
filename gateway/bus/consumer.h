#ifndef PONTIS_BUS_CONSUMER_H
#define PONTIS_BUS_CONSUMER_H

#include "bus/bus.h"

/* The way from the wallet: a member of the consumer group that reads each partition from where it is told,
 * never from what Kafka remembers. */
struct consumer;

MUST_USE struct result consumer_open(const struct bus_settings *settings, struct event_base *base,
                                     struct consumer **out);
/* bus_port.subscribe, once */
void consumer_subscribe(struct consumer *consumer, const char *topic, struct bus_handler handler);
/* bus_port.consume; a partition that is no longer assigned is passed over */
void consumer_consume(struct consumer *consumer, int32_t partition, int64_t offset);
bool consumer_has_joined(const struct consumer *consumer);
/* See bus_trouble and bus_end_of. */
const char *consumer_trouble(const struct consumer *consumer);
int64_t consumer_end_of(const struct consumer *consumer, int32_t partition);
/* bus_port.pause and resume: paused, nothing is taken from librdkafka, which stops fetching once its own
 * queue is full. */
void consumer_pause(struct consumer *consumer);
void consumer_resume(struct consumer *consumer);
/* See bus_close. */
void consumer_close(struct consumer *consumer);

#endif
