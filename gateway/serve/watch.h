#ifndef PONTIS_SERVE_WATCH_H
#define PONTIS_SERVE_WATCH_H

#include <event2/event.h>

#include "bus/bus.h"
#include "flow/flow.h"
#include "host/settings.h"
#include "jobs/measure.h"
#include "store/store.h"

/* What a worker tells about itself: whether it can settle payments now, and the gauges that no single event
 * changes. Once a second; nothing here does anything to a payment. */
struct watch_parts {
    const struct settings *settings;
    const char *worker; /* its name */
    struct event_base *base;
    struct flow *flow;
    struct store *store;
    struct bus *bus;
    const bool *open; /* are the doors? */
};

struct collector;

struct watch {
    struct watch_parts parts;
    struct measure measure;
    struct collector *collector; /* NULL: nobody collects spans */
    struct event *timer;
    size_t ticks;
    /* what the database said of its schema last */
    bool asking;
    int64_t answered_at; /* clock_boottime; 0: never */
    int64_t schema;
    int64_t compatible_from; /* of what is newer than this program; 0: nothing is */
};

/* Everything of `parts` is borrowed until watch_close. FATAL: tracing.endpoint is none. */
MUST_USE struct result watch_open(struct watch *watch, const struct watch_parts *parts);
void watch_close(struct watch *watch);

/* For the admin listener; context is the watch. True when payments can be settled now; `json` gets each check
 * with "ok" or what is wrong. */
bool watch_tell_ready(void *context, struct buffer *json);

#endif
