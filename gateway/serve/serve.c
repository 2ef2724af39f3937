#include "serve/serve.h"

#include <string.h>

#include "host/log.h"
#include "serve/supervisor.h"

enum { MOST_WORKERS = 64 };

int serve_run(const struct settings *settings) {
    log_set_name(settings->name);
    if (settings->workers < 0 || settings->workers > MOST_WORKERS) {
        log_write(LOG_ERROR, "settings.refused", "key", "workers", "detail", "0 (one a core) to 64", NULL);
        return SERVE_CONFIGURATION;
    }
    return supervisor_run(settings);
}
