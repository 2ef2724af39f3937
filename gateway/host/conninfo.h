#ifndef PONTIS_HOST_CONNINFO_H
#define PONTIS_HOST_CONNINFO_H

#include "base/buffer.h"

/* libpq's connection string, words or URI, with the password that a file holds put behind it. Into a new
 * buffer, which the caller wipes whatever comes back; it is a secret then. `password_file` NULL: nothing is
 * put behind it. FATAL: the file cannot be read, or is empty. */
MUST_USE struct result conninfo_read(const char *conninfo, const char *password_file, struct buffer *out);

#endif
