#include "serve/worker.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/api.h"
#include "base/text.h"
#include "bus/bus.h"
#include "flow/door_peer.h"
#include "flow/door_wallet.h"
#include "flow/step.h"
#include "host/clock.h"
#include "host/log.h"
#include "host/metrics.h"
#include "jobs/sweep.h"
#include "serve/loop.h"
#include "serve/watch.h"
#include "store/store.h"
#include "wire/admin.h"
#include "wire/wire.h"

enum { DRAIN_MILLISECONDS = 5000, LOOK_MILLISECONDS = 20, PUBLISH_MILLISECONDS = 1000, FETCH_WAIT = 500 };

struct worker {
    const struct settings *settings;
    char name[40]; /* "home/1" */
    char source[80];
    struct event_base *base;
    struct event *signals[2];
    struct event *heart;
    int heartbeat;
    struct store *store;
    struct wire *wire;
    struct bus *bus;
    struct admin *admin;
    struct flow flow;
    struct api api;
    struct sweep sweep;
    struct watch watch;
    bool open;           /* the doors are */
    int64_t drain_until; /* 0: not stopping */
    int end;             /* enum serve_end */
};

/* ---- what ends a worker ---- */

static void on_fatal(void *context, const char *why) {
    struct worker *worker = context;
    log_write(LOG_ERROR, "worker.fatal", "detail", why, NULL);
    worker->end = SERVE_FAILED;
    event_base_loopbreak(worker->base);
}

/* What was taken in is decided and answered; what comes after that finds another worker. */
static void drain(void *context) {
    struct worker *worker = context;
    bool done = worker->flow.queued == 0 && !worker->flow.batch;
    if (done || clock_boottime() >= worker->drain_until) {
        (void)step_stop(&worker->flow);
        event_base_loopbreak(worker->base);
        return;
    }
    worker->flow.ports.clock.after(worker->base, LOOK_MILLISECONDS, drain, worker);
}

static void on_signal(evutil_socket_t number, short what, void *context) {
    struct worker *worker = context;
    (void)number, (void)what;
    if (worker->drain_until)
        return;
    log_write(LOG_INFO, "worker.stopping", NULL);
    worker->drain_until = clock_boottime() + DRAIN_MILLISECONDS;
    worker->open = false;
    bus_stop_consuming(worker->bus);
    wire_stop_accepting(worker->wire);
    drain(worker);
}

static bool is_ready(void *context) {
    const struct worker *worker = context;
    return worker->open && bus_has_joined(worker->bus);
}

static void on_heartbeat(evutil_socket_t descriptor, short what, void *context) {
    struct worker *worker = context;
    (void)descriptor, (void)what;
    ssize_t written = write(worker->heartbeat, is_ready(worker) ? "r" : ".", 1);
    if (written < 0) /* nobody supervises any more */
        on_signal(0, 0, worker);
}

/* ---- opening, in the order of need ---- */

static struct result open_loop(struct worker *worker) {
    static const int numbers[] = {SIGTERM, SIGINT};
    worker->base = event_base_new();
    if (!worker->base)
        return result_fatal("no event loop");
    for (size_t i = 0; i < 2; i++) {
        worker->signals[i] = evsignal_new(worker->base, numbers[i], on_signal, worker);
        event_add(worker->signals[i], NULL);
    }
    const struct timeval second = {1, 0};
    worker->heart = event_new(worker->base, -1, EV_PERSIST, on_heartbeat, worker);
    event_add(worker->heart, &second);
    return result_ok();
}

