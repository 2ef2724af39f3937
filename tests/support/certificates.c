#include "tests/support/certificates.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void certificates_directory(char out[FILE_SIZE]) {
    const char *parent = getenv("TMPDIR");
    snprintf(out, FILE_SIZE, "%.80s/wire-XXXXXX", parent ? parent : "/tmp");
    cr_assert_not_null(mkdtemp(out));
}

void certificates_remove(const char *directory) {
    DIR *files = opendir(directory);
    struct dirent *file;
    while (files && (file = readdir(files)) != NULL)
        unlinkat(dirfd(files), file->d_name, 0);
    if (files)
        closedir(files);
    rmdir(directory);
}

static void extend(X509 *certificate, X509 *issuer, int kind, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
    cr_assert_not_null(extension, "extension %s", value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

static X509 *draft(EVP_PKEY *key, const char *name, const struct wish *wish) {
    static long serial = 1000;
    X509 *certificate = X509_new();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                               (const unsigned char *)name, -1, -1, 0);
    X509_gmtime_adj(X509_getm_notBefore(certificate), wish->from ? wish->from : -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), wish->until ? wish->until : 3600);
    X509_set_pubkey(certificate, key);
    return certificate;
}

static void write_certificate(const X509 *certificate, const char *file, const char *mode) {
    FILE *out = fopen(file, mode);
    cr_assert_not_null(out);
    PEM_write_X509(out, certificate);
    fclose(out);
}

static void write_key(const EVP_PKEY *key, const char *file) {
    FILE *out = fopen(file, "w");
    cr_assert_not_null(out);
    PEM_write_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL);
    fclose(out);
}

void authority_make(struct authority *authority, const char *directory, const char *name) {
    const struct wish wish = {0};
    authority->key = EVP_EC_gen("P-256");
    X509 *certificate = authority->certificate = draft(authority->key, name, &wish);
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
    extend(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
    extend(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
    extend(certificate, certificate, NID_subject_key_identifier, "hash");
    extend(certificate, certificate, NID_authority_key_identifier, "keyid:always");
    X509_sign(certificate, authority->key, EVP_sha256());
    snprintf(authority->file, FILE_SIZE, "%.100s/%.20s.pem", directory, name);
    write_certificate(certificate, authority->file, "w");
}

void authority_join(char out[FILE_SIZE], const char *directory, const struct authority *one,
                    const struct authority *other) {
    snprintf(out, FILE_SIZE, "%.100s/both.pem", directory);
    write_certificate(one->certificate, out, "w");
    write_certificate(other->certificate, out, "a");
}

void authority_wipe(struct authority *authority) {
    EVP_PKEY_free(authority->key);
    X509_free(authority->certificate);
}

void certificate_make(struct certificate *out, const struct authority *by, const char *directory,
                      const struct wish *wish) {
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = draft(key, wish->name, wish);
    X509_set_issuer_name(certificate, X509_get_subject_name(by->certificate));
    extend(certificate, by->certificate, NID_basic_constraints, "critical,CA:FALSE");
    extend(certificate, by->certificate, NID_key_usage, "critical,digitalSignature");
    extend(certificate, by->certificate, NID_ext_key_usage,
           wish->usage ? wish->usage : "serverAuth,clientAuth");
    extend(certificate, by->certificate, NID_subject_alt_name, wish->host ? wish->host : "IP:127.0.0.1");
    extend(certificate, by->certificate, NID_subject_key_identifier, "hash");
    extend(certificate, by->certificate, NID_authority_key_identifier, "keyid:always");
    X509_sign(certificate, by->key, EVP_sha256());
    snprintf(out->file, FILE_SIZE, "%.90s/%.20s.pem", directory, wish->name);
    snprintf(out->key_file, FILE_SIZE, "%.90s/%.20s.key", directory, wish->name);
    write_certificate(certificate, out->file, "w");
    write_key(key, out->key_file);
    out->serial = ASN1_INTEGER_get(X509_get0_serialNumber(certificate));
    cr_assert(tls_identity_of(certificate, &out->identity));
    X509_free(certificate);
    EVP_PKEY_free(key);
}

static void add_revoked(X509_CRL *list, const ASN1_TIME *at, long serial) {
    X509_REVOKED *revoked = X509_REVOKED_new();
    ASN1_INTEGER *number = ASN1_INTEGER_new();
    ASN1_INTEGER_set(number, serial);
    X509_REVOKED_set_serialNumber(revoked, number);
    X509_REVOKED_set_revocationDate(revoked, (ASN1_TIME *)at);
    X509_CRL_add0_revoked(list, revoked);
    ASN1_INTEGER_free(number);
}

static void extend_list(X509_CRL *list, X509 *issuer, int kind, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, NULL, NULL, list, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
    cr_assert_not_null(extension);
    X509_CRL_add_ext(list, extension, -1);
    X509_EXTENSION_free(extension);
}

void authority_revoke(const struct authority *authority, long serial) {
    X509_CRL *list = X509_CRL_new();
    ASN1_TIME *now = X509_gmtime_adj(NULL, -30), *next = X509_gmtime_adj(NULL, 3600);
    X509_CRL_set_version(list, X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(list, X509_get_subject_name(authority->certificate));
    X509_CRL_set1_lastUpdate(list, now);
    X509_CRL_set1_nextUpdate(list, next);
    if (serial)
        add_revoked(list, now, serial);
    extend_list(list, authority->certificate, NID_authority_key_identifier, "keyid:always");
    ASN1_INTEGER *number = ASN1_INTEGER_new();
    ASN1_INTEGER_set(number, 1);
    X509_CRL_add1_ext_i2d(list, NID_crl_number, number, 0, 0);
    ASN1_INTEGER_free(number);
    X509_CRL_sort(list);
    X509_CRL_sign(list, authority->key, EVP_sha256());
    FILE *out = fopen(authority->file, "a");
    cr_assert_not_null(out);
    PEM_write_X509_CRL(out, list);
    fclose(out);
    ASN1_TIME_free(now);
    ASN1_TIME_free(next);
    X509_CRL_free(list);
}
