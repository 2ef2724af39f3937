#ifndef PONTIS_HOST_TRACE_H
#define PONTIS_HOST_TRACE_H

#include <stdbool.h>
#include <stdint.h>

/* Traces as W3C Trace Context names them and OpenTelemetry collects them. While nobody collects, nothing is
 * measured and a traceparent is passed on as it came. Spans hold no name, account or remittance text. */

enum { TRACE_TEXT_SIZE = 56, TRACE_MOST_ATTRIBUTES = 6 };

/* A place in a trace: "00-TRACE-SPAN-FLAGS". */
struct trace_context {
    uint8_t trace[16];
    uint8_t span[8];
    bool sampled; /* whoever began the trace wants its spans */
};

/* False: it is no traceparent (of any version), or of a trace or span that nobody can have. */
bool trace_parse(const char *text, struct trace_context *out);
void trace_format(const struct trace_context *context, char out[TRACE_TEXT_SIZE]);

/* OpenTelemetry's numbers. */
enum trace_kind { TRACE_INTERNAL = 1, TRACE_SERVER, TRACE_CLIENT, TRACE_PRODUCER, TRACE_CONSUMER };

/* One thing that was done, from begin to end (nanoseconds since 1970). Strings are the teller's. */
struct trace_span {
    struct trace_context own;
    uint8_t parent[8]; /* zeros: the trace begins here */
    const char *name;
    enum trace_kind kind;
    int64_t begun;
    int64_t ended;
    bool failed;
    struct trace_attribute {
        const char *key; /* NULL: no more */
        const char *value;
    } attributes[TRACE_MOST_ATTRIBUTES + 1];
};

/* Where spans go from now on; NULL: nowhere. A collector takes what it needs before it returns. */
typedef void (*trace_collector)(void *context, const struct trace_span *span);
void trace_collect(trace_collector collector, void *context);
bool trace_is_on(void);

/* Hands a span of a sampled trace to the collector. */
void trace_tell(const struct trace_span *span);
/* A span id that nobody has. */
void trace_new_span(uint8_t out[8]);
/* The time for begin and end; 0 while nobody collects. */
int64_t trace_clock(void);

#endif
