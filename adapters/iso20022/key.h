#ifndef PONTIS_ADAPTERS_ISO20022_KEY_H
#define PONTIS_ADAPTERS_ISO20022_KEY_H

#include <openssl/evp.h>
#include <xmlsec/xmlsec.h>

#include <xmlsec/keys.h>

#include "adapters/iso20022/signature.h"

/* Signing keys out of PEM files, known by their pins. */

enum { KEY_MAX_TRUSTED = 8 };

struct signature_key {
    xmlSecKeyPtr key;
    char pin[SIGNATURE_PIN_SIZE];
};

struct signature_trust {
    struct signature_key keys[KEY_MAX_TRUSTED];
    size_t count;
};

/* Starts xmlsec once in a process, silent and with nothing to load from outside. */
void key_set_up(void);

#endif
