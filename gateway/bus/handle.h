#ifndef PONTIS_BUS_HANDLE_H
#define PONTIS_BUS_HANDLE_H

#include <event2/event.h>
#include <librdkafka/rdkafka.h>

#include "bus/bus.h"

/* What consumer and producer share: settings as a table, errors, and a queue that wakes the loop. */

/* Both end with a row without a name; `more` may be NULL. The caller hands *out to rd_kafka_new or destroys
 * it. */
MUST_USE struct result handle_configure(const struct bus_property *options, const struct bus_property *more,
                                        rd_kafka_conf_t **out);

/* A queue's descriptor on the loop. `drain` is called once the queue has something, and takes all of it. */
struct handle_wakeup {
    int pipe[2];
    struct event *event;
    rd_kafka_queue_t *queue;
    void (*drain)(void *context);
    void *context;
};

/* Takes over the queue. FATAL: no more descriptors. */
MUST_USE struct result handle_wake(struct handle_wakeup *wakeup, struct event_base *base,
                                   rd_kafka_queue_t *queue, void (*drain)(void *context), void *context);
void handle_wakeup_wipe(struct handle_wakeup *wakeup);
/* Drains on the loop's next turn, whatever the queue says. */
void handle_wake_now(struct handle_wakeup *wakeup);

/* Logs an error of librdkafka. */
void handle_log_error(const char *event, rd_kafka_resp_err_t error, const char *text);

#endif
