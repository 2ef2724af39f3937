#include "host/inspect.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/settings_keys.h"

struct inspection {
    const struct settings *settings;
    enum settings_use use;
    struct findings *findings;
};

/* The path of a file to be looked into; NULL: there is none. */
static const char *file_of(const struct inspection *inspection, size_t key) {
    const struct settings_key *row = &settings_keys[key];
    if (row->use != inspection->use || (row->type != SETTING_FILE && row->type != SETTING_SECRET))
        return NULL;
    return *(char *const *)((const char *)inspection->settings + row->offset);
}

static void find(struct inspection *inspection, size_t key, const char *text, const char *about) {
    char where[SETTINGS_WHERE_SIZE];
    settings_where(inspection->settings, key, where);
    findings_error(inspection->findings, where, settings_keys[key].path, "%.120s: %s%.80s",
                   file_of(inspection, key), text, about);
}

static void warn(struct inspection *inspection, size_t key, const char *text) {
    char where[SETTINGS_WHERE_SIZE];
    settings_where(inspection->settings, key, where);
    findings_warn(inspection->findings, where, settings_keys[key].path, "%.120s: %s",
                  file_of(inspection, key), text);
}

/* ---- every file ---- */

static void inspect_file(struct inspection *inspection, size_t key) {
    const char *path = file_of(inspection, key);
    struct stat found;
    if (stat(path, &found) || access(path, R_OK))
        find(inspection, key, "cannot be read: ", strerror(errno));
    else if (S_ISDIR(found.st_mode))
        find(inspection, key, "a file is expected, and this is a folder", "");
    else if (settings_keys[key].type == SETTING_SECRET && found.st_mode & (S_IROTH | S_IWOTH))
        find(inspection, key, "a secret that every user of this machine can read or write: chmod o-rw", "");
}

static void inspect_files(struct inspection *inspection) {
    for (size_t i = 0; i < settings_key_count; i++)
        if (file_of(inspection, i))
            inspect_file(inspection, i);
}

/* ---- certificates ---- */

static STACK_OF(X509) * read_certificates(const char *path) {
    STACK_OF(X509) *list = sk_X509_new_null();
    BIO *file = BIO_new_file(path, "r");
    for (X509 *next; file && (next = PEM_read_bio_X509(file, NULL, NULL, NULL));)
        sk_X509_push(list, next);
    BIO_free(file);
    ERR_clear_error();
    return list;
}

static void free_certificates(STACK_OF(X509) * list) {
    sk_X509_pop_free(list, X509_free);
}

static const char *date_problem(const X509 *certificate) {
    if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0)
        return "the certificate is not valid yet";
    if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0)
        return "the certificate has expired";
    return NULL;
}

static bool is_key_of(const X509 *certificate, const char *key_file, bool *is_key) {
    BIO *file = BIO_new_file(key_file, "r");
    EVP_PKEY *key = file ? PEM_read_bio_PrivateKey(file, NULL, NULL, (void *)"") : NULL;
    *is_key = key != NULL;
    bool is_same = key && EVP_PKEY_eq(X509_get0_pubkey(certificate), key) == 1;
    EVP_PKEY_free(key);
    BIO_free(file);
    ERR_clear_error();
    return is_same;
}

static bool has_revocation_list(const char *path) {
    BIO *file = BIO_new_file(path, "r");
    X509_CRL *list = file ? PEM_read_bio_X509_CRL(file, NULL, NULL, NULL) : NULL;
    bool has = list != NULL;
    X509_CRL_free(list);
    BIO_free(file);
    ERR_clear_error();
    return has;
}

/* NULL: the chain ends at the CA; otherwise why it does not. */
static const char *chain_problem(X509 *certificate, STACK_OF(X509) * chain, const char *ca, int purpose) {
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *verifying = X509_STORE_CTX_new();
    const char *problem = NULL;
    unsigned long flags = X509_V_FLAG_X509_STRICT;
    if (has_revocation_list(ca))
        flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
    X509_STORE_set_flags(store, flags);
    if (X509_STORE_load_file(store, ca) == 1 &&
        X509_STORE_CTX_init(verifying, store, certificate, chain) == 1 &&
        X509_STORE_CTX_set_purpose(verifying, purpose) == 1 && X509_verify_cert(verifying) != 1)
        problem = X509_verify_cert_error_string(X509_STORE_CTX_get_error(verifying));
    X509_STORE_CTX_free(verifying);
    X509_STORE_free(store);
    ERR_clear_error();
    return problem;
}

