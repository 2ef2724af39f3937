#include "wire/credentials.h"

#include <stdlib.h>

#include "host/file_bytes.h"
#include "wire/tls.h"

enum { MOST_BYTES = 16 << 20 }; /* a CA's revocation list grows */

static struct result read_all(struct credentials *credentials, const char *ca, const char *certificate,
                              const char *key) {
    TRY(tls_server_new(ca, certificate, key, &credentials->server));
    TRY(file_bytes_read(ca, MOST_BYTES, &credentials->ca));
    TRY(file_bytes_read(certificate, MOST_BYTES, &credentials->certificate));
    TRY(file_bytes_read(key, MOST_BYTES, &credentials->key));
    credentials->revocation_list = tls_has_revocation_list(ca) ? must_strdup(ca) : NULL;
    return result_ok();
}

struct result credentials_read(const char *ca, const char *certificate, const char *key,
                               struct credentials **out) {
    struct credentials *credentials = must_calloc(1, sizeof *credentials);
    struct result result = read_all(credentials, ca, certificate, key);
    if (!result_is_ok(&result)) {
        credentials_free(credentials);
        credentials = NULL;
    }
    *out = credentials;
    return result;
}

void credentials_free(struct credentials *credentials) {
    if (!credentials)
        return;
    SSL_CTX_free(credentials->server);
    buffer_wipe(&credentials->ca);
    buffer_wipe(&credentials->certificate);
    file_bytes_wipe_secret(&credentials->key);
    free(credentials->revocation_list);
    free(credentials);
}
