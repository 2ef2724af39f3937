#ifndef PONTIS_BASE_EMBEDDED_H
#define PONTIS_BASE_EMBEDDED_H

#include <stddef.h>

/* A file carried inside the binary; a table of them ends with a row whose name is NULL. The bytes are also
 * zero-terminated, the length leaves that zero out. */
struct embedded_file {
    const char *name;
    const char *bytes;
    size_t length;
};

#endif
