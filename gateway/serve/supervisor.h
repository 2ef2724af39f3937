#ifndef PONTIS_SERVE_SUPERVISOR_H
#define PONTIS_SERVE_SUPERVISOR_H

#include "serve/serve.h"

/* Starts the workers and keeps them: one that died is started again, sooner after a long life than after a
 * short one; one that is silent for settings->supervisor.silence is killed. SIGTERM or SIGINT ends all of
 * them, by SIGKILL where draining takes 5 s longer than it may. A worker that refuses its settings before any
 * worker was ready ends the gateway.
 *
 * SIGHUP reads the settings again. When anything is wrong, here or for one of the workers, it is logged and
 * what was in force stays so; else what is reloadable is taken over by the workers, and those started later
 * begin with it. The service manager is told of each turn (notify.h).
 *
 * Both arguments are borrowed. Returns an enum serve_end. */
int supervisor_run(const struct settings_request *request, const struct settings *settings);

#endif
