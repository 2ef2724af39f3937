#include "wire/server.h"

#include <assert.h>
#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "host/log.h"
#include "host/metrics.h"
#include "wire/accepted.h"
#include "wire/listen.h"

enum {
    SERVER_MOST_BODY = 256 * 1024,
    PEER_MOST_BODY = 2 * SERVER_MOST_BODY, /* a dialect refuses its own oversize in its own words */
    SERVER_MOST_HEADERS = 16 * 1024,
    SERVER_MOST_CONNECTIONS = 1024,
};

const struct server_times server_default_times = {.request = 10000, .answer = 30000, .idle = 120000};

struct exchange {
    struct wire_exchange shown; /* first: the handler's pointer is ours */
    struct server *server;
    struct evhttp_request *request;
    struct exchange *previous, *next;
    char subject[TLS_SUBJECT_SIZE];
    char *path;
};

struct server {
    struct event_base *base;
    SSL_CTX *context;
    char name[32];
    struct server_times times;
    struct evhttp *http;
    struct evhttp_bound_socket *socket; /* NULL: no longer accepting */
    struct evconnlistener *listener;    /* the socket's */
    int port;
    wire_handler handler;
    void *handler_context;
    struct accepted_list connections;
    struct exchange *exchanges;
};

/* ---- exchanges ---- */

static void exchange_link(struct server *server, struct exchange *exchange) {
    exchange->next = server->exchanges;
    if (exchange->next)
        exchange->next->previous = exchange;
    server->exchanges = exchange;
}

static void exchange_free(struct exchange *exchange) {
    if (exchange->next)
        exchange->next->previous = exchange->previous;
    if (exchange->previous)
        exchange->previous->next = exchange->next;
    else
        exchange->server->exchanges = exchange->next;
    free(exchange->path);
    free(exchange);
}

/* A request whose connection is gone belongs to nobody else any more. */
static void exchange_abandon(struct exchange *exchange) {
    if (!evhttp_request_get_connection(exchange->request))
        evhttp_request_free(exchange->request);
    exchange_free(exchange);
}

static const char *method_name(struct evhttp_request *request) {
    switch (evhttp_request_get_command(request)) {
    case EVHTTP_REQ_GET:
        return "GET";
    case EVHTTP_REQ_POST:
        return "POST";
    case EVHTTP_REQ_PUT:
        return "PUT";
    case EVHTTP_REQ_DELETE:
        return "DELETE";
    default:
        return "PATCH";
    }
}

static const char *header(struct evhttp_request *request, const char *name) {
    const char *value = evhttp_find_header(evhttp_request_get_input_headers(request), name);
    return value ? value : "";
}

static bool is_printable(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (text[i] < ' ' || text[i] > '~')
            return false;
    return true;
}

/* NULL when the path holds anything but printable ASCII: no route does, and what is refused is quoted in logs
 * and answers. */
static char *decoded_path(const struct evhttp_uri *uri) {
    const char *path = evhttp_uri_get_path(uri);
    size_t length;
    char *decoded = evhttp_uridecode(path && *path ? path : "/", 0, &length);
    if (decoded && is_printable(decoded, length))
        return decoded;
    free(decoded);
    return NULL;
}

/* The request, and with it every string but ours, lives until it is answered. */
static struct exchange *exchange_new(struct server *server, struct evhttp_request *request,
                                     const struct tls_identity *identity, char *path) {
    struct exchange *exchange = must_calloc(1, sizeof *exchange);
    struct evbuffer *body = evhttp_request_get_input_buffer(request);
    const char *query = evhttp_uri_get_query(evhttp_request_get_evhttp_uri(request));
    exchange->server = server;
    exchange->request = request;
    exchange->path = path;
    text_set(exchange->subject, sizeof exchange->subject, identity->subject);
    exchange->shown = (struct wire_exchange){.handle = exchange,
                                             .listener = server->name,
                                             .method = method_name(request),
                                             .path = path,
                                             .query = query ? query : "",
                                             .content_type = header(request, "Content-Type"),
                                             .traceparent = header(request, "traceparent"),
                                             .idempotency_key = header(request, "Idempotency-Key"),
                                             .subject = exchange->subject};
    text_set(exchange->shown.certificate, sizeof exchange->shown.certificate, identity->certificate);
    text_set(exchange->shown.public_key, sizeof exchange->shown.public_key, identity->public_key);
    exchange->shown.body.length = evbuffer_get_length(body);
    exchange->shown.body.data = exchange->shown.body.length ? (const char *)evbuffer_pullup(body, -1) : "";
    exchange_link(server, exchange);
    return exchange;
}

/* ---- requests and answers ---- */

static struct accepted *connection_of_request(struct evhttp_request *request) {
    struct evhttp_connection *http = evhttp_request_get_connection(request);
    return http ? accepted_of(evhttp_connection_get_bufferevent(http)) : NULL;
}

static void on_sent(struct evhttp_request *request, void *unused) {
    (void)unused;
    struct accepted *connection = connection_of_request(request);
    if (connection)
        accepted_turn(connection, ACCEPTED_IDLE);
}

static void count_answer(const struct server *server, int status) {
    char text[16];
    snprintf(text, sizeof text, "%d", status);
    metrics_count(METRIC_HTTP_REQUESTS, server->name, text);
}

