#include "bus/handle.h"

#include <fcntl.h>
#include <unistd.h>

#include "host/log.h"
#include "host/metrics.h"

/* Runs on the loop: librdkafka's lines come through its queue. What it retries by itself is said once, by the
 * error callback. */
static void on_log(const rd_kafka_t *kafka, int level, const char *facility, const char *text) {
    enum { SYSLOG_WARNING = 4 };
    (void)kafka;
    if (level < SYSLOG_WARNING)
        log_write(LOG_WARNING, "bus.librdkafka", "facility", facility, "detail", text, NULL);
}

static struct result set_all(rd_kafka_conf_t *configuration, const struct bus_property *options) {
    char error[128];
    for (; options && options->name; options++)
        if (rd_kafka_conf_set(configuration, options->name, options->value, error, sizeof error) !=
            RD_KAFKA_CONF_OK)
            return result_fatal("bus: %s: %s", options->name, error);
    return result_ok();
}

struct result handle_configure(const struct bus_property *options, const struct bus_property *more,
                               rd_kafka_conf_t **out) {
    *out = rd_kafka_conf_new();
    struct result result = set_all(*out, options);
    if (result_is_ok(&result))
        result = set_all(*out, more);
    if (!result_is_ok(&result)) {
        rd_kafka_conf_destroy(*out);
        return result;
    }
    rd_kafka_conf_set_log_cb(*out, on_log);
    return result_ok();
}

static void on_readable(evutil_socket_t descriptor, short what, void *context) {
    struct handle_wakeup *wakeup = context;
    char bytes[64];
    (void)what;
    /* The pipe first: what arrives while the queue is emptied writes to it again. */
    while (read(descriptor, bytes, sizeof bytes) > 0)
        ;
    wakeup->drain(wakeup->context);
}

struct result handle_wake(struct handle_wakeup *wakeup, struct event_base *base, rd_kafka_queue_t *queue,
                          void (*drain)(void *context), void *context) {
    wakeup->queue = queue;
    wakeup->drain = drain;
    wakeup->context = context;
    if (pipe2(wakeup->pipe, O_CLOEXEC | O_NONBLOCK))
        return result_fatal("bus: no more descriptors");
    wakeup->event = event_new(base, wakeup->pipe[0], EV_READ | EV_PERSIST, on_readable, wakeup);
    event_add(wakeup->event, NULL);
    rd_kafka_queue_io_event_enable(queue, wakeup->pipe[1], "1", 1);
    return result_ok();
}

void handle_wakeup_wipe(struct handle_wakeup *wakeup) {
    if (!wakeup->event)
        return;
    rd_kafka_queue_io_event_enable(wakeup->queue, -1, NULL, 0);
    rd_kafka_queue_destroy(wakeup->queue);
    event_free(wakeup->event);
    close(wakeup->pipe[0]);
    close(wakeup->pipe[1]);
}

void handle_wake_now(struct handle_wakeup *wakeup) {
    event_active(wakeup->event, EV_READ, 0);
}

void handle_log_error(const char *event, rd_kafka_resp_err_t error, const char *text) {
    metrics_count(METRIC_KAFKA_ERRORS, rd_kafka_err2name(error));
    log_write(LOG_WARNING, event, "error", rd_kafka_err2name(error), "detail", text, NULL);
}
