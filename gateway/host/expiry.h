#ifndef PONTIS_HOST_EXPIRY_H
#define PONTIS_HOST_EXPIRY_H

#include <stdint.h>

/* When a certificate ends (seconds since 1970), whose it is (common name, "" when it has none), and its
 * serial number in hex. */
typedef void expiry_tell(void *context, const char *subject, const char *serial, int64_t ends);

/* Tells every certificate of a PEM file; nothing of a file that cannot be read. */
void expiry_read(const char *path, expiry_tell *tell, void *context);

#endif
