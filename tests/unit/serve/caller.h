#ifndef PONTIS_TESTS_SERVE_CALLER_H
#define PONTIS_TESTS_SERVE_CALLER_H

#include <openssl/ssl.h>

#include "tests/support/certificates.h"

/* One TLS connection to a gateway, kept open between requests. */
struct caller {
    SSL_CTX *context;
    SSL *ssl;
    int socket;
    struct tls_identity gateway; /* who answered the handshake */
    char answer[8192];           /* the last one: head and body */
};

void caller_open(struct caller *caller, int port, const struct certificate *certificate);
/* Sends a request on the open connection; returns the answer's HTTP status. */
int caller_get(struct caller *caller, const char *path);
int caller_post(struct caller *caller, const char *path, const char *content_type, const char *body);
void caller_close(struct caller *caller);

#endif
