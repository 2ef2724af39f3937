#include "host/yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* libcyaml tells its first error and a back trace with keys and lines through its log function. */
struct trace {
    struct yaml_finding *finding;
    char error[160];
    char place[96];
};

static void copy_line(char *to, size_t size, const char *from) {
    size_t length = strcspn(from, "\n");
    if (length >= size)
        length = size - 1;
    memcpy(to, from, length);
    to[length] = '\0';
}

static void take_line_number(struct yaml_finding *finding, const char *text) {
    const char *at = strstr(text, "line: ");
    if (at && !finding->line)
        finding->line = (int)strtol(at + 6, NULL, 10);
}

static void on_log(cyaml_log_t level, void *context, const char *format, va_list arguments) {
    struct trace *trace = context;
    char text[256];
    vsnprintf(text, sizeof text, format, arguments);
    if (level != CYAML_LOG_ERROR)
        return;
    const char *said = strncmp(text, "Load: ", 6) == 0 ? text + 6 : text;
    take_line_number(trace->finding, said);
    const char *key = strstr(said, "in mapping field '");
    if (key && !trace->place[0])
        copy_line(trace->place, sizeof trace->place, key + strlen("in mapping field "));
    if (!trace->error[0] && !strstr(said, "Backtrace"))
        copy_line(trace->error, sizeof trace->error, said);
}

static void *must_manage(void *context, void *memory, size_t size) {
    (void)context;
    if (size)
        return must_realloc(memory, size);
    free(memory);
    return NULL;
}

static void search(const cyaml_schema_value_t *schema, const char *key, const char **best, size_t *distance) {
    if (schema->type == CYAML_SEQUENCE || schema->type == CYAML_SEQUENCE_FIXED) {
        search(schema->sequence.entry, key, best, distance);
        return;
    }
    if (schema->type != CYAML_MAPPING)
        return;
    for (const cyaml_schema_field_t *field = schema->mapping.fields; field->key; field++) {
        size_t found = text_distance(field->key, key);
        if (found < *distance) {
            *distance = found;
            *best = field->key;
        }
        search(&field->value, key, best, distance);
    }
}

static bool stands_at(const char *line, const char *at, const char *key) {
    char before = at == line ? ' ' : at[-1], behind = at[strlen(key)];
    return strchr(" {,\"'", before) && behind && strchr(" :\"'", behind);
}

/* libcyaml tells the place before an unknown key: the key itself stands there or in a later line. */
static int line_of_key(const char *text, const char *key, int from) {
    int number = 1;
    for (const char *line = text; line && *line; number++) {
        const char *end = line + strcspn(line, "\n");
        for (const char *at = strstr(line, key); number >= from && at && at < end; at = strstr(at + 1, key))
            if (stands_at(line, at, key))
                return number;
        line = *end ? end + 1 : NULL;
    }
    return from;
}

/* "Unexpected key: limts" becomes a question a person can answer with yes. */
static void suggest(const cyaml_schema_value_t *schema, const char *text, const char *error,
                    struct yaml_finding *finding) {
    const char *at = strstr(error, "nexpected key: ");
    if (!at)
        return;
    const char *key = at + strlen("nexpected key: "), *best = NULL;
    size_t distance = 100;
    search(schema, key, &best, &distance);
    finding->line = line_of_key(text, key, finding->line);
    if (best)
        snprintf(finding->text, sizeof finding->text, "unknown key %.60s; the nearest known one is %s", key,
                 best);
}

static void conclude(const cyaml_schema_value_t *schema, struct bytes yaml, const struct trace *trace,
                     cyaml_err_t code) {
    struct yaml_finding *finding = trace->finding;
    char *text = must_memdup(yaml.data, yaml.length);
    suggest(schema, text, trace->error, finding);
    free(text);
    if (finding->text[0])
        return;
    snprintf(finding->text, sizeof finding->text, "%.80s%s%.60s",
             trace->error[0] ? trace->error : cyaml_strerror(code), trace->place[0] ? ", at " : "",
             trace->place);
}

bool yaml_load(struct bytes text, const cyaml_schema_value_t *schema, void **out,
               struct yaml_finding *finding) {
    *finding = (struct yaml_finding){0};
    struct trace trace = {.finding = finding};
    const cyaml_config_t config = {.log_fn = on_log,
                                   .log_ctx = &trace,
                                   .log_level = CYAML_LOG_ERROR,
                                   .mem_fn = must_manage,
                                   .flags = CYAML_CFG_NO_ALIAS};
    *out = NULL;
    cyaml_err_t code = cyaml_load_data((const uint8_t *)text.data, text.length, &config, schema, out, NULL);
    if (code == CYAML_OK && *out)
        return true;
    conclude(schema, text, &trace, code == CYAML_OK ? CYAML_ERR_INVALID_VALUE : code);
    return false;
}

void yaml_unload(const cyaml_schema_value_t *schema, void *data) {
    const cyaml_config_t config = {.mem_fn = must_manage};
    if (data)
        (void)cyaml_free(&config, schema, data, 0);
}
