#include "wire/tls.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "host/digest.h"

/* ---- the server's context ---- */

static struct result refuse_file(const char *what, const char *file) {
    char text[80] = "";
    ERR_error_string_n(ERR_peek_last_error(), text, sizeof text);
    ERR_clear_error();
    return result_fatal("TLS %s %.60s: %s", what, file, text);
}

bool tls_has_revocation_list(const char *file) {
    BIO *in = BIO_new_file(file, "r");
    if (!in)
        return false;
    X509_CRL *list = PEM_read_bio_X509_CRL(in, NULL, NULL, NULL);
    bool has = list != NULL;
    X509_CRL_free(list);
    BIO_free(in);
    ERR_clear_error();
    return has;
}

static struct result trust(SSL_CTX *context, const char *ca) {
    unsigned long flags = X509_V_FLAG_X509_STRICT;
    X509_STORE *store = SSL_CTX_get_cert_store(context);
    if (X509_STORE_load_file(store, ca) != 1)
        return refuse_file("CA", ca);
    if (tls_has_revocation_list(ca))
        flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
    X509_VERIFY_PARAM *parameters = SSL_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_flags(parameters, flags);
    X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_CLIENT);
    SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(ca));
    return result_ok();
}

static struct result identify(SSL_CTX *context, const char *certificate, const char *key) {
    if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1)
        return refuse_file("certificate", certificate);
    if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
        return refuse_file("key", key);
    if (SSL_CTX_check_private_key(context) != 1)
        return refuse_file("key", key);
    return result_ok();
}

static struct result restrict_protocol(SSL_CTX *context) {
    SSL_CTX_set_security_level(context, 2);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    if (SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1 ||
        SSL_CTX_set_num_tickets(context, 0) != 1 || SSL_CTX_set_max_early_data(context, 0) != 1)
        return result_fatal("TLS 1.3 is not to be had");
    return result_ok();
}

static struct result prepare(SSL_CTX *context, const char *ca, const char *certificate, const char *key) {
    TRY(restrict_protocol(context));
    TRY(trust(context, ca));
    return identify(context, certificate, key);
}

struct result tls_server_new(const char *ca, const char *certificate, const char *key, SSL_CTX **out) {
    ERR_clear_error();
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (!context)
        return result_fatal("TLS has no server");
    struct result result = prepare(context, ca, certificate, key);
    if (!result_is_ok(&result)) {
        SSL_CTX_free(context);
        return result;
    }
    *out = context;
    return result_ok();
}

/* ---- who is there ---- */

static void digest_der(unsigned char *der, int length, char out[TLS_DIGEST_SIZE]) {
    uint8_t digest[DIGEST_SIZE];
    digest_sha256(der, (size_t)length, digest);
    digest_to_hex(digest, sizeof digest, out);
    OPENSSL_free(der);
}

/* A name with a zero inside would end early for us and not for others: it counts as none. */
static void read_subject(X509 *certificate, char out[TLS_SUBJECT_SIZE]) {
    X509_NAME *name = X509_get_subject_name(certificate);
    int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
    unsigned char *text = NULL;
    out[0] = '\0';
    if (at < 0)
        return;
    int length = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    if (length > 0)
        (void)text_copy(out, TLS_SUBJECT_SIZE, (const char *)text, (size_t)length);
    OPENSSL_free(text);
}

bool tls_identity_of(X509 *certificate, struct tls_identity *out) {
    unsigned char *der = NULL, *key = NULL;
    int der_length = i2d_X509(certificate, &der);
    int key_length = i2d_PUBKEY(X509_get0_pubkey(certificate), &key);
    *out = (struct tls_identity){0};
    if (der_length <= 0 || key_length <= 0) {
        OPENSSL_free(der);
        OPENSSL_free(key);
        return false;
    }
    digest_der(der, der_length, out->certificate);
    digest_der(key, key_length, out->public_key);
    read_subject(certificate, out->subject);
    return true;
}

bool tls_peer(SSL *ssl, struct tls_identity *out) {
    X509 *certificate = SSL_get0_peer_certificate(ssl);
    *out = (struct tls_identity){0};
    if (!certificate || SSL_get_verify_result(ssl) != X509_V_OK)
        return false;
    return tls_identity_of(certificate, out);
}
