#ifndef PONTIS_ADAPTERS_ISO20022_KEY_H
#define PONTIS_ADAPTERS_ISO20022_KEY_H

#include <openssl/evp.h>

#include "adapters/iso20022/signature.h"

/* Signing keys out of PEM files, known by their pins. */

enum { KEY_MAX_TRUSTED = 8 };

/* `context` is ready to sign (ours) or to verify (the peer's) and is used again for every message: making one
 * costs as much as a third of a signature. */
struct signature_key {
    EVP_PKEY *pair;
    EVP_PKEY_CTX *context;
    char pin[SIGNATURE_PIN_SIZE];
};

struct signature_trust {
    struct signature_key keys[KEY_MAX_TRUSTED];
    size_t count;
};

#endif
