#ifndef PONTIS_SERVE_WORKER_H
#define PONTIS_SERVE_WORKER_H

#include "serve/serve.h"

/* Runs worker `number` (from 1) in this process until SIGTERM. Writes a byte to `heartbeat` every second
 * while its loop turns: 'r' once it is ready, '.' before. Returns an enum serve_end. */
int worker_run(const struct settings *settings, int number, int heartbeat);

#endif