/* libevent frees the request, also when its connection is gone. */
static void send_answer(struct server *server, struct evhttp_request *request, int status,
                        const char *content_type, struct bytes body) {
    struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
    struct evbuffer *content = evbuffer_new();
    struct accepted *connection = connection_of_request(request);
    if (!content || evbuffer_add(content, body.data, body.length) != 0)
        abort();
    count_answer(server, status);
    if (content_type && *content_type)
        evhttp_add_header(headers, "Content-Type", content_type);
    evhttp_add_header(headers, "Cache-Control", "no-store");
    if (!server->socket)
        evhttp_add_header(headers, "Connection", "close");
    if (connection)
        accepted_turn(connection, ACCEPTED_WRITING);
    evhttp_request_set_on_complete_cb(request, on_sent, NULL);
    evhttp_send_reply(request, status, NULL, content);
    evbuffer_free(content);
}

static void send_status(struct server *server, struct evhttp_request *request, int status) {
    send_answer(server, request, status, NULL, (struct bytes){"", 0});
}

void server_answer(struct wire_exchange *shown, int status, const char *content_type, struct bytes body) {
    struct exchange *exchange = shown->handle;
    assert(status >= 200 && status <= 599);
    send_answer(exchange->server, exchange->request, status, content_type, body);
    exchange_free(exchange);
}

static void on_request(struct evhttp_request *request, void *context) {
    struct server *server = context;
    struct accepted *connection = connection_of_request(request);
    const struct tls_identity *identity = connection ? accepted_identity(connection) : NULL;
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
    if (!identity) {
        send_status(server, request, 403);
        return;
    }
    if (!server->handler) {
        send_status(server, request, 503);
        return;
    }
    char *path = uri ? decoded_path(uri) : NULL;
    if (!path) {
        send_status(server, request, 400);
        return;
    }
    accepted_turn(connection, ACCEPTED_ANSWERING);
    struct exchange *exchange = exchange_new(server, request, identity, path);
    server->handler(server->handler_context, &exchange->shown);
}

/* ---- the listener ---- */

/* A listener that has all it can serve leaves the rest waiting in the kernel. */
static void on_count(void *context, size_t count) {
    struct server *server = context;
    if (!server->socket)
        return;
    if (count >= SERVER_MOST_CONNECTIONS)
        evconnlistener_disable(server->listener);
    else if (count == SERVER_MOST_CONNECTIONS - 1)
        evconnlistener_enable(server->listener);
}

static struct bufferevent *on_accept(struct event_base *base, void *context) {
    struct server *server = context;
    return accepted_new(base, server->context, &server->connections);
}

static struct evhttp *http_new(struct server *server) {
    struct evhttp *http = evhttp_new(server->base);
    if (!http)
        abort();
    evhttp_set_max_body_size(http, text_equal(server->name, "peer") ? PEER_MOST_BODY : SERVER_MOST_BODY);
    evhttp_set_max_headers_size(http, SERVER_MOST_HEADERS);
    evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE |
                                         EVHTTP_REQ_PATCH);
    /* Without it the 413 for a body in flight would be lost to the reset of the closed connection. */
    evhttp_set_flags(http, EVHTTP_SERVER_LINGERING_CLOSE);
    /* A net behind connection.c's own times. */
    evhttp_set_timeout(http, (int)(server->times.idle / 1000) + 60);
    evhttp_set_bevcb(http, on_accept, server);
    evhttp_set_gencb(http, on_request, server);
    return http;
}

struct result server_open(struct event_base *base, SSL_CTX *context, const char *name, const char *address,
                          const struct server_times *times, struct server **out) {
    struct evconnlistener *listener;
    TRY(listen_open(base, address, &listener));
    struct server *server = must_calloc(1, sizeof *server);
    server->base = base;
    server->context = context;
    server->times = *times;
    text_set(server->name, sizeof server->name, name);
    server->connections = (struct accepted_list){.listener = server->name,
                                                 .limits = {[ACCEPTED_READING] = times->request,
                                                            [ACCEPTED_WRITING] = times->answer,
                                                            [ACCEPTED_IDLE] = times->idle},
                                                 .on_count = on_count,
                                                 .context = server};
    server->http = http_new(server);
    server->listener = listener;
    server->port = listen_port(evconnlistener_get_fd(listener));
    server->socket = evhttp_bind_listener(server->http, listener);
    if (!server->socket)
        abort();
    *out = server;
    return result_ok();
}

void server_use(struct server *server, SSL_CTX *context) {
    server->context = context;
}

const char *server_name(const struct server *server) {
    return server->name;
}

int server_port(const struct server *server) {
    return server->port;
}

void server_handle(struct server *server, wire_handler handler, void *context) {
    server->handler = handler;
    server->handler_context = context;
}

void server_stop_accepting(struct server *server) {
    if (!server->socket)
        return;
    evhttp_del_accept_socket(server->http, server->socket);
    server->socket = NULL;
}

void server_close(struct server *server) {
    server_stop_accepting(server);
    accepted_list_abandon(&server->connections);
    for (struct exchange *exchange = server->exchanges, *next; exchange; exchange = next) {
        next = exchange->next;
        exchange_abandon(exchange);
    }
    evhttp_free(server->http);
    free(server);
}
