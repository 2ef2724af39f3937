#ifndef PONTIS_BASE_BUFFER_H
#define PONTIS_BASE_BUFFER_H

#include <stddef.h>
#include <stdint.h>

#include "base/result.h"

/* Bytes somebody else owns. */
struct bytes {
    const char *data;
    size_t length;
};

struct bytes bytes_of_string(const char *string);

/* Growing bytes, always zero-terminated behind `length`. Memory exhaustion aborts. A write past `limit`
 * writes nothing and sets `overflowed`, which the owner checks once at the end. */
struct buffer {
    char *data;
    size_t length;
    size_t capacity;
    size_t limit;
    int overflowed;
};

void buffer_init(struct buffer *buffer, size_t limit);
void buffer_wipe(struct buffer *buffer);
void buffer_reset(struct buffer *buffer);
void buffer_add(struct buffer *buffer, const void *data, size_t length);
void buffer_add_string(struct buffer *buffer, const char *string);
void buffer_add_char(struct buffer *buffer, char character);
void buffer_addf(struct buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);
struct bytes buffer_bytes(const struct buffer *buffer);

/* malloc family that aborts instead of returning NULL: a worker without memory is replaced, nothing is lost.
 */
void *must_malloc(size_t size);
void *must_calloc(size_t count, size_t size);
void *must_realloc(void *memory, size_t size);
char *must_strdup(const char *string);
void *must_memdup(const void *data, size_t length);

#endif
