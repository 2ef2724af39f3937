#include "caller.h"

#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

void caller_open(struct caller *caller, int port, const struct certificate *certificate) {
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_port = htons((uint16_t)port)};
    const struct timeval patience = {30, 0};
    *caller = (struct caller){.context = SSL_CTX_new(TLS_client_method())};
    cr_assert_eq(SSL_CTX_use_certificate_chain_file(caller->context, certificate->file), 1);
    cr_assert_eq(SSL_CTX_use_PrivateKey_file(caller->context, certificate->key_file, SSL_FILETYPE_PEM), 1);
    caller->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(caller->socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    cr_assert_eq(connect(caller->socket, (struct sockaddr *)&at, sizeof at), 0);
    caller->ssl = SSL_new(caller->context);
    SSL_set_fd(caller->ssl, caller->socket);
    cr_assert_eq(SSL_connect(caller->ssl), 1);
    X509 *shown = SSL_get1_peer_certificate(caller->ssl);
    cr_assert(shown && tls_identity_of(shown, &caller->gateway));
    X509_free(shown);
}

/* Where the body begins, and how long it is to be; NULL: the head is not there yet. */
static const char *body_of(const char *answer, size_t *length) {
    const char *end = strstr(answer, "\r\n\r\n"), *header = strcasestr(answer, "Content-Length:");
    if (!end)
        return NULL;
    *length = header && header < end ? strtoul(header + 15, NULL, 10) : 0;
    return end + 4;
}

static int read_answer(struct caller *caller) {
    size_t length = 0, wanted = 0;
    for (;;) {
        const char *body = body_of(caller->answer, &wanted);
        if (body && caller->answer + length >= body + wanted)
            break;
        int count = SSL_read(caller->ssl, caller->answer + length, (int)(sizeof caller->answer - 1 - length));
        cr_assert_gt(count, 0, "the connection ended without an answer");
        length += (size_t)count;
        caller->answer[length] = '\0';
    }
    return (int)strtol(caller->answer + sizeof "HTTP/1.1", NULL, 10);
}

static int ask(struct caller *caller, const char *request) {
    caller->answer[0] = '\0';
    cr_assert_eq(SSL_write(caller->ssl, request, (int)strlen(request)), (int)strlen(request));
    return read_answer(caller);
}

int caller_get(struct caller *caller, const char *path) {
    char request[512];
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: gateway\r\n\r\n", path);
    return ask(caller, request);
}

int caller_post(struct caller *caller, const char *path, const char *content_type, const char *body) {
    char request[1024];
    snprintf(request, sizeof request,
             "POST %s HTTP/1.1\r\nHost: gateway\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n%s", path,
             content_type, strlen(body), body);
    return ask(caller, request);
}

void caller_close(struct caller *caller) {
    SSL_free(caller->ssl);
    SSL_CTX_free(caller->context);
    close(caller->socket);
}
