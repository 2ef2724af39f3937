#include <event2/buffer.h>
#include <event2/http.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fixture.h"
#include "host/clock.h"
#include "host/metrics.h"
#include "host/trace.h"
#include "wire/collector.h"

/* An OpenTelemetry collector as a gateway meets it: one that takes spans, one that is away, one that hangs.
 */

static struct {
    struct event_base *base;
    struct evhttp *http;
    int port;
    int requests;
    char path[64];
    char type[64];
    char body[64 * 1024];
    struct evhttp_request *kept; /* with `hangs`: never answered */
    bool hangs;
    int status;
} there;

static struct collector *collector;
static struct buffer text;

static void on_request(struct evhttp_request *request, void *unused) {
    (void)unused;
    struct evbuffer *body = evhttp_request_get_input_buffer(request);
    const char *type = evhttp_find_header(evhttp_request_get_input_headers(request), "Content-Type");
    size_t length = evbuffer_get_length(body);
    there.requests++;
    snprintf(there.path, sizeof there.path, "%s", evhttp_request_get_uri(request));
    snprintf(there.type, sizeof there.type, "%s", type ? type : "");
    length = length < sizeof there.body ? length : sizeof there.body - 1;
    evbuffer_copyout(body, there.body, length);
    there.body[length] = '\0';
    if (there.hangs)
        there.kept = request;
    else
        evhttp_send_reply(request, there.status, NULL, NULL);
}

static void open_there(void) {
    struct result shared = metrics_share(1);
    cr_assert(result_is_ok(&shared));
    buffer_init(&text, 4 << 20);
    there.base = event_base_new();
    there.http = evhttp_new(there.base);
    there.status = 200;
    evhttp_set_gencb(there.http, on_request, NULL);
    struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(there.http, "127.0.0.1", 0);
    cr_assert(bound);
    struct sockaddr_in at;
    socklen_t size = sizeof at;
    cr_assert_eq(getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&at, &size), 0);
    there.port = ntohs(at.sin_port);
}

static void close_there(void) {
    if (collector)
        collector_close(collector);
    evhttp_free(there.http);
    event_base_free(there.base);
    buffer_wipe(&text);
    metrics_unshare();
}

TestSuite(collector, .init = open_there, .fini = close_there, .timeout = 60);

static void begin(int port) {
    char endpoint[64];
    snprintf(endpoint, sizeof endpoint, "http://127.0.0.1:%d", port);
    struct result opened = collector_open(there.base, endpoint, "home/1", &collector);
    cr_assert(result_is_ok(&opened), "%s", opened.detail);
}

