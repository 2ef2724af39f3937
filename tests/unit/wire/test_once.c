#include <openssl/ssl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fixture.h"

/* A post is sent at most once, whatever its connection does: a raw TLS server that counts. */

TestSuite(once, .init = world_open, .fini = world_close, .timeout = 60);

struct scene {
    int listener, port;
    int wanted;         /* the server ends after so many requests */
    int dropped;        /* the request, counted from 1, that is read and not answered; 0: none */
    int counted;        /* whole requests read */
    int connection[16]; /* on which, counted from 1, each came */
};

static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

static void serve_connection(struct scene *scene, SSL *ssl, int connection) {
    char text[4096];
    while (scene->counted < scene->wanted && actor_read_message(ssl, text, sizeof text)) {
        scene->connection[scene->counted++] = connection;
        if (scene->counted == scene->dropped)
            return;
        actor_send(ssl, ok);
    }
}

static void run_scene(void *context) {
    struct scene *scene = context;
    const struct actor_end end = {.ca = world.authority.file, .certificate = &world.home_certificate};
    for (int connection = 1; scene->counted < scene->wanted && connection < 16; connection++) {
        SSL *ssl = actor_accept(scene->listener, &end);
        if (!ssl)
            continue;
        serve_connection(scene, ssl, connection);
        actor_close(ssl);
    }
}

static struct actor *open_scene(struct scene *scene) {
    scene->listener = actor_listen(&scene->port);
    return actor_start(world.base, run_scene, scene);
}

static void expect_once(const char *body) {
    struct scene scene = {.wanted = 3, .dropped = 2};
    struct outcome first, second, third;
    struct actor *actor = open_scene(&scene);
    post(&(struct order){.port = scene.port, .body = body}, &first);
    cr_assert_eq(first.outcome, WIRE_DELIVERED, "%s", first.detail);
    post(&(struct order){.port = scene.port, .body = body}, &second);
    cr_expect_eq(second.outcome, WIRE_UNKNOWN, "read, then dropped");
    cr_expect_eq(second.http_status, 0);
    cr_expect_str_not_empty(second.detail);
    post(&(struct order){.port = scene.port, .body = body}, &third);
    cr_expect_eq(third.outcome, WIRE_DELIVERED, "a new connection: %s", third.detail);
    actor_join(actor);
    cr_expect_eq(scene.counted, 3, "each request exactly once");
    cr_expect_eq(scene.connection[1], scene.connection[0], "the second came on a reused connection");
    cr_expect_gt(scene.connection[2], scene.connection[1]);
    close(scene.listener);
}

Test(once, a_request_read_on_a_reused_connection_that_dies_is_unknown_and_not_repeated) {
    expect_once("<order/>");
}

/* With no body there is nothing libcurl would have to rewind: another guard has to hold. */
Test(once, nor_is_one_without_a_body) {
    expect_once("");
}

Test(once, a_request_read_on_a_new_connection_that_dies_is_unknown) {
    struct scene scene = {.wanted = 1, .dropped = 1};
    struct outcome out;
    struct actor *actor = open_scene(&scene);
    post(&(struct order){.port = scene.port}, &out);
    actor_join(actor);
    cr_assert_eq(out.outcome, WIRE_UNKNOWN);
    cr_assert_eq(scene.counted, 1);
    close(scene.listener);
}

Test(once, requests_one_after_the_other_share_a_connection) {
    struct scene scene = {.wanted = 3};
    struct outcome out;
    struct actor *actor = open_scene(&scene);
    for (int i = 0; i < 3; i++) {
        post(&(struct order){.port = scene.port}, &out);
        cr_expect_eq(out.outcome, WIRE_DELIVERED, "%s", out.detail);
        cr_expect_eq(scene.connection[i], 1);
    }
    actor_join(actor);
    close(scene.listener);
}

static void run_redirect(void *context) {
    struct scene *scene = context;
    const struct actor_end end = {.ca = world.authority.file, .certificate = &world.home_certificate};
    char text[4096];
    SSL *ssl = actor_accept(scene->listener, &end);
    while (ssl && actor_read_message(ssl, text, sizeof text)) {
        scene->counted++;
        snprintf(text, sizeof text,
                 "HTTP/1.1 307 Temporary Redirect\r\nLocation: https://127.0.0.1:%d/elsewhere\r\n"
                 "Content-Length: 0\r\nConnection: close\r\n\r\n",
                 world.port);
        actor_send(ssl, text);
        break;
    }
    if (ssl)
        actor_close(ssl);
}

Test(once, a_redirect_is_not_followed) {
    struct scene scene = {0};
    struct outcome out;
    scene.listener = actor_listen(&scene.port);
    struct actor *actor = actor_start(world.base, run_redirect, &scene);
    post(&(struct order){.port = scene.port}, &out);
    actor_join(actor);
    cr_assert_eq(out.outcome, WIRE_UNKNOWN);
    cr_assert_eq(out.http_status, 307);
    cr_assert_eq(scene.counted, 1);
    cr_assert_eq(heard.count, 0, "home is where the redirect points to");
    close(scene.listener);
}

static void run_silent(void *context) {
    struct scene *scene = context;
    int socket_ = accept(scene->listener, NULL, NULL);
    char byte;
    while (socket_ >= 0 && read(socket_, &byte, 1) > 0)
        continue;
    close(socket_);
}

Test(once, a_server_that_never_shakes_hands_was_sent_nothing) {
    struct scene scene = {0};
    struct outcome out;
    scene.listener = actor_listen(&scene.port);
    struct actor *actor = actor_start(world.base, run_silent, &scene);
    post(&(struct order){.port = scene.port, .deadline = 300}, &out);
    actor_join(actor);
    cr_assert_eq(out.outcome, WIRE_NOT_SENT, "%s", out.detail);
    close(scene.listener);
}
