#ifndef PONTIS_WIRE_CONNECTION_H
#define PONTIS_WIRE_CONNECTION_H

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <openssl/ssl.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/tls.h"

/* One accepted TLS connection, and how long it may stay in each phase: a client that sends a byte now and
 * then (slowloris) passes every read timeout, but not the end of its phase. */
enum connection_phase {
    CONNECTION_READING,   /* handshake, or a request of which something has come */
    CONNECTION_ANSWERING, /* the request is with its handler: our time, not the client's */
    CONNECTION_WRITING,
    CONNECTION_IDLE,
    CONNECTION_PHASES,
};

struct connection;

/* The connections of one listener. Must outlive them, or be abandoned first. */
struct connection_list {
    const char *listener;
    int64_t limits[CONNECTION_PHASES]; /* milliseconds; 0: none */
    void (*on_count)(void *context, size_t count);
    void *context;
    struct connection *first;
    size_t count;
};

/* The bufferevent of a connection about to be accepted, its phase READING. The connection ends with it. */
struct bufferevent *connection_new(struct event_base *base, SSL_CTX *context, struct connection_list *list);
struct connection *connection_of(struct bufferevent *stream);
void connection_turn(struct connection *connection, enum connection_phase phase);
/* Who is there; NULL when nobody proved who they are. */
const struct tls_identity *connection_identity(struct connection *connection);
/* The list goes before its connections do: they are no longer timed nor counted. */
void connection_list_abandon(struct connection_list *list);

#endif