static struct trace_span a_span(void) {
    struct trace_span span = {.name = "send",
                              .kind = TRACE_CLIENT,
                              .parent = {1, 2, 3, 4, 5, 6, 7, 8},
                              .begun = 1795579745939000000,
                              .ended = 1795579745940000000,
                              .attributes = {{"pontis.corridor", "sg-th"}, {"pontis.detail", "a \"b\""}}};
    cr_assert(trace_parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", &span.own));
    return span;
}

static int64_t spans(const char *outcome) {
    char start[64];
    buffer_reset(&text);
    metrics_write(clock_boottime(), &text);
    snprintf(start, sizeof start, "\npontis_spans_total{outcome=\"%s\"} ", outcome);
    const char *found = strstr(text.data, start);
    return found ? strtoll(found + strlen(start), NULL, 10) : 0;
}

static void expect_in_body(const char *part) {
    cr_expect(strstr(there.body, part), "%s not in %s", part, there.body);
}

Test(collector, takes_spans_as_otlp_json) {
    struct trace_span span = a_span();
    begin(there.port);
    trace_tell(&span);
    span.parent[0] = 0;
    memset(span.parent, 0, sizeof span.parent);
    span.failed = true;
    trace_tell(&span);
    loop_until(there.base, &there.requests);
    cr_expect_str_eq(there.path, "/v1/traces");
    cr_expect_str_eq(there.type, "application/json");
    expect_in_body("{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":"
                   "{\"stringValue\":\"pontis\"}}");
    expect_in_body("{\"key\":\"service.instance.id\",\"value\":{\"stringValue\":\"home/1\"}}");
    expect_in_body(
        "{\"traceId\":\"0af7651916cd43dd8448eb211c80319c\",\"spanId\":\"b7ad6b7169203331\","
        "\"parentSpanId\":\"0102030405060708\",\"name\":\"send\",\"kind\":3,"
        "\"startTimeUnixNano\":\"1795579745939000000\",\"endTimeUnixNano\":\"1795579745940000000\","
        "\"attributes\":[{\"key\":\"pontis.corridor\",\"value\":{\"stringValue\":\"sg-th\"}},"
        "{\"key\":\"pontis.detail\",\"value\":{\"stringValue\":\"a \\\"b\\\"\"}}],\"status\":{}},");
    expect_in_body("\"spanId\":\"b7ad6b7169203331\",\"name\":\"send\"");
    expect_in_body("\"status\":{\"code\":2}}]}]}]}");
    while (spans("exported") < 2)
        event_base_loop(there.base, EVLOOP_ONCE);
    cr_expect_eq(spans("dropped"), 0);
}

Test(collector, that_is_away_costs_its_spans_and_nothing_else) {
    struct trace_span span = a_span();
    int port;
    close(actor_listen(&port));
    begin(port);
    trace_tell(&span);
    while (spans("dropped") < 1)
        event_base_loop(there.base, EVLOOP_ONCE);
    cr_expect_eq(spans("exported"), 0);
}

Test(collector, that_refuses_them_gets_them_once) {
    struct trace_span span = a_span();
    there.status = 503;
    begin(there.port);
    trace_tell(&span);
    while (spans("dropped") < 1)
        event_base_loop(there.base, EVLOOP_ONCE);
    cr_expect_eq(there.requests, 1);
}

Test(collector, that_hangs_makes_nobody_wait_and_what_is_too_much_is_dropped) {
    enum { SPANS = 10000, WAITING = 2048 };
    struct trace_span span = a_span();
    there.hangs = true;
    begin(there.port);
    trace_tell(&span);
    loop_until(there.base, &there.requests);
    int64_t begun = metrics_clock();
    for (int i = 0; i < SPANS; i++)
        trace_tell(&span);
    cr_expect_lt((metrics_clock() - begun) / SPANS, 1000000, "a millisecond is far too much");
    cr_expect_eq(spans("dropped"), SPANS - WAITING);
    cr_expect_eq(there.requests, 1, "one request at a time");
    while (spans("dropped") == SPANS - WAITING)
        event_base_loop(there.base, EVLOOP_ONCE);
    cr_expect_eq(spans("dropped"), SPANS - WAITING + 1, "the request was given up");
}

Test(collector, that_comes_back_is_told_again) {
    struct trace_span span = a_span();
    there.hangs = true;
    begin(there.port);
    trace_tell(&span);
    while (spans("dropped") < 1)
        event_base_loop(there.base, EVLOOP_ONCE);
    there.hangs = false;
    trace_tell(&span);
    while (spans("exported") < 1)
        event_base_loop(there.base, EVLOOP_ONCE);
    cr_expect_eq(there.requests, 2);
}

static void expect_refused(const char *endpoint) {
    struct collector *none = NULL;
    struct result opened = collector_open(there.base, endpoint, "home/1", &none);
    cr_expect_eq(opened.kind, RESULT_FATAL, "%s", endpoint);
    cr_expect_null(none);
}

Test(collector, an_endpoint_that_needs_names_or_tls_is_refused) {
    expect_refused("https://127.0.0.1:4318");
    expect_refused("http://collector.example:4318/v1/traces");
    expect_refused("127.0.0.1:4318");
    expect_refused("http://user@127.0.0.1:4318");
    expect_refused("");
}
