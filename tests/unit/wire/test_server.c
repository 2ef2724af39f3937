#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fixture.h"
#include "wire/server.h"

/* Clients that a gateway would never be: raw sockets against home's listener. */

TestSuite(server, .init = world_open, .fini = world_close, .timeout = 60);
TestSuite(slow, .init = world_open, .fini = world_close, .timeout = 60);

struct visit {
    struct actor_end end;
    int port;
    const char *text;    /* sent after the handshake */
    bool leave;          /* without reading */
    bool one_answer;     /* read no further than its end */
    char answer[8192];   /* what came back until the end */
    bool shook, refused; /* the handshake; no byte came back */
    int version;
};

static void run_visit(void *context) {
    struct visit *visit = context;
    SSL *ssl = actor_connect(visit->port, &visit->end);
    visit->shook = ssl != NULL;
    visit->refused = true;
    if (!ssl)
        return;
    visit->version = SSL_version(ssl);
    bool sent = actor_send(ssl, visit->text);
    if (sent && visit->one_answer)
        visit->refused = !actor_read_message(ssl, visit->answer, sizeof visit->answer);
    else if (sent && !visit->leave)
        visit->refused = actor_read_all(ssl, visit->answer, sizeof visit->answer) == 0;
    actor_close(ssl);
}

static void run(struct visit *visit) {
    visit->end.ca = world.authority.file;
    visit->port = visit->port ? visit->port : world.port;
    actor_join(actor_start(world.base, run_visit, visit));
}

static const char get[] = "GET /positions HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

Test(server, hears_a_client_with_a_certificate_over_tls_1_3) {
    struct visit visit = {.end.certificate = &world.away_certificate, .text = get};
    run(&visit);
    cr_assert_not(visit.refused);
    cr_assert_eq(visit.version, TLS1_3_VERSION);
    cr_assert_eq(strncmp(visit.answer, "HTTP/1.1 200 ", 13), 0, "%s", visit.answer);
    cr_assert_not_null(strstr(visit.answer, "Cache-Control: no-store"));
    cr_assert_str_eq(heard.method, "GET");
    cr_assert_eq(heard.body_length, 0);
}

Test(server, does_not_hear_a_client_without_a_certificate) {
    struct visit visit = {.text = get};
    run(&visit);
    cr_assert(visit.refused);
    cr_assert_eq(heard.count, 0);
}

/* ---- what the log says of connections ---- */

/* From here on, standard error goes to a file. */
static FILE *catch_log(void) {
    FILE *file = tmpfile();
    cr_assert(file && dup2(fileno(file), STDERR_FILENO) == STDERR_FILENO);
    return file;
}

static bool log_holds(FILE *file, const char *text) {
    char line[512];
    rewind(file);
    while (fgets(line, sizeof line, file))
        if (strstr(line, text))
            return true;
    return false;
}

Test(server, tells_the_log_of_a_refused_client) {
    FILE *log = catch_log();
    struct visit visit = {.text = get};
    run(&visit);
    cr_assert(log_holds(log, "event=tls.refused"));
    fclose(log);
}

Test(server, does_not_call_refused_who_only_closed_without_a_farewell) {
    FILE *log = catch_log();
    struct visit abrupt = {.end.certificate = &world.away_certificate,
                           .text = "GET /positions HTTP/1.1\r\nHost: h\r\n\r\n",
                           .one_answer = true};
    run(&abrupt);
    struct visit next = {.end.certificate = &world.away_certificate, .text = get};
    run(&next);
    cr_assert_eq(heard.count, 2);
    cr_assert_not(log_holds(log, "event=tls.refused"));
    fclose(log);
}

Test(server, does_not_speak_tls_1_2) {
    struct visit visit = {.end = {.certificate = &world.away_certificate, .most_version = TLS1_2_VERSION},
                          .text = get};
    run(&visit);
    cr_assert_not(visit.shook);
    cr_assert_eq(heard.count, 0);
}

Test(server, does_not_speak_plain_text) {
    struct visit visit = {0};
    int plain = actor_connect_plain(world.port);
    cr_assert_eq(write(plain, get, sizeof get - 1), (ssize_t)sizeof get - 1);
    visit.end.certificate = &world.away_certificate;
    visit.text = get;
    run(&visit);
    cr_assert_eq(heard.count, 1, "only the one who came with TLS");
    close(plain);
}

Test(server, hands_the_idempotency_key_over) {
    struct visit visit = {.end.certificate = &world.away_certificate,
                          .text = "POST /v1/commands/fx.post HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
                                  "Idempotency-Key: k-1\r\nContent-Length: 2\r\n\r\n{}"};
    run(&visit);
    cr_assert_str_eq(heard.idempotency_key, "k-1");
    cr_assert_str_eq(heard.body, "{}");
}

static void expect_status(const char *text, const char *status) {
    struct visit visit = {.end.certificate = &world.away_certificate, .text = text};
    run(&visit);
    cr_expect_eq(strncmp(visit.answer, status, strlen(status)), 0, "wanted %s, got %.60s", status,
                 visit.answer);
    cr_expect_eq(heard.count, 0);
}

