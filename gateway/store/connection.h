#ifndef PONTIS_STORE_CONNECTION_H
#define PONTIS_STORE_CONNECTION_H

#include <event2/event.h>

#include "store/request.h"

/* One connection to PostgreSQL on the loop, in pipeline mode: never blocks, prepares its statements, comes
 * back by itself with growing patience. Requests end in the order they were submitted. */
struct connection;

struct connection_settings {
    const char *conninfo;
    const char *application_name;        /* what other workers see of it */
    const char *options;                 /* "-c name=value ..." of this session */
    bool (*prepares)(const char *query); /* which of sql/queries run here */
    bool durable;                        /* a warning of the server puts what was said before it in doubt */
    int64_t deadline; /* milliseconds for one request, after which the connection is given up */
    /* The session stands: `enter` submits what it has to say first and then calls connection_open, at once or
     * later. */
    void (*enter)(void *context);
    /* The session is gone, or could not be had; another attempt follows. */
    void (*lost)(void *context, const char *detail);
    void *context;
};

/* The settings' strings are copied. */
struct connection *connection_new(const struct connection_settings *settings, struct event_base *base);
/* Ends what is under way as LOST or NOT_SENT. Not from a callback of this connection. */
void connection_free(struct connection *connection);

/* Takes the request over and ends it once. While there is no session but one is being made, it waits; between
 * attempts it ends as NOT_SENT at once (before this returns). */
void connection_submit(struct connection *connection, struct request *request);
/* From `enter` on: the same, before `connection_open`. */
void connection_submit_first(struct connection *connection, struct request *request);
void connection_open(struct connection *connection);
/* Ends a transaction that a request has left open. */
void connection_rollback(struct connection *connection);
/* Gives the session up: what was sent ends as LOST. A new attempt follows at once. */
void connection_drop(struct connection *connection, const char *why);
/* No more attempts. */
void connection_stop(struct connection *connection);
/* The server's process id, 0: none. */
int connection_backend(const struct connection *connection);

#endif
