#include "serve/check.h"

#include "api/api.h"
#include "host/inspect.h"
#include "host/log.h"
#include "host/settings_keys.h"

static void check_operators(const struct settings *settings, struct findings *findings) {
    struct api_operators operators;
    char where[SETTINGS_WHERE_SIZE];
    struct result read = api_operators_read(settings->api.operators, &operators);
    settings_where(settings, settings_key_find("api.operators"), where);
    if (!result_is_ok(&read))
        findings_error(findings, where, "api.operators", "%s", read.detail);
    api_operators_wipe(&operators);
}

bool check_settings(const struct settings *settings, struct findings *findings) {
    inspect_settings(settings, SETTINGS_OF_GATEWAY, findings);
    if (!findings_has_error(findings))
        check_operators(settings, findings);
    return !findings_has_error(findings);
}

void check_log(const struct findings *findings) {
    for (size_t i = 0; i < findings->list.count; i++) {
        const struct finding *finding = &findings->list.items[i];
        log_write(finding->is_warning ? LOG_WARNING : LOG_ERROR,
                  finding->is_warning ? "settings.warning" : "settings.wrong", "where", finding->where, "key",
                  finding->key, "detail", finding->text, NULL);
    }
}
