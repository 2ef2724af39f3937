#ifndef PONTIS_CLI_FILE_H
#define PONTIS_CLI_FILE_H

#include <stdbool.h>

#include "base/buffer.h"

/* More than any file that a verb reads may hold: its judge refuses one that long by its size. */
enum { FILE_MOST_BYTES = 1 << 20 };

/* Reads a file's bytes into a new buffer, the first FILE_MOST_BYTES of them. False: it cannot be read, which
 * has been said on stderr. */
bool file_read(const char *path, struct buffer *out);

#endif
