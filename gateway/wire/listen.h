#ifndef PONTIS_WIRE_LISTEN_H
#define PONTIS_WIRE_LISTEN_H

#include <event2/event.h>
#include <event2/listener.h>
#include <stdbool.h>

#include "base/result.h"

/* A listening socket on HOST:PORT, both numeric ("127.0.0.1:8443", "[::1]:8443"; port 0: any free one).
 * Workers share a port (SO_REUSEPORT); accepted connections inherit TCP_NODELAY, without which every answer
 * waits 40 ms. FATAL: no such address, or it is taken. The caller frees `out` or hands it on. */
MUST_USE struct result listen_open(struct event_base *base, const char *address, struct evconnlistener **out);

/* Is HOST of HOST:PORT this machine alone? */
bool listen_is_loopback(const char *address);

/* The port a listening socket is bound to. */
int listen_port(evutil_socket_t socket);

#endif
