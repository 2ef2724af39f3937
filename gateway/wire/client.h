#ifndef PONTIS_WIRE_CLIENT_H
#define PONTIS_WIRE_CLIENT_H

#include <event2/event.h>

#include "flow/ports.h"
#include "wire/credentials.h"

/* HTTPS to peers, on the loop of everybody else. A request is sent at most once: no redirect, no proxy, and
 * no second sending on another connection, which libcurl would else do by itself when a reused one dies. */
struct client;

/* The credentials are borrowed until others are used or the client is closed. FATAL when libcurl lacks what
 * is needed. */
MUST_USE struct result client_open(struct event_base *base, const struct credentials *credentials,
                                   struct client **out);

/* From the next post on. Posts under way end on the connections they have; those that are kept for later
 * posts are of the old credentials and not used again. */
void client_use(struct client *client, const struct credentials *credentials);

/* wire_port.post; all but the body is copied. The server's public key must be one of request->pins: with none
 * given nothing is sent. An answer over 256 KiB is cut off and UNKNOWN. */
void client_post(struct client *client, const struct wire_request *request, wire_done done, void *context);

/* Posts under way end here without a completion: their attempts are in doubt, as after a crash. */
void client_close(struct client *client);

#endif
