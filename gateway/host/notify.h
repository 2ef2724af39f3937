#ifndef PONTIS_HOST_NOTIFY_H
#define PONTIS_HOST_NOTIFY_H

#include <stdint.h>

/* What the service manager is told (sd_notify(3)): lines as "READY=1", in one datagram to the socket that
 * NOTIFY_SOCKET names. Does nothing where there is none; a manager that does not listen is not waited for. */
void notify_manager(const char *lines);

/* A reload begins, from now on; ends with READY=1. */
void notify_reloading(void);

/* How often the manager wants WATCHDOG=1 from this process, in milliseconds: half of what it would wait. 0:
 * it does not. */
int64_t notify_watchdog_period(void);

#endif
