#include "host/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/text.h"
#include "host/clock.h"
#include "host/log_line.h"
#include "host/metrics.h"

enum { MOST_EVENTS = 64, EVENT_SIZE = 48, WINDOW = 1000 };

static const char *const level_names[] = {"info", "warning", "error"};

static struct {
    const char *name;
    bool json;
    enum log_level least;
} settings = {.name = ""};

/* How often an event was told in the last second. */
struct limit {
    char event[EVENT_SIZE];
    enum log_level level; /* of the last line left out */
    int64_t begun;
    int lines;
    long left_out;
};
static struct limit limits[MOST_EVENTS];

void log_set_name(const char *name) {
    settings.name = name;
}

void log_configure(const char *format, const char *level) {
    if (format)
        settings.json = text_equal(format, "json");
    for (enum log_level least = LOG_INFO; level && least <= LOG_ERROR; least++)
        if (text_equal(level_names[least], level))
            settings.least = least;
}

/* ---- repetitions ---- */

/* NULL: more events than are kept; such a one is never left out. */
static struct limit *limit_of(const char *event) {
    for (struct limit *limit = limits; limit < limits + MOST_EVENTS; limit++) {
        if (!limit->event[0])
            snprintf(limit->event, sizeof limit->event, "%s", event);
        if (strncmp(limit->event, event, EVENT_SIZE - 1) == 0)
            return limit;
    }
    return NULL;
}

/* Is it to be written? `*repeated` is then how many lines before it were not. */
static bool may_write(struct limit *limit, enum log_level level, long *repeated) {
    int64_t now = clock_boottime();
    *repeated = 0;
    if (!limit)
        return true;
    if (limit->begun == 0 || now - limit->begun >= WINDOW) {
        limit->begun = now;
        limit->lines = 0;
    }
    if (limit->lines == LOG_MOST_LINES) {
        limit->level = level;
        limit->left_out++;
        metrics_count(METRIC_LOG_REPEATED, limit->event);
        return false;
    }
    limit->lines++;
    *repeated = limit->left_out;
    limit->left_out = 0;
    return true;
}

/* ---- lines ---- */

static void begin(struct log_line *line, enum log_level level, const char *event) {
    char time[INSTANT_TEXT_SIZE];
    instant_format(clock_wall(), time);
    log_line_begin(line, settings.json);
    log_line_add(line, "time", time);
    log_line_add(line, "level", level_names[level]);
    log_line_add(line, "event", event);
    log_line_add(line, "gateway", settings.name);
}

static void add_repeated(struct log_line *line, long repeated) {
    char text[24];
    snprintf(text, sizeof text, "%ld", repeated);
    if (repeated)
        log_line_add(line, "repeated", text);
}

/* One write, so that the lines of several processes do not mix; a full disk must not stop payments. */
static void end(struct log_line *line) {
    struct bytes text = log_line_end(line);
    if (write(STDERR_FILENO, text.data, text.length) < 0)
        (void)0;
    log_line_wipe(line);
}

void log_write(enum log_level level, const char *event, ...) {
    long repeated;
    struct log_line line;
    metrics_count(METRIC_LOG_LINES, level_names[level]);
    if (level < settings.least || !may_write(limit_of(event), level, &repeated))
        return;
    begin(&line, level, event);
    va_list pairs;
    va_start(pairs, event);
    for (const char *key; (key = va_arg(pairs, const char *)) != NULL;)
        log_line_add(&line, key, va_arg(pairs, const char *));
    va_end(pairs);
    add_repeated(&line, repeated);
    end(&line);
}

void log_flush(void) {
    int64_t now = clock_boottime();
    for (struct limit *limit = limits; limit < limits + MOST_EVENTS && limit->event[0]; limit++) {
        if (!limit->left_out || now - limit->begun < WINDOW)
            continue;
        struct log_line line;
        begin(&line, limit->level, limit->event);
        add_repeated(&line, limit->left_out);
        limit->left_out = 0;
        end(&line);
    }
}
