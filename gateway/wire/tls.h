#ifndef PONTIS_WIRE_TLS_H
#define PONTIS_WIRE_TLS_H

#include <openssl/ssl.h>
#include <stdbool.h>

#include "base/result.h"

enum { TLS_DIGEST_SIZE = 65, TLS_SUBJECT_SIZE = 129 };

/* Who is at the other end, by its certificate. */
struct tls_identity {
    char certificate[TLS_DIGEST_SIZE]; /* SHA-256 of the certificate (DER), hex */
    char public_key[TLS_DIGEST_SIZE];  /* SHA-256 of its SubjectPublicKeyInfo (DER), hex */
    char subject[TLS_SUBJECT_SIZE];    /* common name; "" when there is none or it is no plain text */
};

/* What the server's side of every connection is made from: TLS 1.3 alone, a client certificate of our CA
 * demanded and checked strictly, no tickets, so that every connection proves itself again. `ca`,
 * `certificate` and `key` are PEM files. When the CA file holds a revocation list, one is demanded of every
 * CA of a chain. FATAL: a file that cannot be used, or a key that is not the certificate's. The caller frees
 * `out`. */
MUST_USE struct result tls_server_new(const char *ca, const char *certificate, const char *key,
                                      SSL_CTX **out);

/* Does the PEM file hold a revocation list? */
bool tls_has_revocation_list(const char *file);

/* The identity of a certificate; false when it cannot be encoded. */
bool tls_identity_of(X509 *certificate, struct tls_identity *out);

/* The peer of a finished handshake; false when it showed no certificate or one that was not accepted. */
bool tls_peer(SSL *ssl, struct tls_identity *out);

#endif
