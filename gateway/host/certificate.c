#include "host/certificate.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

struct result certificate_fingerprint(const char *path, char out[DIGEST_HEX_SIZE]) {
    FILE *file = fopen(path, "re");
    if (!file)
        return result_fatal("cannot read %.100s: %s", path, strerror(errno));
    X509 *certificate = PEM_read_X509(file, NULL, NULL, NULL);
    fclose(file);
    ERR_clear_error();
    if (!certificate)
        return result_fatal("%.100s holds no certificate in PEM", path);
    uint8_t digest[DIGEST_SIZE];
    unsigned length = sizeof digest;
    bool is_digested = X509_digest(certificate, EVP_sha256(), digest, &length) == 1;
    X509_free(certificate);
    if (!is_digested)
        return result_fatal("%.100s: its certificate cannot be hashed", path);
    digest_to_hex(digest, sizeof digest, out);
    return result_ok();
}
