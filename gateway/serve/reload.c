#include "serve/reload.h"

#include "host/log.h"

struct adapter_keys reload_keys(const struct settings *settings) {
    return (struct adapter_keys){.signing_key = settings->signing.key,
                                 .signing_certificate = settings->signing.certificate,
                                 .peer_certificates = settings->signing.peer_certificates};
}

/* What can fail comes first, and of it what cannot be put back comes last. */
struct result reload_apply(const struct settings *settings, const struct reload_parts *parts) {
    const struct adapter_keys keys = reload_keys(settings);
    struct credentials *credentials;
    TRY(credentials_read(settings->tls.ca, settings->tls.certificate, settings->tls.key, &credentials));
    struct result result = flow_set_keys(parts->flow, &keys);
    if (result_is_ok(&result)) {
        wire_use(parts->wire, credentials);
        credentials = NULL;
        log_configure(settings->log.format, settings->log.level);
    }
    credentials_free(credentials);
    return result;
}
