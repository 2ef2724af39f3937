#ifndef PONTIS_WIRE_SERVER_H
#define PONTIS_WIRE_SERVER_H

#include <event2/event.h>
#include <openssl/ssl.h>

#include "flow/ports.h"

/* One listener: HTTPS on one address. A request is handed to the handler once it is complete, and answered
 * once, then or later. A client that leaves before its answer costs nothing but the answer. */
struct server;

/* How long a connection may take, in milliseconds. */
struct server_times {
    int64_t request; /* from the first byte of a connection or request to its last, handshake included */
    int64_t answer;  /* to take an answer off us */
    int64_t idle;    /* between an answer and the next request; longer than our own clients keep theirs */
};

extern const struct server_times server_default_times;

/* `context` is borrowed until another one is used or the server is closed. FATAL when the address cannot be
 * listened on. Until server_handle is called every request is answered 503. */
MUST_USE struct result server_open(struct event_base *base, SSL_CTX *context, const char *name,
                                   const char *address, const struct server_times *times,
                                   struct server **out);
/* From the next connection on; open ones live on with theirs. */
void server_use(struct server *server, SSL_CTX *context);
const char *server_name(const struct server *server);
int server_port(const struct server *server);
void server_handle(struct server *server, wire_handler handler, void *context);

/* Sends the answer and ends the exchange, which may not be used afterwards. */
void server_answer(struct wire_exchange *exchange, int status, const char *content_type, struct bytes body);

/* Gives the port up; open connections are served on and closed with their next answer. */
void server_stop_accepting(struct server *server);

/* Ends every connection. Exchanges that are still open end unanswered: they may not be used afterwards. */
void server_close(struct server *server);

#endif
