#include "tests/unit/iso20022/keys.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/digest.h"

static void check(int ok) {
    if (!ok)
        abort();
}

static X509 *self_signed(EVP_PKEY *pair) {
    X509 *certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               (const unsigned char *)"signer", -1, -1, 0);
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
    X509_set_pubkey(certificate, pair);
    check(X509_sign(certificate, pair, EVP_sha256()) > 0);
    return certificate;
}

static FILE *create(char *path, size_t size) {
    snprintf(path, size, "/tmp/pontis-test-key-XXXXXX");
    int descriptor = mkstemp(path);
    check(descriptor >= 0);
    return fdopen(descriptor, "w");
}

static void write_files(struct test_key *key) {
    FILE *file = create(key->key_file, sizeof key->key_file);
    check(PEM_write_PrivateKey(file, key->pair, NULL, NULL, 0, NULL, NULL));
    fclose(file);
    X509 *certificate = self_signed(key->pair);
    file = create(key->certificate_file, sizeof key->certificate_file);
    check(PEM_write_X509(file, certificate));
    fclose(file);
    X509_free(certificate);
}

void test_key_init(struct test_key *key, const char *curve) {
    key->pair = curve ? EVP_EC_gen(curve) : EVP_RSA_gen(2048);
    check(key->pair != NULL);
    unsigned char *der = NULL;
    int length = i2d_PUBKEY(key->pair, &der);
    uint8_t digest[DIGEST_SIZE];
    digest_sha256(der, (size_t)length, digest);
    digest_to_hex(digest, sizeof digest, key->pin);
    OPENSSL_free(der);
    write_files(key);
}

void test_key_wipe(struct test_key *key) {
    unlink(key->key_file);
    unlink(key->certificate_file);
    EVP_PKEY_free(key->pair);
}
