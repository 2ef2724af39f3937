#ifndef PONTIS_WIRE_PINS_H
#define PONTIS_WIRE_PINS_H

#include <stdbool.h>

#include "core/corridor.h"

/* "sha256//" and 44 characters of base64 a pin, ';' between them. */
enum { PINS_TEXT_SIZE = CORRIDOR_MAX_PINS * (8 + 44 + 1) + 1 };

/* Accepted public keys (SHA-256 hex, "" unused) as CURLOPT_PINNEDPUBLICKEY takes them. False when there is
 * none, or one that is no digest: an unreadable pin is never "any key". */
bool pins_to_curl(const char (*pins)[65], char out[PINS_TEXT_SIZE]);

#endif
