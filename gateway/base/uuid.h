#ifndef PONTIS_BASE_UUID_H
#define PONTIS_BASE_UUID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A 128-bit identifier, RFC 9562. */
struct uuid {
    uint8_t bytes[16];
};

enum { UUID_TEXT_SIZE = 37 }; /* 36 characters and the closing zero */

/* Reads the lower-case form of 36 characters; anything else is false. */
bool uuid_parse(const char *text, size_t length, struct uuid *out);
/* uuid_parse and: version 4, variant 1 (ISO 20022 UUIDv4Identifier, the form of a UETR). */
bool uuid_parse_v4(const char *text, size_t length, struct uuid *out);
void uuid_format(const struct uuid *uuid, char out[UUID_TEXT_SIZE]);
bool uuid_equal(const struct uuid *left, const struct uuid *right);
int uuid_compare(const struct uuid *left, const struct uuid *right);
bool uuid_is_nil(const struct uuid *uuid);
/* Stamps version 4 on 16 random bytes. */
struct uuid uuid_from_random(const uint8_t random[16]);
/* A time-ordered id (version 7): 48 bits of `milliseconds` since 1970 before 74 random bits. */
struct uuid uuid_from_time(int64_t milliseconds, const uint8_t random[16]);
/* Stamps version 5 on the first 16 bytes of a name's digest. */
struct uuid uuid_from_digest(const uint8_t digest[16]);

#endif
