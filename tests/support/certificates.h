#ifndef PONTIS_TESTS_SUPPORT_CERTIFICATES_H
#define PONTIS_TESTS_SUPPORT_CERTIFICATES_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "wire/tls.h"

/* Certificates made for one test, as PEM files of a directory of its own. */
enum { FILE_SIZE = 128 };

struct authority {
    EVP_PKEY *key;
    X509 *certificate;
    char file[FILE_SIZE];
};

struct certificate {
    char file[FILE_SIZE];
    char key_file[FILE_SIZE];
    struct tls_identity identity;
    long serial;
};

struct wish {
    const char *name;  /* common name and file name */
    const char *usage; /* NULL: "serverAuth,clientAuth" */
    const char *host;  /* NULL: "IP:127.0.0.1" */
    long from, until;  /* seconds from now; both 0: valid for an hour */
};

/* A new directory under the system's for temporary files. */
void certificates_directory(char out[FILE_SIZE]);
void certificates_remove(const char *directory);

void authority_make(struct authority *authority, const char *directory, const char *name);
/* A file that holds both. */
void authority_join(char out[FILE_SIZE], const char *directory, const struct authority *one,
                    const struct authority *other);
void authority_wipe(struct authority *authority);
void certificate_make(struct certificate *out, const struct authority *by, const char *directory,
                      const struct wish *wish);
/* Appends a revocation list to the authority's file; 0: nothing revoked. */
void authority_revoke(const struct authority *authority, long serial);

#endif
