#include "host/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/instant.h"
#include "host/clock.h"

enum { LINE_LIMIT = 4096 };

static const char *log_name = "";

void log_set_name(const char *name) {
    log_name = name;
}

static bool needs_quotes(const char *value) {
    return strpbrk(value, " =\"\\\n\r\t") != NULL;
}

static void add_quoted(struct buffer *line, const char *value) {
    buffer_add_char(line, '"');
    for (; *value; value++) {
        if (*value == '"' || *value == '\\')
            buffer_add_char(line, '\\');
        buffer_add(line, (unsigned char)*value < ' ' ? " " : value, 1);
    }
    buffer_add_char(line, '"');
}

static void add_pair(struct buffer *line, const char *key, const char *value) {
    if (!value || !*value)
        return;
    buffer_addf(line, " %s=", key);
    if (needs_quotes(value))
        add_quoted(line, value);
    else
        buffer_add_string(line, value);
}

void log_write(enum log_level level, const char *event, ...) {
    static const char *const levels[] = {"info", "warning", "error"};
    char time[INSTANT_TEXT_SIZE];
    instant_format(clock_wall(), time);
    struct buffer line;
    buffer_init(&line, LINE_LIMIT);
    buffer_addf(&line, "time=%s level=%s event=%s", time, levels[level], event);
    add_pair(&line, "gateway", log_name);
    va_list pairs;
    va_start(pairs, event);
    for (const char *key; (key = va_arg(pairs, const char *)) != NULL;)
        add_pair(&line, key, va_arg(pairs, const char *));
    va_end(pairs);
    buffer_add_char(&line, '\n');
    /* One write, so that the lines of several processes do not mix; a full disk must not stop payments. */
    if (write(STDERR_FILENO, line.data, line.length) < 0)
        (void)0;
    buffer_wipe(&line);
}
