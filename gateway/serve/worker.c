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
#include "host/conninfo.h"
#include "host/file_bytes.h"
#include "host/log.h"
#include "host/metrics.h"
#include "jobs/sweep.h"
#include "serve/check.h"
#include "serve/loop.h"
#include "serve/reload.h"
#include "serve/watch.h"
#include "store/store.h"
#include "wire/admin.h"
#include "wire/wire.h"

enum { LOOK_MILLISECONDS = 20, PUBLISH_MILLISECONDS = 1000, MOST_PROPERTIES = 8 };

struct worker {
    const struct settings_request *request;
    const struct settings *settings; /* in force */
    struct settings *reloaded;       /* the same, once they were read again; NULL before */
    char name[40];                   /* "home/1" */
    char source[80];
    struct event_base *base;
    struct event *signals[3];
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
    worker->drain_until = clock_boottime() + worker->settings->shutdown.drain;
    worker->open = false;
    bus_stop_consuming(worker->bus);
    wire_stop_accepting(worker->wire);
    drain(worker);
}

static bool is_ready(void *context) {
    const struct worker *worker = context;
    return worker->open && bus_has_joined(worker->bus);
}

static void beat(struct worker *worker, enum worker_beat beat) {
    char byte = (char)beat;
    if (write(worker->heartbeat, &byte, 1) < 0) /* nobody supervises any more */
        on_signal(0, 0, worker);
}

static void on_heartbeat(evutil_socket_t descriptor, short what, void *context) {
    (void)descriptor, (void)what;
    beat(context, is_ready(context) ? WORKER_READY : WORKER_ALIVE);
}

/* ---- settings that changed ---- */

static struct result take_over(struct worker *worker, const struct settings *next) {
    struct settings *merged = settings_merge(worker->settings, next);
    const struct reload_parts parts = {worker->wire, &worker->flow};
    struct result applied = reload_apply(merged, &parts);
    if (!result_is_ok(&applied)) {
        settings_free(merged);
        return applied;
    }
    settings_free(worker->reloaded);
    worker->settings = worker->reloaded = merged;
    worker->watch.parts.settings = merged;
    return applied;
}

static void on_reload(evutil_socket_t number, short what, void *context) {
    struct worker *worker = context;
    struct settings *next;
    struct findings findings = {0};
    (void)number, (void)what;
    bool is_right = settings_read(worker->request, &findings, &next);
    struct result result = is_right ? take_over(worker, next) : result_fatal("the file has changed again");
    if (!result_is_ok(&result))
        log_write(LOG_ERROR, "worker.not_reloaded", "detail", result.detail, NULL);
    beat(worker, result_is_ok(&result) ? WORKER_RELOADED : WORKER_REFUSED);
    findings_wipe(&findings);
    settings_free(next);
}

/* ---- opening, in the order of need ---- */

static struct result open_loop(struct worker *worker) {
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    worker->base = event_base_new();
    if (!worker->base)
        return result_fatal("no event loop");
    for (size_t i = 0; i < 3; i++) {
        worker->signals[i] =
            evsignal_new(worker->base, numbers[i], numbers[i] == SIGHUP ? on_reload : on_signal, worker);
        event_add(worker->signals[i], NULL);
    }
    const struct timeval second = {1, 0};
    worker->heart = event_new(worker->base, -1, EV_PERSIST, on_heartbeat, worker);
    event_add(worker->heart, &second);
    return result_ok();
}

static struct result open_store(struct worker *worker) {
    const struct settings *settings = worker->settings;
    struct buffer conninfo;
    struct result result = conninfo_read(settings->database, settings->database_password_file, &conninfo);
    struct store_settings store = {.conninfo = conninfo.data, .worker = worker->name};
    if (result_is_ok(&result))
        result = store_open(&store, worker->base, &worker->store);
    file_bytes_wipe_secret(&conninfo);
    return result;
}

static struct result open_wire(struct worker *worker) {
    const struct settings *settings = worker->settings;
    struct wire_settings wire = {settings->tls.ca, settings->tls.certificate, settings->tls.key};
    TRY(wire_open(&wire, worker->base, &worker->wire));
    TRY(wire_listen(worker->wire, "peer", settings->peer.listen));
    return wire_listen(worker->wire, "api", settings->api.listen);
}

/* What is set of it, with `password` where one is. */
static void list_security(const struct settings *settings, const struct buffer *password,
                          struct bus_property out[MOST_PROPERTIES]) {
    const __typeof__(settings->bus.security) *security = &settings->bus.security;
    const struct bus_property all[] = {{"security.protocol", security->protocol},
                                       {"ssl.ca.location", security->ca},
                                       {"ssl.certificate.location", security->certificate},
                                       {"ssl.key.location", security->key},
                                       {"sasl.mechanism", security->mechanism},
                                       {"sasl.username", security->username},
                                       {"sasl.password", password->data}};
    size_t count = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].value)
            out[count++] = all[i];
    out[count] = (struct bus_property){0};
}

static struct result open_bus(struct worker *worker) {
    const struct settings *settings = worker->settings;
    const char *password_file = settings->bus.security.password_file;
    struct bus_property security[MOST_PROPERTIES];
    struct buffer password = {0};
    struct result result = password_file ? file_bytes_read_secret(password_file, &password) : result_ok();
    list_security(settings, &password, security);
    struct bus_settings bus = {.brokers = settings->bus.brokers,
                               .group = settings->bus.group,
                               .topic_out = settings->bus.topic_out,
                               .member = worker->name,
                               .security = security,
                               .fetch_wait = settings->bus.fetch_wait,
                               .fatal = on_fatal,
                               .context = worker};
    if (result_is_ok(&result))
        result = bus_open(&bus, worker->base, &worker->bus);
    file_bytes_wipe_secret(&password);
    return result;
}

static struct result open_ports(struct worker *worker, struct ports *ports) {
    TRY(open_store(worker));
    store_fill_port(worker->store, &ports->store);
    TRY(open_wire(worker));
    wire_fill_port(worker->wire, &ports->wire);
    TRY(open_bus(worker));
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
    api_open(&worker->api, &worker->flow);
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
                                 .keys = reload_keys(settings)};
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

/* Kafka first, so that what it acknowledges can still be marked. The store before the wire: whoever asked it
 * something is told that it has ended, and answers. What the wire still holds waits for nobody. */
static void close_all(struct worker *worker) {
    if (worker->bus)
        bus_close(worker->bus, PUBLISH_MILLISECONDS);
    watch_close(&worker->watch);
    if (worker->admin)
        admin_close(worker->admin);
    if (worker->store)
        store_close(worker->store);
    if (worker->wire)
        wire_close(worker->wire);
}

static int end_of(const struct result *result) {
    return result->kind == RESULT_RETRY ? SERVE_UNREACHABLE : SERVE_CONFIGURATION;
}

/* One that was asked for before comes now. */
static void let_reload(void) {
    sigset_t reload;
    sigemptyset(&reload);
    sigaddset(&reload, SIGHUP);
    sigprocmask(SIG_UNBLOCK, &reload, NULL);
}

int worker_run(const struct settings_request *request, const struct settings *settings, int number,
               int heartbeat) {
    static struct worker worker; /* to the end of the process: late completions may still point to it */
    worker = (struct worker){.request = request, .settings = settings, .heartbeat = heartbeat};
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
    let_reload();
    event_base_dispatch(worker.base);
    close_all(&worker);
    log_write(LOG_INFO, "worker.ended", NULL);
    return worker.end;
}
