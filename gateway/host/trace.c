#include "host/trace.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "host/random.h"

static struct {
    trace_collector collector;
    void *context;
} sink;

/* ---- traceparent ---- */

/* Lower-case hex alone, as the recommendation wants it. */
static int digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_hex(const char *text, size_t count, uint8_t *out) {
    for (size_t i = 0; i < count; i++) {
        int high = digit(text[2 * i]), low = high < 0 ? -1 : digit(text[2 * i + 1]);
        if (low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static bool is_zero(const uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (bytes[i])
            return false;
    return true;
}

/* A later version may say more behind the flags, after another dash. */
static bool has_length(const char *text, uint8_t version) {
    size_t length = strlen(text);
    return version == 0 ? length == 55 : length == 55 || (length > 55 && text[55] == '-');
}

bool trace_parse(const char *text, struct trace_context *out) {
    uint8_t version, flags;
    *out = (struct trace_context){0};
    if (strlen(text) < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-')
        return false;
    if (!read_hex(text, 1, &version) || version == 0xFF || !has_length(text, version))
        return false;
    if (!read_hex(text + 3, 16, out->trace) || !read_hex(text + 36, 8, out->span) ||
        !read_hex(text + 53, 1, &flags))
        return false;
    out->sampled = flags & 1;
    return !is_zero(out->trace, sizeof out->trace) && !is_zero(out->span, sizeof out->span);
}

void trace_format(const struct trace_context *context, char out[TRACE_TEXT_SIZE]) {
    char *at = out + snprintf(out, TRACE_TEXT_SIZE, "00-");
    for (size_t i = 0; i < sizeof context->trace; i++)
        at += snprintf(at, 3, "%02x", context->trace[i]);
    *at++ = '-';
    for (size_t i = 0; i < sizeof context->span; i++)
        at += snprintf(at, 3, "%02x", context->span[i]);
    snprintf(at, 4, "-%02x", context->sampled ? 1 : 0);
}

/* ---- spans ---- */

void trace_collect(trace_collector collector, void *context) {
    sink.collector = collector;
    sink.context = context;
}

bool trace_is_on(void) {
    return sink.collector != NULL;
}

void trace_tell(const struct trace_span *span) {
    if (sink.collector && span->own.sampled)
        sink.collector(sink.context, span);
}

void trace_new_span(uint8_t out[8]) {
    do
        random_fill(out, 8);
    while (is_zero(out, 8));
}

int64_t trace_clock(void) {
    struct timespec time;
    if (!sink.collector)
        return 0;
    int failed = clock_gettime(CLOCK_REALTIME, &time);
    assert(!failed);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}
