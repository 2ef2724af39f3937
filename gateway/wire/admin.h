#ifndef PONTIS_WIRE_ADMIN_H
#define PONTIS_WIRE_ADMIN_H

#include <event2/event.h>
#include <stdbool.h>

#include "base/buffer.h"

/* Plain HTTP for probes and Prometheus: GET /healthz is 200 while the loop turns; GET /readyz is 200 or 503
 * with the checks behind it as JSON; GET /metrics is what all processes of the gateway have counted. */
struct admin;

struct admin_settings {
    const char *listen; /* HOST:PORT, numeric */
    bool is_public;     /* other machines than this may be let in */
    /* Writes the checks as a JSON object and says whether payments can be settled now. */
    bool (*ready)(void *context, struct buffer *json);
    void *context;
};

/* Copies nothing: the context outlives the listener. FATAL when the address cannot be listened on, or other
 * machines reach it and may not. */
MUST_USE struct result admin_open(struct event_base *base, const struct admin_settings *settings,
                                  struct admin **out);
int admin_port(const struct admin *admin);
void admin_close(struct admin *admin);

#endif