/* ---- which of them go together ---- */

/* A certificate, its key, and the CA it has to come from. */
struct trio {
    const char *certificate, *key;
    const char *ca;  /* NULL: none */
    int purposes[2]; /* what the CA has to have certified; 0: nothing */
};

static const struct trio trios[] = {
    {"tls.certificate", "tls.key", "tls.ca", {X509_PURPOSE_SSL_SERVER, X509_PURPOSE_SSL_CLIENT}},
    {"signing.certificate", "signing.key", NULL, {0, 0}},
    {"client.certificate", "client.key", NULL, {0, 0}},
    {"bus.security.ssl.certificate.location", "bus.security.ssl.key.location", NULL, {0, 0}},
};

static void inspect_chain(struct inspection *inspection, const struct trio *trio, STACK_OF(X509) * chain) {
    size_t at = settings_key_find(trio->certificate);
    const char *ca = trio->ca ? file_of(inspection, settings_key_find(trio->ca)) : NULL;
    for (size_t i = 0; ca && i < 2 && trio->purposes[i]; i++) {
        const char *problem = chain_problem(sk_X509_value(chain, 0), chain, ca, trio->purposes[i]);
        if (!problem)
            continue;
        find(inspection, at,
             trio->purposes[i] == X509_PURPOSE_SSL_SERVER ? "the CA does not vouch for it as a server's: "
                                                          : "the CA does not vouch for it as a client's: ",
             problem);
        return;
    }
}

static void inspect_pair(struct inspection *inspection, const struct trio *trio, STACK_OF(X509) * chain) {
    size_t at = settings_key_find(trio->certificate), key = settings_key_find(trio->key);
    const X509 *certificate = sk_X509_value(chain, 0);
    const char *key_file = file_of(inspection, key), *date = date_problem(certificate);
    bool is_key = true;
    if (date)
        find(inspection, at, date, "");
    if (key_file && access(key_file, R_OK) == 0 && !is_key_of(certificate, key_file, &is_key))
        find(inspection, key,
             is_key ? "not the key of the certificate "
                    : "a private key is expected (PEM, without a password)",
             is_key ? file_of(inspection, at) : "");
    if (!date)
        inspect_chain(inspection, trio, chain);
}

static void inspect_trio(struct inspection *inspection, const struct trio *trio) {
    size_t at = settings_key_find(trio->certificate);
    const char *path = file_of(inspection, at);
    if (!path || access(path, R_OK))
        return;
    STACK_OF(X509) *chain = read_certificates(path);
    if (sk_X509_num(chain) == 0)
        find(inspection, at, "a certificate is expected (PEM)", "");
    else
        inspect_pair(inspection, trio, chain);
    free_certificates(chain);
}

/* Files of certificates that others prove themselves with. */
static void inspect_others(struct inspection *inspection, const char *path) {
    size_t key = settings_key_find(path);
    const char *file = file_of(inspection, key);
    if (!file || access(file, R_OK))
        return;
    STACK_OF(X509) *list = read_certificates(file);
    bool is_dated = false;
    for (int i = 0; i < sk_X509_num(list); i++)
        is_dated |= date_problem(sk_X509_value(list, i)) != NULL;
    if (sk_X509_num(list) == 0)
        find(inspection, key, "certificates are expected (PEM)", "");
    if (is_dated)
        warn(inspection, key, "one of the certificates has expired or is not valid yet");
    free_certificates(list);
}

void inspect_settings(const struct settings *settings, enum settings_use use, struct findings *findings) {
    static const char *const others[] = {"tls.ca", "signing.peer_certificates", "client.ca",
                                         "bus.security.ssl.ca.location"};
    struct inspection inspection = {settings, use, findings};
    inspect_files(&inspection);
    for (size_t i = 0; i < sizeof trios / sizeof *trios; i++)
        inspect_trio(&inspection, &trios[i]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        inspect_others(&inspection, others[i]);
}
