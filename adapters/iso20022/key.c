#include "adapters/iso20022/key.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "host/digest.h"

/* ---- one key ---- */

static void pin_of(EVP_PKEY *key, char out[SIGNATURE_PIN_SIZE]) {
    unsigned char *der = NULL;
    int length = i2d_PUBKEY(key, &der);
    if (length <= 0)
        abort();
    uint8_t digest[DIGEST_SIZE];
    digest_sha256(der, (size_t)length, digest);
    digest_to_hex(digest, sizeof digest, out);
    OPENSSL_free(der);
}

static bool is_p256(const EVP_PKEY *key) {
    char group[32];
    size_t length;
    return EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, group, sizeof group, &length) == 1 &&
           text_equal(group, "prime256v1");
}

/* Takes the key over. */
static void adopt(EVP_PKEY *key, int (*prepare)(EVP_PKEY_CTX *), struct signature_key *out) {
    pin_of(key, out->pin);
    out->pair = key;
    out->context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    if (!out->context || prepare(out->context) != 1 ||
        EVP_PKEY_CTX_set_signature_md(out->context, EVP_sha256()) != 1)
        abort();
}

static void let_go(const struct signature_key *key) {
    EVP_PKEY_CTX_free(key->context);
    EVP_PKEY_free(key->pair);
}

/* ---- ours ---- */

static X509 *read_certificate(const char *path) {
    FILE *file = fopen(path, "re");
    if (!file)
        return NULL;
    X509 *certificate = PEM_read_X509(file, NULL, NULL, NULL);
    fclose(file);
    return certificate;
}

static EVP_PKEY *read_private_key(const char *path) {
    FILE *file = fopen(path, "re");
    if (!file)
        return NULL;
    EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    fclose(file);
    return key;
}

static struct result check_pair(const EVP_PKEY *key, const char *certificate_file) {
    X509 *certificate = read_certificate(certificate_file);
    if (!certificate)
        return result_fatal("%s: no certificate can be read", certificate_file);
    bool same = EVP_PKEY_eq(X509_get0_pubkey(certificate), key) == 1;
    X509_free(certificate);
    return same ? result_ok() : result_fatal("%s: not the signing key's certificate", certificate_file);
}

MUST_USE struct result signature_key_load(const char *key_file, const char *certificate_file,
                                          struct signature_key **out) {
    *out = NULL;
    EVP_PKEY *key = read_private_key(key_file);
    if (!key)
        return result_fatal("%s: no private key can be read", key_file);
    struct result result = is_p256(key) ? check_pair(key, certificate_file)
                                        : result_fatal("%s: not an EC key on P-256", key_file);
    if (!result_is_ok(&result)) {
        EVP_PKEY_free(key);
        return result;
    }
    *out = must_calloc(1, sizeof **out);
    adopt(key, EVP_PKEY_sign_init, *out);
    return result_ok();
}

void signature_key_free(struct signature_key *key) {
    if (!key)
        return;
    let_go(key);
    free(key);
}

const char *signature_key_pin(const struct signature_key *key) {
    return key->pin;
}

/* ---- the peer's ---- */

static bool is_pinned(const char *pin, const char (*pins)[SIGNATURE_PIN_SIZE], size_t count) {
    for (size_t i = 0; i < count; i++)
        if (text_equal(pins[i], pin))
            return true;
    return false;
}

static void trust(struct signature_trust *trust, const X509 *certificate,
                  const char (*pins)[SIGNATURE_PIN_SIZE], size_t count) {
    EVP_PKEY *key = X509_get0_pubkey(certificate);
    char pin[SIGNATURE_PIN_SIZE];
    if (!key || !is_p256(key) || trust->count == KEY_MAX_TRUSTED)
        return;
    pin_of(key, pin);
    if (!is_pinned(pin, pins, count))
        return;
    EVP_PKEY_up_ref(key);
    adopt(key, EVP_PKEY_verify_init, &trust->keys[trust->count++]);
}

MUST_USE struct result signature_trust_load(const char *certificates_file,
                                            const char (*pins)[SIGNATURE_PIN_SIZE], size_t count,
                                            struct signature_trust **out) {
    *out = NULL;
    FILE *file = fopen(certificates_file, "re");
    if (!file)
        return result_fatal("%s: cannot be opened", certificates_file);
    struct signature_trust *found = must_calloc(1, sizeof *found);
    X509 *certificate;
    while ((certificate = PEM_read_X509(file, NULL, NULL, NULL))) {
        trust(found, certificate, pins, count);
        X509_free(certificate);
    }
    fclose(file);
    if (found->count == 0) {
        signature_trust_free(found);
        return result_fatal("%s: no certificate of a pinned P-256 key", certificates_file);
    }
    *out = found;
    return result_ok();
}

void signature_trust_free(struct signature_trust *trust) {
    if (!trust)
        return;
    for (size_t i = 0; i < trust->count; i++)
        let_go(&trust->keys[i]);
    free(trust);
}
