#ifndef PONTIS_BUS_PRODUCER_H
#define PONTIS_BUS_PRODUCER_H

#include "bus/bus.h"

/* The way to the wallet: an idempotent producer, acknowledged by all in-sync replicas. */
struct producer;

MUST_USE struct result producer_open(const struct bus_settings *settings, struct event_base *base,
                                     struct producer **out);
/* bus_port.publish */
void producer_publish(struct producer *producer, const struct bus_outgoing *records, size_t count,
                      bus_done done, void *context);
/* See bus_close. */
void producer_close(struct producer *producer, int64_t milliseconds);

#endif
