#ifndef PONTIS_WIRE_CLIENT_H
#define PONTIS_WIRE_CLIENT_H

#include <event2/event.h>

#include "flow/ports.h"

/* HTTPS to peers, on the loop of everybody else. A request is sent at most once: no redirect, no proxy, and
 * no second sending on another connection, which libcurl would else do by itself when a reused one dies. */
struct client;

/* PEM files; the strings are copied. FATAL when libcurl lacks what is needed. */
MUST_USE struct result client_open(struct event_base *base, const char *ca, const char *certificate,
                                   const char *key, struct client **out);

/* wire_port.post; all but the body is copied. The server's public key must be one of request->pins: with none
 * given nothing is sent. An answer over 256 KiB is cut off and UNKNOWN. */
void client_post(struct client *client, const struct wire_request *request, wire_done done, void *context);

/* Posts under way end here without a completion: their attempts are in doubt, as after a crash. */
void client_close(struct client *client);

#endif
