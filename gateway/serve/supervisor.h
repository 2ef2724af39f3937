#ifndef PONTIS_SERVE_SUPERVISOR_H
#define PONTIS_SERVE_SUPERVISOR_H

#include "serve/serve.h"

/* Starts the workers and keeps them: one that died is started again, sooner after a long life than after a
 * short one; one whose heartbeat is 3 s old is killed. SIGTERM or SIGINT ends all of them, by SIGKILL after
 * 10 s. A worker that refuses its settings before any worker was ready ends the gateway. Returns an enum
 * serve_end. */
int supervisor_run(const struct settings *settings);

#endif
