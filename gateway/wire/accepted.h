#ifndef PONTIS_WIRE_ACCEPTED_H
#define PONTIS_WIRE_ACCEPTED_H

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <openssl/ssl.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/tls.h"

/* One accepted TLS connection, and how long it may stay in each phase: a client that sends a byte now and
 * then (slowloris) passes every read timeout, but not the end of its phase. */
enum accepted_phase {
    ACCEPTED_READING,   /* handshake, or a request of which something has come */
    ACCEPTED_ANSWERING, /* the request is with its handler: our time, not the client's */
    ACCEPTED_WRITING,
    ACCEPTED_IDLE,
    ACCEPTED_PHASES,
};

struct accepted;

/* The connections of one listener. Must outlive them, or be abandoned first. */
struct accepted_list {
    const char *listener;
    int64_t limits[ACCEPTED_PHASES]; /* milliseconds; 0: none */
    void (*on_count)(void *context, size_t count);
    void *context;
    struct accepted *first;
    size_t count;
};

/* The bufferevent of a connection about to be accepted, its phase READING. The connection ends with it. */
struct bufferevent *accepted_new(struct event_base *base, SSL_CTX *context, struct accepted_list *list);
struct accepted *accepted_of(struct bufferevent *stream);
void accepted_turn(struct accepted *connection, enum accepted_phase phase);
/* Who is there; NULL when nobody proved who they are. */
const struct tls_identity *accepted_identity(struct accepted *connection);
/* The list goes before its connections do: they are no longer timed nor counted. */
void accepted_list_abandon(struct accepted_list *list);

#endif
