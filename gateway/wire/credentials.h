#ifndef PONTIS_WIRE_CREDENTIALS_H
#define PONTIS_WIRE_CREDENTIALS_H

#include <openssl/ssl.h>
#include <stdbool.h>

#include "base/buffer.h"

/* Who this process is to others and whom it trusts, as its files said it at one moment: replacing a file
 * changes nothing before it is read again, and a certificate is never shown with another one's key. */
struct credentials {
    SSL_CTX *server;                    /* of every connection accepted */
    struct buffer ca, certificate, key; /* PEM, for every connection made */
    char *revocation_list; /* the CA's file when it holds one, else NULL: read at each connection */
};

/* FATAL as tls_server_new; the caller frees `out`. */
MUST_USE struct result credentials_read(const char *ca, const char *certificate, const char *key,
                                        struct credentials **out);
/* Connections that were made with them live on. NULL is none. */
void credentials_free(struct credentials *credentials);

#endif
