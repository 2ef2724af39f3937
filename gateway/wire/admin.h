#ifndef PONTIS_WIRE_ADMIN_H
#define PONTIS_WIRE_ADMIN_H

#include <event2/event.h>
#include <stdbool.h>

#include "base/result.h"

/* Plain HTTP for probes on this machine: GET /healthz is 200 while the loop turns, GET /readyz is 200 or 503
 * as `ready` says. */
struct admin;

/* FATAL when `address` is not HOST:PORT of the loopback, or cannot be listened on. */
MUST_USE struct result admin_open(struct event_base *base, const char *address, bool (*ready)(void *context),
                                  void *context, struct admin **out);
int admin_port(const struct admin *admin);
void admin_close(struct admin *admin);

#endif
