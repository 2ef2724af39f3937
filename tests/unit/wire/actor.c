#include "actor.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"

enum { PATIENCE = 10 };

struct actor {
    struct event_base *base;
    struct event *ended;
    pthread_t thread;
    void (*run)(void *context);
    void *context;
    int pipe[2];
    int done;
};

static void *act(void *data) {
    struct actor *actor = data;
    actor->run(actor->context);
    (void)!write(actor->pipe[1], "x", 1);
    return NULL;
}

static void on_ended(evutil_socket_t socket, short what, void *context) {
    struct actor *actor = context;
    (void)socket, (void)what;
    actor->done = 1;
}

struct actor *actor_start(struct event_base *base, void (*run)(void *context), void *context) {
    struct actor *actor = must_calloc(1, sizeof *actor);
    actor->base = base;
    actor->run = run;
    actor->context = context;
    cr_assert_eq(pipe(actor->pipe), 0);
    actor->ended = event_new(base, actor->pipe[0], EV_READ, on_ended, actor);
    event_add(actor->ended, NULL);
    cr_assert_eq(pthread_create(&actor->thread, NULL, act, actor), 0);
    return actor;
}

void actor_join(struct actor *actor) {
    loop_until(actor->base, &actor->done);
    pthread_join(actor->thread, NULL);
    event_free(actor->ended);
    close(actor->pipe[0]);
    close(actor->pipe[1]);
    free(actor);
}

static void on_impatient(evutil_socket_t socket, short what, void *context) {
    (void)socket, (void)what;
    *(int *)context = 1;
}

void loop_until(struct event_base *base, const int *flag) {
    int late = 0;
    struct event *timer = event_new(base, -1, 0, on_impatient, &late);
    const struct timeval time = {.tv_sec = PATIENCE};
    event_add(timer, &time);
    while (!*flag && !late)
        event_base_loop(base, EVLOOP_ONCE);
    event_free(timer);
    cr_assert_not(late, "what was waited for did not come");
}

/* ---- sockets ---- */

static struct sockaddr_in loopback(int port) {
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static int with_patience(int socket) {
    const struct timeval time = {.tv_sec = PATIENCE};
    if (socket < 0)
        return socket;
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
    return socket;
}

int actor_connect_plain(int port) {
    struct sockaddr_in at = loopback(port);
    int socket_ = with_patience(socket(AF_INET, SOCK_STREAM, 0));
    if (connect(socket_, (struct sockaddr *)&at, sizeof at) == 0)
        return socket_;
    close(socket_);
    return -1;
}

int actor_listen(int *port) {
    struct sockaddr_in at = loopback(0);
    socklen_t length = sizeof at;
    int socket_ = with_patience(socket(AF_INET, SOCK_STREAM, 0));
    cr_assert_eq(bind(socket_, (struct sockaddr *)&at, sizeof at), 0);
    cr_assert_eq(listen(socket_, 8), 0);
    cr_assert_eq(getsockname(socket_, (struct sockaddr *)&at, &length), 0);
    *port = ntohs(at.sin_port);
    return socket_;
}

/* ---- TLS ---- */

static SSL *end_new(const SSL_METHOD *method, const struct actor_end *end, int socket_) {
    SSL_CTX *context = SSL_CTX_new(method);
    SSL_CTX_load_verify_locations(context, end->ca, NULL);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    if (end->most_version)
        SSL_CTX_set_max_proto_version(context, end->most_version);
    if (end->certificate) {
        SSL_CTX_use_certificate_chain_file(context, end->certificate->file);
        SSL_CTX_use_PrivateKey_file(context, end->certificate->key_file, SSL_FILETYPE_PEM);
    }
    SSL *ssl = SSL_new(context);
    SSL_set_fd(ssl, socket_);
    SSL_CTX_free(context);
    return ssl;
}

static SSL *checked(SSL *ssl, int result) {
    if (result == 1)
        return ssl;
    actor_close(ssl);
    return NULL;
}

SSL *actor_connect(int port, const struct actor_end *end) {
    int socket_ = actor_connect_plain(port);
    if (socket_ < 0)
        return NULL;
    SSL *ssl = end_new(TLS_client_method(), end, socket_);
    return checked(ssl, SSL_connect(ssl));
}

SSL *actor_accept(int listener, const struct actor_end *end) {
    int socket_ = with_patience(accept(listener, NULL, NULL));
    if (socket_ < 0)
        return NULL;
    SSL *ssl = end_new(TLS_server_method(), end, socket_);
    return checked(ssl, SSL_accept(ssl));
}

void actor_close(SSL *ssl) {
    int socket_ = SSL_get_fd(ssl);
    SSL_free(ssl);
    close(socket_);
}

bool actor_send(SSL *ssl, const char *text) {
    return SSL_write(ssl, text, (int)strlen(text)) == (int)strlen(text);
}

size_t actor_read_all(SSL *ssl, char *out, size_t size) {
    size_t length = 0;
    int got;
    while (length + 1 < size && (got = SSL_read(ssl, out + length, (int)(size - length - 1))) > 0)
        length += (size_t)got;
    out[length] = '\0';
    return length;
}

static bool is_whole(const char *text) {
    const char *end = strstr(text, "\r\n\r\n"), *length = strcasestr(text, "Content-Length:");
    if (!end)
        return false;
    return strlen(end + 4) >= (length && length < end ? strtoul(length + 15, NULL, 10) : 0);
}

bool actor_read_message(SSL *ssl, char *out, size_t size) {
    size_t length = 0;
    int got;
    out[0] = '\0';
    while (!is_whole(out) && length + 1 < size) {
        if ((got = SSL_read(ssl, out + length, (int)(size - length - 1))) <= 0)
            return false;
        length += (size_t)got;
        out[length] = '\0';
    }
    return is_whole(out);
}
