#include "serve/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/expiry.h"
#include "host/log.h"
#include "host/metrics.h"
#include "store/migrate.h"
#include "wire/collector.h"

enum {
    ASK_TICKS = 5,           /* between questions about the schema */
    CERTIFICATE_TICKS = 30,  /* between looks at the files */
    ANSWER_PATIENCE = 15000, /* a database silent for so long answers nobody */
};

/* ---- readiness ---- */

static const char *doors(const struct watch *watch) {
    if (watch->parts.flow->stopping)
        return "the worker is stopping";
    return *watch->parts.open ? NULL : "not open yet, or closing";
}

static const char *database(const struct watch *watch) {
    const char *trouble = store_trouble(watch->parts.store);
    if (trouble)
        return trouble;
    return clock_boottime() - watch->answered_at > ANSWER_PATIENCE ? "it does not answer" : NULL;
}

static const char *migrations(const struct watch *watch) {
    if (!watch->answered_at)
        return "not known yet";
    if (watch->schema < migrate_newest())
        return "the schema is older than this program: run pontis migrate";
    return watch->compatible_from > migrate_newest() ? "the schema is too new for this program" : NULL;
}

static const char *bus(const struct watch *watch) {
    return bus_trouble(watch->parts.bus);
}

static const char *corridors(const struct watch *watch) {
    const struct flow *flow = watch->parts.flow;
    for (size_t i = 0; i < flow->links.count; i++)
        if (!flow->links.items[i]->retired && flow->links.items[i]->corridor.open)
            return NULL;
    return "no corridor is open";
}

/* What has to hold for a payment to be settled, and why it does not (NULL: it does). */
static const struct check {
    const char *name;
    const char *(*trouble)(const struct watch *watch);
} checks[] = {
    {"doors", doors}, {"database", database},   {"migrations", migrations},
    {"bus", bus},     {"corridors", corridors},
};
enum { CHECKS = sizeof checks / sizeof *checks };

bool watch_tell_ready(void *context, struct buffer *json) {
    bool ready = true;
    for (size_t i = 0; i < CHECKS; i++)
        ready &= checks[i].trouble(context) == NULL;
    buffer_addf(json, "{\"ready\":%s,\"checks\":{", ready ? "true" : "false");
    for (size_t i = 0; i < CHECKS; i++) {
        const char *trouble = checks[i].trouble(context);
        buffer_addf(json, "%s\"%s\":\"%s\"", i ? "," : "", checks[i].name, trouble ? trouble : "ok");
    }
    buffer_add_string(json, "}}");
    return ready;
}

static void set_ready(const struct watch *watch) {
    for (size_t i = 0; i < CHECKS; i++)
        metrics_set_whole(METRIC_READY, checks[i].trouble(watch) == NULL, checks[i].name);
}

/* ---- gauges of this process ---- */

static void set_links(const struct flow *flow) {
    for (size_t i = 0; i < flow->links.count; i++) {
        const struct flow_link *link = flow->links.items[i];
        if (link->retired)
            continue;
        metrics_set_whole(METRIC_CORRIDOR_OPEN, link->corridor.open, link->corridor.name);
        metrics_set_whole(METRIC_PEER_REACHABLE, !link->unreachable, link->corridor.name);
    }
}

static void set_lag(const struct watch *watch) {
    const struct flow *flow = watch->parts.flow;
    for (size_t i = 0; i < flow->partitions.count; i++) {
        const struct flow_partition *partition = &flow->partitions.items[i];
        int64_t end = bus_end_of(watch->parts.bus, partition->partition);
        char number[16];
        if (!partition->lease_epoch || end < 0)
            continue;
        snprintf(number, sizeof number, "%d", (int)partition->partition);
        metrics_set_whole(METRIC_KAFKA_LAG, end > partition->position ? end - partition->position : 0,
                          number);
    }
}

static void set_memory(void) {
    FILE *file = fopen("/proc/self/statm", "r");
    char line[128];
    if (file && fgets(line, sizeof line, file)) {
        char *rest;
        (void)strtoll(line, &rest, 10);
        metrics_set_whole(METRIC_MEMORY, strtoll(rest, NULL, 10) * sysconf(_SC_PAGESIZE), NULL);
    }
    if (file)
        fclose(file);
}

static void tell_certificate(void *context, const char *subject, const char *serial, int64_t ends) {
    metrics_set_whole(METRIC_CERTIFICATE_EXPIRY, ends, (const char *)context, subject, serial);
}

static void set_certificates(const struct settings *settings) {
    expiry_read(settings->tls.certificate, tell_certificate, (void *)"tls");
    expiry_read(settings->tls.ca, tell_certificate, (void *)"ca");
    expiry_read(settings->signing.certificate, tell_certificate, (void *)"signing");
    expiry_read(settings->signing.peer_certificates, tell_certificate, (void *)"peer_signing");
}

/* ---- the schema, which another program may change under us ---- */

static int64_t number_at(const struct store_table *table, size_t column) {
    const char *text = table->cells[column];
    return text ? strtoll(text, NULL, 10) : 0;
}

static void on_schema(void *context, struct result result, const struct store_table *table) {
    struct watch *watch = context;
    watch->asking = false;
    if (!result_is_ok(&result) || table->rows != 1)
        return;
    watch->answered_at = clock_boottime();
    watch->schema = number_at(table, 0);
    watch->compatible_from = number_at(table, 1);
}

static void ask_schema(struct watch *watch) {
    static char newest[16];
    static const char *const parameters[] = {newest};
    struct store_port *store = &watch->parts.flow->ports.store;
    if (watch->asking)
        return;
    snprintf(newest, sizeof newest, "%d", migrate_newest());
    watch->asking = true;
    store->read(store->self, "schema_numbers", parameters, 1, on_schema, watch);
}

/* ---- once a second ---- */

static void on_timer(evutil_socket_t unused, short what, void *context) {
    struct watch *watch = context;
    (void)unused, (void)what;
    if (watch->ticks % ASK_TICKS == 0)
        ask_schema(watch);
    if (watch->ticks % CERTIFICATE_TICKS == 0)
        set_certificates(watch->parts.settings);
    watch->ticks++;
    metrics_set_whole(METRIC_BUILD, 1, PONTIS_VERSION);
    metrics_set_whole(METRIC_QUEUED, (int64_t)watch->parts.flow->queued, NULL);
    set_ready(watch);
    set_links(watch->parts.flow);
    set_lag(watch);
    set_memory();
    log_flush();
}

struct result watch_open(struct watch *watch, const struct watch_parts *parts) {
    const struct timeval second = {1, 0};
    const char *endpoint = parts->settings->tracing.endpoint;
    *watch = (struct watch){.parts = *parts};
    if (endpoint && *endpoint)
        TRY(collector_open(parts->base, endpoint, parts->worker, &watch->collector));
    watch->timer = event_new(parts->base, -1, EV_PERSIST, on_timer, watch);
    if (!watch->timer || event_add(watch->timer, &second))
        abort();
    measure_start(&watch->measure, parts->flow);
    on_timer(-1, 0, watch);
    return result_ok();
}

void watch_close(struct watch *watch) {
    if (watch->timer)
        event_free(watch->timer);
    if (watch->collector)
        collector_close(watch->collector);
    *watch = (struct watch){0};
}
