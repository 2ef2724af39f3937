#include "host/digest.h"

#include <assert.h>
#include <openssl/evp.h>

void digest_sha256(const void *data, size_t length, uint8_t out[DIGEST_SIZE]) {
    unsigned int size = DIGEST_SIZE;
    int done = EVP_Digest(data, length, out, &size, EVP_sha256(), NULL);
    assert(done == 1 && size == DIGEST_SIZE);
}

void digest_to_hex(const uint8_t *bytes, size_t length, char *out) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < length; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * length] = '\0';
}

static int digit_value(char digit) {
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

bool digest_from_hex(const char *hex, size_t length, struct buffer *out) {
    if (length % 2)
        return false;
    for (size_t i = 0; i < length; i += 2) {
        int high = digit_value(hex[i]), low = digit_value(hex[i + 1]);
        if (high < 0 || low < 0)
            return false;
        buffer_add_char(out, (char)(high << 4 | low));
    }
    return !out->overflowed;
}
