#include "serve/serve.h"

#include "host/log.h"
#include "serve/check.h"
#include "serve/supervisor.h"

int serve_run(const struct settings_request *request, const struct settings *settings) {
    struct findings findings = {0};
    log_set_name(settings->name);
    log_configure(settings->log.format, settings->log.level);
    /* What a worker can live with, as a certificate that ends tonight, does not keep payments from settling.
     */
    (void)check_settings(settings, &findings);
    check_log(&findings);
    findings_wipe(&findings);
    return supervisor_run(request, settings);
}
