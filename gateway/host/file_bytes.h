#ifndef PONTIS_HOST_FILE_BYTES_H
#define PONTIS_HOST_FILE_BYTES_H

#include "base/buffer.h"

/* Reads a whole file into a new buffer, which the caller wipes whatever comes back. FATAL: it cannot be read,
 * or holds more than `limit` bytes. */
MUST_USE struct result file_bytes_read(const char *path, size_t limit, struct buffer *out);

/* Reads a secret: a file's first line, without its end, as file_bytes_read. FATAL also when it is empty. */
MUST_USE struct result file_bytes_read_secret(const char *path, struct buffer *out);

/* buffer_wipe, with nothing left in memory. */
void file_bytes_wipe_secret(struct buffer *secret);

#endif
