#ifndef PONTIS_TESTS_UNIT_ISO20022_KEYS_H
#define PONTIS_TESTS_UNIT_ISO20022_KEYS_H

#include <openssl/evp.h>

/* Fresh keys for one test, written as PEM files into a folder of their own. */
struct test_key {
    EVP_PKEY *pair;
    char key_file[128];
    char certificate_file[128];
    char pin[65];
};

/* A key on `curve` ("P-256"; NULL: RSA) with a self-signed certificate. */
void test_key_init(struct test_key *key, const char *curve);
/* Removes the files too. */
void test_key_wipe(struct test_key *key);

#endif
