#include "serve/check.h"

#include "host/inspect.h"
#include "host/log.h"

bool check_settings(const struct settings *settings, struct findings *findings) {
    inspect_settings(settings, SETTINGS_OF_GATEWAY, findings);
    return !findings_has(findings, FINDING_ERROR);
}

void check_log(const struct findings *findings) {
    for (size_t i = 0; i < findings->list.count; i++) {
        const struct finding *finding = &findings->list.items[i];
        bool is_error = finding->weight == FINDING_ERROR;
        log_write(is_error ? LOG_ERROR : LOG_WARNING, is_error ? "settings.wrong" : "settings.warning",
                  "where", finding->where, "key", finding->key, "detail", finding->text, NULL);
    }
}
