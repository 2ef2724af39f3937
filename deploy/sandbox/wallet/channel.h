#ifndef PONTIS_WALLET_CHANNEL_H
#define PONTIS_WALLET_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/result.h"

/* The wallet's two topics: one that it writes, one that it reads from positions it keeps itself. */
enum { CHANNEL_MAX_PARTITIONS = 64 };

struct channel_settings {
    const char *brokers;
    const char *topic_out; /* from the wallet to its gateway */
    const char *topic_in;  /* from the gateway to the wallet */
    int fetch_wait;        /* milliseconds a broker may hold a fetch back */
};

struct channel_handler {
    void *context;
    /* Once, before any record: which Kafka this is. Fills in the offset to read next of each partition; 0
     * is the beginning. */
    void (*joined)(void *context, const char *cluster, int64_t positions[CHANNEL_MAX_PARTITIONS]);
    void (*record)(void *context, int32_t partition, int64_t offset, struct bytes value);
    /* The broker has the event that channel_publish was given under this id. */
    void (*published)(void *context, const char *id);
    /* It does not; it is to be published again. */
    void (*unpublished)(void *context, const char *id);
};

struct channel;

MUST_USE struct result channel_open(const struct channel_settings *settings, struct channel_handler handler,
                                    struct channel **out);
/* False: there is no room now, try again. */
bool channel_publish(struct channel *channel, const char *id, const char *key, struct bytes value);
/* Descriptors that become readable when channel_drain has work. */
int channel_out_descriptor(const struct channel *channel);
int channel_in_descriptor(const struct channel *channel);
/* Calls the handler for all that has arrived and been acknowledged; never waits. */
void channel_drain(struct channel *channel);
/* Waits at most `milliseconds` for what is still on its way, then lets go. */
void channel_close(struct channel *channel, int milliseconds);

#endif
