#ifndef PONTIS_BUS_BUS_H
#define PONTIS_BUS_BUS_H

#include <event2/event.h>
#include <stdbool.h>

#include "flow/ports.h"

/* Kafka as the bus port, on the loop: one consumer of the wallet's topic in a group, one idempotent producer.
 */
struct bus;

/* One of librdkafka's, as it names it. */
struct bus_property {
    const char *name;
    const char *value;
};

struct bus_settings {
    const char *brokers; /* "HOST:PORT,..." */
    const char *group;
    const char *topic_out; /* published to: its partitions are learned before the first record needs them */
    const char *member;    /* group.instance.id: this worker's name, unique in the group */
    const struct bus_property
        *security;      /* how to prove oneself; ends with a row without a name; NULL: none */
    int64_t fetch_wait; /* milliseconds a broker may hold a fetch back for want of records */
    /* What no retry heals: Kafka no longer has the records that are wanted, or the producer lost count of its
     * own. The worker has to end; the next one goes on from the database. */
    void (*fatal)(void *context, const char *why);
    void *context;
};

/* Strings are copied. Connects in the background. FATAL: librdkafka refuses a setting. */
MUST_USE struct result bus_open(const struct bus_settings *settings, struct event_base *base,
                                struct bus **out);
void bus_fill_port(struct bus *bus, struct bus_port *out);
/* Has the group given this worker its share, be it none, since it subscribed? */
bool bus_has_joined(const struct bus *bus);
/* Why nothing can come from Kafka just now; NULL: it can. A static text. */
const char *bus_trouble(const struct bus *bus);
/* The offset behind the last record of a partition, as the last fetch told; -1: not known. Asks nobody. */
int64_t bus_end_of(const struct bus *bus, int32_t partition);
/* Delivers no more records; what is being published goes on. */
void bus_stop_consuming(struct bus *bus);
/* Waits at most `milliseconds` for what is being published, then lets go without another completion: rows
 * that were not marked are published again. librdkafka's handles may hang when they are closed, so they are
 * left to the end of the process. */
void bus_close(struct bus *bus, int64_t milliseconds);

#endif
