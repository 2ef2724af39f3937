#include "wire/admin.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "wire/listen.h"

enum { ADMIN_TIMEOUT = 10, ADMIN_MOST_BYTES = 4096 };

struct admin {
    struct evhttp *http;
    int port;
    bool (*ready)(void *context);
    void *context;
};

static void answer(struct evhttp_request *request, int status, const char *text) {
    struct evbuffer *body = evbuffer_new();
    if (!body || evbuffer_add_printf(body, "%s\n", text) < 0)
        abort();
    evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type", "text/plain");
    evhttp_send_reply(request, status, NULL, body);
    evbuffer_free(body);
}

static void on_health(struct evhttp_request *request, void *unused) {
    (void)unused;
    answer(request, 200, "ok");
}

static void on_ready(struct evhttp_request *request, void *context) {
    const struct admin *admin = context;
    bool ready = admin->ready(admin->context);
    answer(request, ready ? 200 : 503, ready ? "ready" : "not ready");
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
    return http;
}

struct result admin_open(struct event_base *base, const char *address, bool (*ready)(void *context),
                         void *context, struct admin **out) {
    struct evconnlistener *listener;
    if (!listen_is_loopback(address))
        return result_fatal("%.80s is not HOST:PORT of the loopback: probes are served in plain text",
                            address);
    TRY(listen_open(base, address, &listener));
    struct admin *admin = must_calloc(1, sizeof *admin);
    admin->ready = ready;
    admin->context = context;
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
