#include "wire/pins.h"

#include <openssl/evp.h>
#include <string.h>

#include "host/digest.h"

static bool append_pin(const char *hex, struct buffer *out) {
    unsigned char base64[48];
    struct buffer digest;
    buffer_init(&digest, DIGEST_SIZE);
    bool good = digest_from_hex(hex, strlen(hex), &digest) && digest.length == DIGEST_SIZE;
    if (good) {
        EVP_EncodeBlock(base64, (const unsigned char *)digest.data, DIGEST_SIZE);
        buffer_addf(out, "%ssha256//%s", out->length > 0 ? ";" : "", (const char *)base64);
    }
    buffer_wipe(&digest);
    return good;
}

bool pins_to_curl(const char (*pins)[65], char out[PINS_TEXT_SIZE]) {
    struct buffer text;
    bool good = pins != NULL;
    buffer_init(&text, PINS_TEXT_SIZE - 1);
    for (int i = 0; good && i < CORRIDOR_MAX_PINS; i++)
        good = pins[i][0] == '\0' || append_pin(pins[i], &text);
    good = good && text.length > 0 && !text.overflowed;
    if (good)
        memcpy(out, text.data, text.length + 1);
    buffer_wipe(&text);
    return good;
}
