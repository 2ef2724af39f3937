#ifndef PONTIS_TESTS_BUS_FIXTURE_H
#define PONTIS_TESTS_BUS_FIXTURE_H

#include <event2/event.h>
#include <librdkafka/rdkafka.h>

#include "bus/bus.h"

/* A broker of its own in a process, with topics "in" (2 partitions) and "out" (4). */
struct broker {
    char folder[40];
    char address[64];
    pid_t pid;
    rd_kafka_t *producer;
};

void broker_start(struct broker *broker);
void broker_stop(struct broker *broker);
/* Produces to "in" and waits for the acknowledgement. */
void broker_put(struct broker *broker, int32_t partition, const char *value, const char *traceparent);

enum { MEMBER_PARTITIONS = 2, MEMBER_RECORDS = 4096 };

/* A worker as the bus sees one; it consumes what it is given from `from`, once it is allowed to. */
struct member {
    struct event_base *base;
    struct bus *bus;
    struct bus_port port;
    int64_t from[MEMBER_PARTITIONS];
    bool hesitates; /* is assigned partitions, but does not consume yet */
    bool held[MEMBER_PARTITIONS];
    int64_t low[MEMBER_PARTITIONS];
    int64_t high[MEMBER_PARTITIONS];
    size_t revocations;
    struct {
        int32_t partition;
        int64_t offset;
        char value[64];
        char traceparent[56];
    } records[MEMBER_RECORDS];
    size_t count;
    size_t pause_at; /* pauses itself once it has so many; 0: never */
    char fatal[160];
};

/* In a base of its own unless one is given. */
void member_join(struct member *member, const struct broker *broker, const char *name,
                 struct event_base *base);
void member_leave(struct member *member);
size_t member_held(const struct member *member);

/* Turns the loop until `condition` holds; fails the test after 30 s. */
#define turn_until(base, condition)                                                                          \
    for (int64_t turn_end_ = fixture_deadline(); !(condition); fixture_turn(base, turn_end_, #condition))
int64_t fixture_deadline(void);
void fixture_turn(struct event_base *base, int64_t deadline, const char *awaited);

#endif
