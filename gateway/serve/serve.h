#ifndef PONTIS_SERVE_SERVE_H
#define PONTIS_SERVE_SERVE_H

#include "host/settings.h"

/* How a gateway or worker ended; cli/verb.h's exit codes. */
enum serve_end {
    SERVE_ENDED = 0,         /* asked to by SIGTERM or SIGINT */
    SERVE_FAILED = 1,        /* something is wrong that another start may heal */
    SERVE_CONFIGURATION = 3, /* settings or files are wrong: starting again heals nothing */
    SERVE_UNREACHABLE = 4,   /* no database yet */
};

/* Runs a gateway until SIGTERM: a supervisor and settings->workers workers. SIGHUP reads the settings again
 * from where `request` says. Both are borrowed. Returns an enum serve_end. */
int serve_run(const struct settings_request *request, const struct settings *settings);

#endif
