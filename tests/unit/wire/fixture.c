#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>

struct world world;
struct heard heard;
struct behaviour behaviour;

/* ---- home's handler ---- */

void home_answers(struct wire_exchange *exchange, int status, const char *text) {
    heard.open = NULL;
    world.home_port.answer(world.home_port.self, exchange, status, "text/plain", bytes_of_string(text));
}

static void on_exchange(void *context, struct wire_exchange *exchange) {
    (void)context;
    heard.count++;
    snprintf(heard.method, sizeof heard.method, "%s", exchange->method);
    snprintf(heard.path, sizeof heard.path, "%s", exchange->path);
    snprintf(heard.query, sizeof heard.query, "%s", exchange->query);
    snprintf(heard.content_type, sizeof heard.content_type, "%s", exchange->content_type);
    snprintf(heard.traceparent, sizeof heard.traceparent, "%s", exchange->traceparent);
    snprintf(heard.idempotency_key, sizeof heard.idempotency_key, "%s", exchange->idempotency_key);
    snprintf(heard.subject, sizeof heard.subject, "%s", exchange->subject);
    snprintf(heard.listener, sizeof heard.listener, "%s", exchange->listener);
    text_set(heard.certificate, sizeof heard.certificate, exchange->certificate);
    text_set(heard.public_key, sizeof heard.public_key, exchange->public_key);
    heard.body_length = exchange->body.length;
    snprintf(heard.body, sizeof heard.body, "%.*s",
             exchange->body.length < SEEN_SIZE ? (int)exchange->body.length : SEEN_SIZE - 1,
             exchange->body.data);
    heard.open = exchange;
    if (!behaviour.keep)
        home_answers(exchange, behaviour.status ? behaviour.status : 200, "seen");
}

/* ---- the world ---- */

struct wire *world_gateway(const char *ca, const struct certificate *certificate, struct wire_port *port) {
    const struct wire_settings settings = {
        .ca = ca, .certificate = certificate->file, .key = certificate->key_file};
    struct wire *wire = NULL;
    struct result result = wire_open(&settings, world.base, &wire);
    cr_assert(result_is_ok(&result), "%s", result.detail);
    wire_fill_port(wire, port);
    return wire;
}

void world_open(void) {
    const struct wish home = {.name = "home"}, away = {.name = "away"};
    world = (struct world){0};
    heard = (struct heard){0};
    behaviour = (struct behaviour){0};
    certificates_directory(world.directory);
    authority_make(&world.authority, world.directory, "authority");
    certificate_make(&world.home_certificate, &world.authority, world.directory, &home);
    certificate_make(&world.away_certificate, &world.authority, world.directory, &away);
    world.base = event_base_new();
    world.home = world_gateway(world.authority.file, &world.home_certificate, &world.home_port);
    world.away = world_gateway(world.authority.file, &world.away_certificate, &world.away_port);
    struct result result = wire_listen(world.home, "peer", "127.0.0.1:0");
    cr_assert(result_is_ok(&result), "%s", result.detail);
    world.port = wire_port_of(world.home, "peer");
    cr_assert_gt(world.port, 0);
    world.home_port.serve(world.home_port.self, "peer", on_exchange, NULL);
}

void world_close(void) {
    if (world.home)
        wire_close(world.home);
    if (world.away)
        wire_close(world.away);
    event_base_free(world.base);
    authority_wipe(&world.authority);
    certificates_remove(world.directory);
}

/* ---- posts ---- */

static void on_done(void *context, const struct wire_response *response) {
    struct outcome *out = context;
    out->done++;
    out->outcome = response->outcome;
    out->http_status = response->http_status;
    snprintf(out->body, sizeof out->body, "%.*s", (int)response->body.length, response->body.data);
    text_set(out->detail, sizeof out->detail, response->detail);
}

void post_start(const struct order *order, struct outcome *out) {
    struct wire_port *port = order->through ? order->through : &world.away_port;
    const char *host = order->host ? order->host : "127.0.0.1",
               *path = order->path ? order->path : "/messages";
    char pins[CORRIDOR_MAX_PINS][65] = {{0}}, url[SEEN_SIZE];
    struct wire_request request = {.url = url, .content_type = "application/xml", .pins = pins};
    text_set(pins[0], 65, order->pin ? order->pin : world.home_certificate.identity.public_key);
    text_set(pins[1], 65, order->second_pin ? order->second_pin : "");
    snprintf(url, sizeof url, "https://%.40s:%d%.120s", host, order->port ? order->port : world.port, path);
    request.body = bytes_of_string(order->body ? order->body : "<order/>");
    if (order->body_length)
        request.body.length = order->body_length;
    request.traceparent = order->traceparent ? order->traceparent : "";
    request.deadline = order->deadline ? order->deadline : 10000;
    *out = (struct outcome){0};
    port->post(port->self, &request, on_done, out);
}

void post(const struct order *order, struct outcome *out) {
    post_start(order, out);
    loop_until(world.base, &out->done);
    cr_assert_eq(out->done, 1);
}
