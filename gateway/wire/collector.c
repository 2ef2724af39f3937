#include "wire/collector.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/http.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "host/escape.h"
#include "host/metrics.h"
#include "host/trace.h"

enum {
    MOST_WAITING = 2048, /* spans */
    MOST_BYTES = 2 << 20,
    ENOUGH = 512, /* spans that are worth a request before its time */
    TIMEOUT = 5,  /* seconds for an answer */
    USUAL_PORT = 4318,
};

struct collector {
    struct evhttp_connection *connection;
    struct event *timer;
    char host[64], path[256], authority[80];
    char service[64];
    struct buffer waiting; /* spans as JSON, with commas between them */
    size_t count;          /* of them */
    size_t sent;           /* spans of the request under way; 0: none */
};

static void count(const char *outcome, size_t spans) {
    metrics_add(METRIC_SPANS, spans, METRIC_LABELS(outcome));
}

/* ---- a span as JSON ---- */

static void add_text(struct buffer *out, const char *key, const char *value) {
    buffer_addf(out, "{\"key\":\"%s\",\"value\":{\"stringValue\":\"", key);
    escape_add(out, value);
    buffer_add_string(out, "\"}}");
}

static void add_hex(struct buffer *out, const char *name, const uint8_t *bytes, size_t length) {
    buffer_addf(out, "\"%s\":\"", name);
    for (size_t i = 0; i < length; i++)
        buffer_addf(out, "%02x", bytes[i]);
    buffer_add_string(out, "\",");
}

static bool is_first(const struct trace_span *span) {
    for (size_t i = 0; i < sizeof span->parent; i++)
        if (span->parent[i])
            return false;
    return true;
}

static void add_span(struct buffer *out, const struct trace_span *span) {
    buffer_add_char(out, '{');
    add_hex(out, "traceId", span->own.trace, sizeof span->own.trace);
    add_hex(out, "spanId", span->own.span, sizeof span->own.span);
    if (!is_first(span))
        add_hex(out, "parentSpanId", span->parent, sizeof span->parent);
    buffer_addf(out,
                "\"name\":\"%s\",\"kind\":%d,\"startTimeUnixNano\":\"%" PRId64
                "\",\"endTimeUnixNano\":\"%" PRId64 "\",\"attributes\":[",
                span->name, span->kind, span->begun, span->ended);
    bool another = false;
    for (const struct trace_attribute *attribute = span->attributes; attribute->key; attribute++) {
        if (!attribute->value || !*attribute->value)
            continue;
        buffer_add_string(out, another ? "," : "");
        add_text(out, attribute->key, attribute->value);
        another = true;
    }
    buffer_addf(out, "],\"status\":{%s}}", span->failed ? "\"code\":2" : "");
}

/* ---- a request ---- */

static void send_waiting(struct collector *collector);

static void on_answer(struct evhttp_request *request, void *context) {
    struct collector *collector = context;
    int status = request ? evhttp_request_get_response_code(request) : 0;
    count(status / 100 == 2 ? "exported" : "dropped", collector->sent);
    collector->sent = 0;
    if (collector->count >= ENOUGH && status / 100 == 2)
        send_waiting(collector);
}

static void add_document(const struct collector *collector, struct evbuffer *out) {
    struct buffer head;
    buffer_init(&head, 4096);
    buffer_add_string(&head, "{\"resourceSpans\":[{\"resource\":{\"attributes\":[");
    add_text(&head, "service.name", "pontis");
    buffer_add_char(&head, ',');
    add_text(&head, "service.instance.id", collector->service);
    buffer_add_char(&head, ',');
    add_text(&head, "service.version", PONTIS_VERSION);
    buffer_add_string(&head, "]},\"scopeSpans\":[{\"scope\":{\"name\":\"pontis\"},\"spans\":[");
    if (evbuffer_add(out, head.data, head.length) ||
        evbuffer_add(out, collector->waiting.data, collector->waiting.length) ||
        evbuffer_add_printf(out, "]}]}]}") < 0)
        abort();
    buffer_wipe(&head);
}