static struct result open_ports(struct worker *worker, struct ports *ports) {
    const struct settings *settings = worker->settings;
    struct store_settings store = {.conninfo = settings->database, .worker = worker->name};
    struct wire_settings wire = {settings->tls.ca, settings->tls.certificate, settings->tls.key};
    struct bus_settings bus = {.brokers = settings->bus.brokers,
                               .group = settings->bus.group,
                               .topic_out = settings->bus.topic_out,
                               .member = worker->name,
                               .fetch_wait = settings->bus.fetch_wait ? settings->bus.fetch_wait : FETCH_WAIT,
                               .fatal = on_fatal,
                               .context = worker};
    TRY(store_open(&store, worker->base, &worker->store));
    store_fill_port(worker->store, &ports->store);
    TRY(wire_open(&wire, worker->base, &worker->wire));
    TRY(wire_listen(worker->wire, "peer", settings->peer.listen));
    TRY(wire_listen(worker->wire, "api", settings->api.listen));
    wire_fill_port(worker->wire, &ports->wire);
    TRY(bus_open(&bus, worker->base, &worker->bus));
    bus_fill_port(worker->bus, &ports->bus);
    loop_fill_clock(worker->base, &ports->clock);
    loop_fill_random(&ports->random);
    return result_ok();
}

/* The corridors are known: from now on nothing that comes in is refused for want of them. */
static void open_doors(void *context) {
    struct worker *worker = context;
    door_wallet_open(&worker->flow);
    door_peer_open(&worker->flow);
    struct result opened = api_open(&worker->api, &worker->flow, worker->settings->api.operators);
    if (!result_is_ok(&opened)) {
        on_fatal(worker, opened.detail);
        worker->end = SERVE_CONFIGURATION;
        return;
    }
    worker->open = true;
    log_write(LOG_INFO, "worker.open", NULL);
}

static struct result open_all(struct worker *worker) {
    const struct settings *settings = worker->settings;
    struct ports ports = {0};
    TRY(open_loop(worker));
    TRY(open_ports(worker, &ports));
    const struct admin_settings admin = {settings->admin.listen, settings->admin.public, watch_tell_ready,
                                         &worker->watch};
    TRY(admin_open(worker->base, &admin, &worker->admin));
    struct flow_settings flow = {.source = worker->source,
                                 .topic_in = settings->bus.topic_in,
                                 .topic_out = settings->bus.topic_out,
                                 .incarnation = settings->bus.incarnation,
                                 .keys = {.signing_key = settings->signing.key,
                                          .signing_certificate = settings->signing.certificate,
                                          .peer_certificates = settings->signing.peer_certificates}};
    flow_init(&worker->flow, &ports, &flow);
    worker->flow.fatal = on_fatal;
    worker->flow.fatal_context = worker;
    const struct watch_parts parts = {settings,      worker->name, worker->base, &worker->flow,
                                      worker->store, worker->bus,  &worker->open};
    TRY(watch_open(&worker->watch, &parts));
    sweep_start(&worker->sweep, &worker->flow, open_doors, worker);
    return result_ok();
}

/* ---- closing ---- */

/* Kafka first, so that what it acknowledges can still be marked; then what waits for nobody. */
static void close_all(struct worker *worker) {
    if (worker->bus)
        bus_close(worker->bus, PUBLISH_MILLISECONDS);
    watch_close(&worker->watch);
    if (worker->admin)
        admin_close(worker->admin);
    if (worker->wire)
        wire_close(worker->wire);
    if (worker->store)
        store_close(worker->store);
}

static int end_of(const struct result *result) {
    return result->kind == RESULT_RETRY ? SERVE_UNREACHABLE : SERVE_CONFIGURATION;
}

int worker_run(const struct settings *settings, int number, int heartbeat) {
    static struct worker worker; /* to the end of the process: late completions may still point to it */
    worker = (struct worker){.settings = settings, .heartbeat = heartbeat};
    snprintf(worker.name, sizeof worker.name, "%.30s/%d", settings->name, number);
    snprintf(worker.source, sizeof worker.source, "/pontis/%.64s", settings->name);
    log_set_name(worker.name);
    metrics_attach((size_t)number);
    struct result opened = open_all(&worker);
    if (!result_is_ok(&opened)) {
        log_write(LOG_ERROR, "worker.not_started", "detail", opened.detail, NULL);
        close_all(&worker);
        return end_of(&opened);
    }
    event_base_dispatch(worker.base);
    close_all(&worker);
    log_write(LOG_INFO, "worker.ended", NULL);
    return worker.end;
}
