#include "wire/wire.h"

#include <assert.h>
#include <signal.h>
#include <stdlib.h>

#include "base/text.h"
#include "wire/client.h"
#include "wire/server.h"

enum { WIRE_MOST_LISTENERS = 4 };

struct wire {
    struct event_base *base;
    struct credentials *credentials;
    struct client *client;
    struct server *servers[WIRE_MOST_LISTENERS];
    size_t server_count;
};

struct result wire_open(const struct wire_settings *settings, struct event_base *base, struct wire **out) {
    struct credentials *credentials;
    struct client *client;
    /* OpenSSL writes to sockets whose other end may be gone. */
    signal(SIGPIPE, SIG_IGN);
    TRY(credentials_read(settings->ca, settings->certificate, settings->key, &credentials));
    struct result result = client_open(base, credentials, &client);
    if (!result_is_ok(&result)) {
        credentials_free(credentials);
        return result;
    }
    struct wire *wire = must_calloc(1, sizeof *wire);
    wire->base = base;
    wire->credentials = credentials;
    wire->client = client;
    *out = wire;
    return result_ok();
}

void wire_use(struct wire *wire, struct credentials *taken) {
    for (size_t i = 0; i < wire->server_count; i++)
        server_use(wire->servers[i], taken->server);
    client_use(wire->client, taken);
    credentials_free(wire->credentials);
    wire->credentials = taken;
}

static struct server *find(const struct wire *wire, const char *listener) {
    for (size_t i = 0; i < wire->server_count; i++)
        if (text_equal(server_name(wire->servers[i]), listener))
            return wire->servers[i];
    return NULL;
}

struct result wire_listen(struct wire *wire, const char *listener, const char *address) {
    assert(wire->server_count < WIRE_MOST_LISTENERS && !find(wire, listener));
    struct server **next = &wire->servers[wire->server_count];
    TRY(server_open(wire->base, wire->credentials->server, listener, address, &server_default_times, next));
    wire->server_count++;
    return result_ok();
}

int wire_port_of(struct wire *wire, const char *listener) {
    const struct server *server = find(wire, listener);
    return server ? server_port(server) : 0;
}

static void post(void *self, const struct wire_request *request, wire_done done, void *context) {
    struct wire *wire = self;
    client_post(wire->client, request, done, context);
}

/* A listener that is not open has no requests to hand over. */
static void serve(void *self, const char *listener, wire_handler handler, void *context) {
    struct server *server = find(self, listener);
    if (server)
        server_handle(server, handler, context);
}

static void answer(void *self, struct wire_exchange *exchange, int status, const char *content_type,
                   struct bytes body) {
    (void)self;
    server_answer(exchange, status, content_type, body);
}

void wire_fill_port(struct wire *wire, struct wire_port *out) {
    *out = (struct wire_port){.self = wire, .post = post, .serve = serve, .answer = answer};
}

void wire_stop_accepting(struct wire *wire) {
    for (size_t i = 0; i < wire->server_count; i++)
        server_stop_accepting(wire->servers[i]);
}

void wire_close(struct wire *wire) {
    for (size_t i = 0; i < wire->server_count; i++)
        server_close(wire->servers[i]);
    client_close(wire->client);
    credentials_free(wire->credentials);
    free(wire);
}
