#include "wire/admin.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <stdlib.h>

#include "host/clock.h"
#include "host/metrics.h"
#include "wire/listen.h"

enum { ADMIN_TIMEOUT = 10, ADMIN_MOST_BYTES = 4096, ADMIN_MOST_ANSWER = 16 << 20 };

#define TEXT        "text/plain; charset=utf-8"
#define JSON        "application/json"
#define TEXT_FORMAT "text/plain; version=0.0.4; charset=utf-8"

struct admin {
    struct evhttp *http;
    int port;
    bool (*ready)(void *context, struct buffer *json);
    void *context;
};

static void answer(struct evhttp_request *request, int status, const char *type, struct bytes text) {
    struct evbuffer *body = evbuffer_new();
    if (!body || evbuffer_add(body, text.data, text.length) < 0)
        abort();
    evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type", type);
    evhttp_add_header(evhttp_request_get_output_headers(request), "Cache-Control", "no-store");
    evhttp_send_reply(request, status, NULL, body);
    evbuffer_free(body);
}

static void on_health(struct evhttp_request *request, void *unused) {
    (void)unused;
    answer(request, 200, TEXT, bytes_of_string("ok\n"));
}

static void on_ready(struct evhttp_request *request, void *context) {
    const struct admin *admin = context;
    struct buffer json;
    buffer_init(&json, ADMIN_MOST_ANSWER);
    bool ready = admin->ready(admin->context, &json);
    buffer_add_char(&json, '\n');
    answer(request, ready ? 200 : 503, JSON, buffer_bytes(&json));
    buffer_wipe(&json);
}

static void on_metrics(struct evhttp_request *request, void *unused) {
    (void)unused;
    struct buffer text;
    buffer_init(&text, ADMIN_MOST_ANSWER);
    metrics_write(clock_boottime(), &text);
    if (text.overflowed)
        answer(request, 500, TEXT, bytes_of_string("there is more to tell than one answer holds\n"));
    else
        answer(request, 200, TEXT_FORMAT, buffer_bytes(&text));
    buffer_wipe(&text);
}

static struct evhttp *http_new(struct event_base *base, struct admin *admin) {
    struct evhttp *http = evhttp_new(base);
    if (!http)
        abort();
    evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
    evhttp_set_max_body_size(http, ADMIN_MOST_BYTES);
    evhttp_set_max_headers_size(http, ADMIN_MOST_BYTES);
    evhttp_set_timeout(http, ADMIN_TIMEOUT);
    evhttp_set_cb(http, "/healthz", on_health, admin);
    evhttp_set_cb(http, "/readyz", on_ready, admin);
    evhttp_set_cb(http, "/metrics", on_metrics, admin);
    return http;
}

struct result admin_open(struct event_base *base, const struct admin_settings *settings, struct admin **out) {
    struct evconnlistener *listener;
    if (!settings->is_public && !listen_is_loopback(settings->listen))
        return result_fatal(
            "admin.listen %.80s is not HOST:PORT of the loopback, and admin.public is not set",
            settings->listen);
    TRY(listen_open(base, settings->listen, &listener));
    struct admin *admin = must_calloc(1, sizeof *admin);
    admin->ready = settings->ready;
    admin->context = settings->context;
    admin->http = http_new(base, admin);
    admin->port = listen_port(evconnlistener_get_fd(listener));
    if (!evhttp_bind_listener(admin->http, listener))
        abort();
    *out = admin;
    return result_ok();
}

int admin_port(const struct admin *admin) {
    return admin->port;
}

void admin_close(struct admin *admin) {
    evhttp_free(admin->http);
    free(admin);
}
