/* The verbs about settings: what is wrong with them, where each comes from, what there is to set. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/settings_arguments.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "host/inspect.h"
#include "host/settings_keys.h"
#include "serve/check.h"
#include "store/enrol.h"

/* ---- check ---- */

static json_t *finding_json(const struct finding *finding) {
    return json_pack("{s:s, s:s, s:s, s:s}", "severity", finding_weight_names[finding->weight], "where",
                     finding->where, "key", finding->key, "text", finding->text);
}

static void print_findings_json(const struct findings *findings) {
    json_t *list = json_array();
    for (size_t i = 0; i < findings->list.count; i++)
        json_array_append_new(list, finding_json(&findings->list.items[i]));
    json_t *answer = json_pack("{s:o}", "findings", list);
    table_print_json(answer);
    json_decref(answer);
}

static void print_findings(const struct findings *findings, const struct settings *settings) {
    for (size_t i = 0; i < findings->list.count; i++) {
        char line[FINDING_LINE_SIZE];
        finding_line(&findings->list.items[i], line);
        fputs(findings->list.items[i].weight == FINDING_NOTE ? "note: " : "", stdout);
        table_print(line);
        putchar('\n');
    }
    if (!findings_has(findings, FINDING_WARNING))
        printf("%s: ok\n", settings->file ? settings->file : "settings");
}

/* The file of the first operators; that it cannot be read is told already. */
static void check_operators(const struct settings *settings, struct findings *findings) {
    struct enrol_list operators;
    char where[SETTINGS_WHERE_SIZE];
    if (!settings->api.operators || access(settings->api.operators, R_OK) != 0)
        return;
    struct result read = enrol_read(settings->api.operators, &operators);
    settings_where(settings, settings_key_find("api.operators"), where);
    if (!result_is_ok(&read))
        findings_error(findings, where, "api.operators", "%s", read.detail);
    enrol_wipe(&operators);
}

int verb_config_check(int argc, char **argv) {
    struct settings_arguments arguments;
    struct settings *settings;
    struct findings findings = {0};
    settings_arguments_init(argc, argv, SETTINGS_OF_GATEWAY, &arguments);
    arguments.request.is_rehearsal = true;
    bool is_readable = settings_read(&arguments.request, &findings, &settings);
    if (is_readable)
        (void)check_settings(settings, &findings);
    inspect_settings(settings, SETTINGS_OF_OWNER, &findings);
    check_operators(settings, &findings);
    inspect_settings(settings, SETTINGS_OF_CLIENT, &findings);
    if (verb_flag(argc, argv, "--json"))
        print_findings_json(&findings);
    else
        print_findings(&findings, settings);
    int code = findings_has(&findings, FINDING_WARNING) ? EXIT_NEGATIVE : EXIT_DONE;
    findings_wipe(&findings);
    settings_free(settings);
    settings_arguments_wipe(&arguments);
    return code;
}

/* ---- show ---- */

static json_t *value_json(const struct settings *settings, size_t key) {
    static const char *const sources[] = {"default", "file", "variable", "flag"};
    const struct settings_value *value = &settings->values[key];
    char where[SETTINGS_WHERE_SIZE];
    settings_where(settings, key, where);
    return json_pack("{s:s, s:s?, s:s, s:s, s:s, s:b}", "key", settings_keys[key].path, "value", value->text,
                     "source", sources[value->source], "where", where, "type",
                     setting_type_names[settings_keys[key].type], "reloadable",
                     settings_keys[key].reloadable);
}

/* What people see of it: the value, and where it comes from in one column. */
static json_t *value_row(const struct settings *settings, size_t key) {
    char where[SETTINGS_WHERE_SIZE];
    const char *text = settings->values[key].text;
    settings_where(settings, key, where);
    return json_pack("{s:s, s:s, s:s}", "key", settings_keys[key].path, "value", text ? text : "-", "source",
                     text ? where : "not set");
}

static void print_values(const struct settings *settings, bool as_json) {
    json_t *list = json_array();
    for (size_t i = 0; i < settings_key_count; i++)
        json_array_append_new(list, as_json ? value_json(settings, i) : value_row(settings, i));
    if (as_json) {
        json_t *answer = json_pack("{s:O}", "settings", list);
        table_print_json(answer);
        json_decref(answer);
    } else {
        table_print_rows(list, "");
    }
    json_decref(list);
}

/* Shows what there is even where something is wrong with it: then most of all it is looked at. */
int verb_config_show(int argc, char **argv) {
    struct settings_arguments arguments;
    struct settings *settings;
    struct findings findings = {0};
    settings_arguments_init(argc, argv, SETTINGS_OF_GATEWAY, &arguments);
    arguments.request.is_rehearsal = true;
    bool is_right = settings_read(&arguments.request, &findings, &settings);
    print_values(settings, verb_flag(argc, argv, "--json"));
    fflush(stdout);
    settings_arguments_tell(&findings);
    findings_wipe(&findings);
    settings_free(settings);
    settings_arguments_wipe(&arguments);
    return is_right ? EXIT_DONE : EXIT_CONFIGURATION;
}

/* ---- default ---- */

int verb_config_default(int argc, char **argv) {
    (void)argc, (void)argv;
    struct buffer text;
    buffer_init(&text, 1 << 20);
    settings_write_default(&text);
    fputs(text.data, stdout);
    buffer_wipe(&text);
    return EXIT_DONE;
}
