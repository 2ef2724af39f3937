#include "wire/accepted.h"

#include <assert.h>
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <openssl/x509_vfy.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/buffer.h"
#include "host/log.h"
#include "host/metrics.h"

struct accepted {
    struct accepted_list *list; /* NULL: abandoned */
    struct accepted *previous, *next;
    SSL *ssl; /* owns the connection */
    struct bufferevent *stream;
    struct event *timer;
    enum accepted_phase phase;
    bool established; /* the handshake is behind it */
    bool identified, proven;
    struct tls_identity identity;
};

/* ---- a connection lives as long as its SSL: libevent tells nobody when it lets one go ---- */

static void leave_list(struct accepted *connection) {
    struct accepted_list *list = connection->list;
    if (!list)
        return;
    if (connection->next)
        connection->next->previous = connection->previous;
    if (connection->previous)
        connection->previous->next = connection->next;
    else
        list->first = connection->next;
    connection->list = NULL;
    list->on_count(list->context, --list->count);
}

static void tell_failed_handshake(const struct accepted *connection) {
    if (!connection->list || connection->established)
        return;
    long verdict = SSL_get_verify_result(connection->ssl);
    const char *why =
        verdict == X509_V_OK ? "the handshake did not finish" : X509_verify_cert_error_string(verdict);
    metrics_count(METRIC_TLS_FAILURES, connection->list->listener, why);
    log_write(LOG_WARNING, "tls.refused", "listener", connection->list->listener, "why", why, NULL);
}

static void on_ssl_free(void *parent, void *data, CRYPTO_EX_DATA *all, int index, long argl, void *argp) {
    struct accepted *connection = data;
    (void)parent, (void)all, (void)index, (void)argl, (void)argp;
    if (!connection)
        return;
    tell_failed_handshake(connection);
    leave_list(connection);
    if (connection->timer)
        event_free(connection->timer);
    free(connection);
}

static int data_index(void) {
    static int index = -1;
    if (index < 0)
        index = SSL_get_ex_new_index(0, NULL, NULL, NULL, on_ssl_free);
    assert(index >= 0);
    return index;
}

struct accepted *accepted_of(struct bufferevent *stream) {
    return SSL_get_ex_data(bufferevent_openssl_get_ssl(stream), data_index());
}

/* Asking OpenSSL afterwards does not do: a connection that ended in any error counts as unfinished there. */
static void on_progress(const SSL *ssl, int where, int value) {
    struct accepted *connection = SSL_get_ex_data(ssl, data_index());
    (void)value;
    connection->established |= (where & SSL_CB_HANDSHAKE_DONE) != 0;
}

/* ---- phases ---- */

/* Shuts the socket only: the HTTP server reads the end and lets go of the connection in its own order. */
static void on_time(evutil_socket_t unused, short what, void *context) {
    struct accepted *connection = context;
    (void)unused, (void)what;
    if (connection->phase != ACCEPTED_IDLE)
        log_write(LOG_WARNING, "connection.too_slow", "listener", connection->list->listener, NULL);
    shutdown(SSL_get_fd(connection->ssl), SHUT_RDWR);
}

static bool has_input(const struct accepted *connection) {
    return evbuffer_get_length(bufferevent_get_input(connection->stream)) > 0;
}

void accepted_turn(struct accepted *connection, enum accepted_phase phase) {
    if (!connection->list)
        return;
    connection->phase = phase == ACCEPTED_IDLE && has_input(connection) ? ACCEPTED_READING : phase;
    int64_t limit = connection->list->limits[connection->phase];
    if (limit == 0) {
        event_del(connection->timer);
        return;
    }
    struct timeval time = {.tv_sec = limit / 1000, .tv_usec = limit % 1000 * 1000};
    event_add(connection->timer, &time);
}

static void on_input(struct evbuffer *input, const struct evbuffer_cb_info *info, void *context) {
    struct accepted *connection = context;
    (void)input;
    if (info->n_added > 0 && connection->phase == ACCEPTED_IDLE)
        accepted_turn(connection, ACCEPTED_READING);
}

struct bufferevent *accepted_new(struct event_base *base, SSL_CTX *context, struct accepted_list *list) {
    struct accepted *connection = must_calloc(1, sizeof *connection);
    connection->ssl = SSL_new(context);
    /* No stream would mean plain text to the HTTP server: never go on without one. */
    if (!connection->ssl || SSL_set_ex_data(connection->ssl, data_index(), connection) != 1)
        abort();
    SSL_set_info_callback(connection->ssl, on_progress);
    connection->stream = bufferevent_openssl_socket_new(base, -1, connection->ssl, BUFFEREVENT_SSL_ACCEPTING,
                                                        BEV_OPT_CLOSE_ON_FREE);
    connection->timer = event_new(base, -1, 0, on_time, connection);
    if (!connection->stream || !connection->timer)
        abort();
    bufferevent_openssl_set_allow_dirty_shutdown(connection->stream, 1);
    evbuffer_add_cb(bufferevent_get_input(connection->stream), on_input, connection);
    connection->list = list;
    connection->next = list->first;
    if (connection->next)
        connection->next->previous = connection;
    list->first = connection;
    list->on_count(list->context, ++list->count);
    accepted_turn(connection, ACCEPTED_READING);
    return connection->stream;
}

const struct tls_identity *accepted_identity(struct accepted *connection) {
    if (!connection->identified) {
        connection->identified = true;
        connection->proven = tls_peer(connection->ssl, &connection->identity);
    }
    return connection->proven ? &connection->identity : NULL;
}

void accepted_list_abandon(struct accepted_list *list) {
    while (list->first) {
        struct accepted *connection = list->first;
        list->first = connection->next;
        connection->list = NULL;
        event_free(connection->timer);
        connection->timer = NULL;
    }
    list->count = 0;
}
