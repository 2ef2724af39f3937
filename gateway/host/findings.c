#include "host/findings.h"

#include <stdarg.h>
#include <stdio.h>

const char *const finding_weight_names[] = {"error", "warning", "note"};

void findings_wipe(struct findings *findings) {
    array_wipe(&findings->list);
}

static void add(struct findings *findings, enum finding_weight weight, const char *where, const char *key,
                const char *text) {
    struct finding *finding = array_push(&findings->list);
    finding->weight = weight;
    snprintf(finding->where, sizeof finding->where, "%s", where);
    snprintf(finding->key, sizeof finding->key, "%s", key);
    snprintf(finding->text, sizeof finding->text, "%s", text);
}

void findings_error(struct findings *findings, const char *where, const char *key, const char *format, ...) {
    char text[FINDING_TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    add(findings, FINDING_ERROR, where, key, text);
}

void findings_warn(struct findings *findings, const char *where, const char *key, const char *format, ...) {
    char text[FINDING_TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    add(findings, FINDING_WARNING, where, key, text);
}

void findings_note(struct findings *findings, const char *where, const char *key, const char *format, ...) {
    char text[FINDING_TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    add(findings, FINDING_NOTE, where, key, text);
}

bool findings_has(const struct findings *findings, enum finding_weight weight) {
    for (size_t i = 0; i < findings->list.count; i++)
        if (findings->list.items[i].weight <= weight)
            return true;
    return false;
}

void finding_line(const struct finding *finding, char out[FINDING_LINE_SIZE]) {
    snprintf(out, FINDING_LINE_SIZE, "%s%s%s%s%s", finding->where, finding->where[0] ? ": " : "",
             finding->key, finding->key[0] ? ": " : "", finding->text);
}
