#ifndef PONTIS_HOST_CERTIFICATE_H
#define PONTIS_HOST_CERTIFICATE_H

#include "base/result.h"
#include "host/digest.h"

/* SHA-256 in hex of the first certificate in a PEM file, by which a listener knows who is there. FATAL: the
 * file cannot be read, or holds none. */
MUST_USE struct result certificate_fingerprint(const char *path, char out[DIGEST_HEX_SIZE]);

#endif
