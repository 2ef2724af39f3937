#ifndef PONTIS_SERVE_LOOP_H
#define PONTIS_SERVE_LOOP_H

#include <event2/event.h>

#include "flow/ports.h"

/* The machine's clock with timers on the loop, and OpenSSL's generator. */
void loop_fill_clock(struct event_base *base, struct clock_port *out);
void loop_fill_random(struct random_port *out);

#endif