static void send_waiting(struct collector *collector) {
    struct evhttp_request *request = evhttp_request_new(on_answer, collector);
    if (!request)
        abort();
    struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
    evhttp_add_header(headers, "Host", collector->authority);
    evhttp_add_header(headers, "Content-Type", "application/json");
    add_document(collector, evhttp_request_get_output_buffer(request));
    collector->sent = collector->count;
    collector->count = 0;
    buffer_reset(&collector->waiting);
    /* Frees the request when it fails. */
    if (evhttp_make_request(collector->connection, request, EVHTTP_REQ_POST, collector->path)) {
        count("dropped", collector->sent);
        collector->sent = 0;
    }
}

static void on_timer(evutil_socket_t unused, short what, void *context) {
    struct collector *collector = context;
    (void)unused, (void)what;
    if (collector->count && !collector->sent)
        send_waiting(collector);
}

static void take(void *context, const struct trace_span *span) {
    struct collector *collector = context;
    struct buffer *waiting = &collector->waiting;
    size_t before = waiting->length;
    if (collector->count == MOST_WAITING) {
        count("dropped", 1);
        return;
    }
    if (collector->count)
        buffer_add_char(waiting, ',');
    add_span(waiting, span);
    if (waiting->overflowed) {
        waiting->overflowed = 0;
        waiting->length = before;
        count("dropped", 1);
        return;
    }
    collector->count++;
    if (collector->count >= ENOUGH && !collector->sent)
        send_waiting(collector);
}

/* ---- open and close ---- */

static bool is_numeric(const char *host) {
    unsigned char address[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

/* libevent keeps the brackets of [::1], which nobody else wants. */
static bool take_host(const char *host, struct collector *collector) {
    size_t length = strlen(host);
    bool brackets = length > 2 && host[0] == '[' && host[length - 1] == ']';
    return text_copy(collector->host, sizeof collector->host, host + brackets, length - (brackets ? 2 : 0)) &&
           is_numeric(collector->host);
}

static bool take_uri(const struct evhttp_uri *uri, struct collector *collector, int *port) {
    const char *scheme = evhttp_uri_get_scheme(uri), *host = evhttp_uri_get_host(uri);
    const char *path = evhttp_uri_get_path(uri);
    if (!scheme || !text_equal(scheme, "http") || !host || !take_host(host, collector) ||
        evhttp_uri_get_userinfo(uri) || evhttp_uri_get_query(uri))
        return false;
    *port = evhttp_uri_get_port(uri) > 0 ? evhttp_uri_get_port(uri) : USUAL_PORT;
    path = path && *path && !text_equal(path, "/") ? path : "/v1/traces";
    snprintf(collector->authority, sizeof collector->authority, "%.64s:%d", host, *port);
    return text_copy(collector->path, sizeof collector->path, path, strlen(path));
}

static bool take_endpoint(const char *endpoint, struct collector *collector, int *port) {
    struct evhttp_uri *uri = evhttp_uri_parse(endpoint);
    bool taken = uri && take_uri(uri, collector, port);
    if (uri)
        evhttp_uri_free(uri);
    return taken;
}

struct result collector_open(struct event_base *base, const char *endpoint, const char *service,
                             struct collector **out) {
    const struct timeval second = {1, 0};
    int port;
    struct collector *collector = must_calloc(1, sizeof *collector);
    if (!take_endpoint(endpoint, collector, &port)) {
        free(collector);
        return result_fatal("tracing.endpoint: %.80s is not http://HOST:PORT/PATH with a numeric host",
                            endpoint);
    }
    snprintf(collector->service, sizeof collector->service, "%s", service);
    buffer_init(&collector->waiting, MOST_BYTES);
    collector->connection = evhttp_connection_base_new(base, NULL, collector->host, (ev_uint16_t)port);
    collector->timer = event_new(base, -1, EV_PERSIST, on_timer, collector);
    if (!collector->connection || !collector->timer || event_add(collector->timer, &second))
        abort();
    evhttp_connection_set_timeout(collector->connection, TIMEOUT);
    trace_collect(take, collector);
    *out = collector;
    return result_ok();
}

void collector_close(struct collector *collector) {
    trace_collect(NULL, NULL);
    count("dropped", collector->count + collector->sent);
    evhttp_connection_free(collector->connection);
    event_free(collector->timer);
    buffer_wipe(&collector->waiting);
    free(collector);
}
