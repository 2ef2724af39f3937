#include "base/uuid.h"

#include <string.h>

static int hex_value(char character) {
    if (character >= '0' && character <= '9')
        return character - '0';
    if (character >= 'a' && character <= 'f')
        return character - 'a' + 10;
    return -1;
}

static bool is_dash_place(size_t place) {
    return place == 8 || place == 13 || place == 18 || place == 23;
}

bool uuid_parse(const char *text, size_t length, struct uuid *out) {
    if (length != 36)
        return false;
    size_t nibble = 0;
    uint8_t bytes[16] = {0};
    for (size_t i = 0; i < 36; i++) {
        if (is_dash_place(i)) {
            if (text[i] != '-')
                return false;
            continue;
        }
        int value = hex_value(text[i]);
        if (value < 0)
            return false;
        bytes[nibble / 2] = (uint8_t)(bytes[nibble / 2] << 4 | value);
        nibble++;
    }
    memcpy(out->bytes, bytes, sizeof bytes);
    return true;
}

bool uuid_parse_v4(const char *text, size_t length, struct uuid *out) {
    struct uuid parsed;
    if (!uuid_parse(text, length, &parsed))
        return false;
    if (parsed.bytes[6] >> 4 != 4 || parsed.bytes[8] >> 6 != 2)
        return false;
    *out = parsed;
    return true;
}

void uuid_format(const struct uuid *uuid, char out[UUID_TEXT_SIZE]) {
    static const char digits[] = "0123456789abcdef";
    char *to = out;
    for (size_t i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *to++ = '-';
        *to++ = digits[uuid->bytes[i] >> 4];
        *to++ = digits[uuid->bytes[i] & 15];
    }
    *to = '\0';
}

int uuid_compare(const struct uuid *left, const struct uuid *right) {
    return memcmp(left->bytes, right->bytes, sizeof left->bytes);
}

bool uuid_equal(const struct uuid *left, const struct uuid *right) {
    return uuid_compare(left, right) == 0;
}

bool uuid_is_nil(const struct uuid *uuid) {
    static const struct uuid nil;
    return uuid_equal(uuid, &nil);
}

static struct uuid stamp(struct uuid uuid, uint8_t version) {
    uuid.bytes[6] = (uint8_t)((uuid.bytes[6] & 0x0f) | version << 4);
    uuid.bytes[8] = (uint8_t)((uuid.bytes[8] & 0x3f) | 0x80);
    return uuid;
}

struct uuid uuid_from_random(const uint8_t random[16]) {
    struct uuid uuid;
    memcpy(uuid.bytes, random, 16);
    return stamp(uuid, 4);
}

struct uuid uuid_from_time(int64_t milliseconds, const uint8_t random[16]) {
    struct uuid uuid;
    memcpy(uuid.bytes, random, 16);
    for (int i = 0; i < 6; i++)
        uuid.bytes[i] = (uint8_t)((uint64_t)milliseconds >> (40 - 8 * i));
    return stamp(uuid, 7);
}

struct uuid uuid_from_digest(const uint8_t digest[16]) {
    struct uuid uuid;
    memcpy(uuid.bytes, digest, 16);
    return stamp(uuid, 5);
}
