#include "serve/loop.h"

#include <stdlib.h>

#include "host/clock.h"
#include "host/random.h"

static instant now(void *self) {
    (void)self;
    return clock_wall();
}

static int64_t monotonic(void *self) {
    (void)self;
    return clock_boottime();
}

struct timer {
    clock_callback callback;
    void *context;
};

static void on_timer(evutil_socket_t descriptor, short what, void *context) {
    struct timer timer = *(struct timer *)context;
    (void)descriptor, (void)what;
    free(context);
    timer.callback(timer.context);
}

static void after(void *self, int64_t milliseconds, clock_callback callback, void *context) {
    struct timer *timer = must_malloc(sizeof *timer);
    *timer = (struct timer){callback, context};
    const struct timeval wait = {milliseconds / 1000, milliseconds % 1000 * 1000};
    if (event_base_once(self, -1, EV_TIMEOUT, on_timer, timer, &wait))
        abort();
}

void loop_fill_clock(struct event_base *base, struct clock_port *out) {
    *out = (struct clock_port){.self = base, .now = now, .monotonic = monotonic, .after = after};
}

static void fill(void *self, void *bytes, size_t length) {
    (void)self;
    random_fill(bytes, length);
}

void loop_fill_random(struct random_port *out) {
    *out = (struct random_port){.fill = fill};
}
