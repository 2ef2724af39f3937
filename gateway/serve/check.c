#include "serve/check.h"

#include <unistd.h>

#include "api/api.h"
#include "host/inspect.h"
#include "host/log.h"
#include "host/settings_keys.h"

static void check_operators(const struct settings *settings, struct findings *findings) {
    struct api_operators operators;
    if (!settings->api.operators || access(settings->api.operators, R_OK)) /* that is told already */
        return;
    char where[SETTINGS_WHERE_SIZE];
    struct result read = api_operators_read(settings->api.operators, &operators);
    settings_where(settings, settings_key_find("api.operators"), where);
    if (!result_is_ok(&read))
        findings_error(findings, where, "api.operators", "%s", read.detail);
    api_operators_wipe(&operators);
}

bool check_settings(const struct settings *settings, struct findings *findings) {
    inspect_settings(settings, SETTINGS_OF_GATEWAY, findings);
    check_operators(settings, findings);
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
