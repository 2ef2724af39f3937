#ifndef PONTIS_HOST_DIGEST_H
#define PONTIS_HOST_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

enum { DIGEST_SIZE = 32, DIGEST_HEX_SIZE = 65 };

void digest_sha256(const void *data, size_t length, uint8_t out[DIGEST_SIZE]);
/* Lower-case hex with a closing zero: `out` holds 2 * length + 1. */
void digest_to_hex(const uint8_t *bytes, size_t length, char *out);
/* Appends the bytes that hex digits of either case say; false when they are none. */
bool digest_from_hex(const char *hex, size_t length, struct buffer *out);

#endif
