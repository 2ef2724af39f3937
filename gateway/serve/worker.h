#ifndef PONTIS_SERVE_WORKER_H
#define PONTIS_SERVE_WORKER_H

#include "serve/serve.h"

/* What a worker writes to its heartbeat. */
enum worker_beat {
    WORKER_ALIVE = '.',    /* every second while its loop turns, before it is ready */
    WORKER_READY = 'r',    /* the same, once it is */
    WORKER_RELOADED = 'a', /* SIGHUP: it has taken over the settings */
    WORKER_REFUSED = 'x',  /* SIGHUP: it has not, and goes on with what it has */
};

/* Runs worker `number` (from 1) in this process until SIGTERM. SIGHUP, which is blocked until the worker is
 * open, reads the settings again from where `request` says. Returns an enum serve_end. */
int worker_run(const struct settings_request *request, const struct settings *settings, int number,
               int heartbeat);

#endif
