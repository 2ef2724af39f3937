#ifndef PONTIS_WIRE_COLLECTOR_H
#define PONTIS_WIRE_COLLECTOR_H

#include <event2/event.h>

#include "base/result.h"

/* Hands spans to an OpenTelemetry collector near by: OTLP as JSON over plain HTTP, many spans a request, one
 * request at a time. Payments never wait for it: while it is slow or away, what finds no room is dropped and
 * counted. */
struct collector;

/* `endpoint` is http://HOST:PORT/PATH with a numeric host; without a path /v1/traces. `service` names this
 * process. Every span of the process goes there from now on. FATAL: no such endpoint. */
MUST_USE struct result collector_open(struct event_base *base, const char *endpoint, const char *service,
                                      struct collector **out);
/* Drops what was not sent. */
void collector_close(struct collector *collector);

#endif