Test(server, refuses_a_path_with_a_zero) {
    expect_status("GET /a%00b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "HTTP/1.1 400 ");
}

Test(server, refuses_a_path_that_is_no_printable_ascii) {
    expect_status("GET /%ff HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "HTTP/1.1 400 ");
    expect_status("GET /a%0d%0ab HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "HTTP/1.1 400 ");
}

Test(server, refuses_headers_without_end) {
    char *text = must_malloc(40000);
    memset(text, 'a', 39999);
    text[39999] = '\0';
    memcpy(text, "GET / HTTP/1.1\r\nX: ", 19);
    struct visit visit = {.end.certificate = &world.away_certificate, .text = text};
    run(&visit);
    cr_assert_eq(heard.count, 0);
    cr_assert(visit.refused || strncmp(visit.answer, "HTTP/1.1 4", 10) == 0, "%.60s", visit.answer);
    free(text);
}

Test(server, refuses_chunks_that_add_up_to_too_much) {
    struct buffer text;
    buffer_init(&text, 1024 * 1024);
    buffer_add_string(&text, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 140; i++) {
        buffer_add_string(&text, "1000\r\n");
        for (int j = 0; j < 4096; j++)
            buffer_add_char(&text, 'a');
        buffer_add_string(&text, "\r\n");
    }
    buffer_add_string(&text, "0\r\n\r\n");
    expect_status(text.data, "HTTP/1.1 413 ");
    buffer_wipe(&text);
}

Test(server, is_not_hurt_by_a_client_that_left_before_its_answer) {
    struct visit visit = {.end.certificate = &world.away_certificate, .text = get, .leave = true};
    struct outcome out;
    behaviour.keep = true;
    visit.end.ca = world.authority.file;
    visit.port = world.port;
    struct actor *actor = actor_start(world.base, run_visit, &visit);
    loop_until(world.base, &heard.count);
    actor_join(actor);
    home_answers(heard.open, 200, "too late");
    behaviour.keep = false;
    post(&(struct order){0}, &out);
    cr_assert_eq(out.outcome, WIRE_DELIVERED, "%s", out.detail);
}

Test(server, shares_its_port_with_another_worker) {
    struct wire_port port;
    char address[32];
    struct wire *second = world_gateway(world.authority.file, &world.home_certificate, &port);
    snprintf(address, sizeof address, "127.0.0.1:%d", world.port);
    struct result result = wire_listen(second, "peer", address);
    cr_assert(result_is_ok(&result), "%s", result.detail);
    wire_close(second);
}

Test(server, refuses_to_listen_on_what_is_no_address) {
    static const char *const bad[] = {
        "localhost:1", "127.0.0.1", "127.0.0.1:", ":8443", "127.0.0.1:99999", ""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct result result = wire_listen(world.home, "api", bad[i]);
        cr_expect_eq(result.kind, RESULT_FATAL, "%s", bad[i]);
    }
    cr_expect_eq(wire_port_of(world.home, "api"), 0);
}

/* ---- clients that take their time ---- */

enum { SHORT = 300, LONG = 60000 };

struct crawl {
    int port;
    const char *head;
    bool shake;
    bool dropped;
};

/* A byte whenever the other end said nothing for 50 ms: every read timeout is kept. */
static void run_crawl(void *context) {
    struct crawl *crawl = context;
    const struct actor_end end = {.ca = world.authority.file, .certificate = &world.away_certificate};
    SSL *ssl = crawl->shake ? actor_connect(crawl->port, &end) : NULL;
    int socket_ = ssl ? SSL_get_fd(ssl) : actor_connect_plain(crawl->port);
    if (ssl)
        actor_send(ssl, crawl->head);
    for (int i = 0; i < 150 && !crawl->dropped; i++) {
        struct pollfd wait = {.fd = socket_, .events = POLLIN};
        char byte;
        if (poll(&wait, 1, 50) > 0)
            crawl->dropped = (ssl ? SSL_read(ssl, &byte, 1) : recv(socket_, &byte, 1, 0)) <= 0;
        else if (ssl)
            actor_send(ssl, "a");
    }
    if (ssl)
        actor_close(ssl);
    else
        close(socket_);
}

static bool is_dropped(bool shake, const char *head, struct server_times times) {
    SSL_CTX *context;
    struct server *server;
    struct result result = tls_server_new(world.authority.file, world.home_certificate.file,
                                          world.home_certificate.key_file, &context);
    cr_assert(result_is_ok(&result));
    result = server_open(world.base, context, "peer", "127.0.0.1:0", &times, &server);
    cr_assert(result_is_ok(&result));
    struct crawl crawl = {.port = server_port(server), .shake = shake, .head = head};
    actor_join(actor_start(world.base, run_crawl, &crawl));
    server_close(server);
    SSL_CTX_free(context);
    return crawl.dropped;
}

Test(slow, a_handshake_that_never_starts_is_dropped) {
    cr_assert(is_dropped(false, "", (struct server_times){SHORT, LONG, LONG}));
}

Test(slow, headers_byte_by_byte_are_dropped) {
    cr_assert(is_dropped(true, "GET / HTTP/1.1\r\nX: ", (struct server_times){SHORT, LONG, LONG}));
}

Test(slow, a_body_byte_by_byte_is_dropped) {
    cr_assert(is_dropped(true, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9999\r\n\r\n",
                         (struct server_times){SHORT, LONG, LONG}));
}
