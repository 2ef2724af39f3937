#include "base/buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bytes bytes_of_string(const char *string) {
    return (struct bytes){string, strlen(string)};
}

static void *or_abort(void *memory) {
    if (!memory)
        abort();
    return memory;
}

void *must_malloc(size_t size) {
    return or_abort(malloc(size ? size : 1));
}

void *must_calloc(size_t count, size_t size) {
    return or_abort(calloc(count ? count : 1, size ? size : 1));
}

void *must_realloc(void *memory, size_t size) {
    return or_abort(realloc(memory, size ? size : 1));
}

char *must_strdup(const char *string) {
    return or_abort(strdup(string));
}

void *must_memdup(const void *data, size_t length) {
    char *copy = must_malloc(length + 1);
    if (length)
        memcpy(copy, data, length);
    copy[length] = '\0';
    return copy;
}

void buffer_init(struct buffer *buffer, size_t limit) {
    *buffer = (struct buffer){.limit = limit};
}

void buffer_wipe(struct buffer *buffer) {
    free(buffer->data);
    *buffer = (struct buffer){.limit = buffer->limit};
}

void buffer_reset(struct buffer *buffer) {
    buffer->length = 0;
    buffer->overflowed = 0;
    if (buffer->data)
        buffer->data[0] = '\0';
}

static int make_room(struct buffer *buffer, size_t length) {
    if (length > buffer->limit - buffer->length) {
        buffer->overflowed = 1;
        return 0;
    }
    size_t needed = buffer->length + length + 1;
    if (needed <= buffer->capacity)
        return 1;
    size_t capacity = buffer->capacity ? buffer->capacity : 128;
    while (capacity < needed)
        capacity *= 2;
    buffer->data = must_realloc(buffer->data, capacity);
    buffer->capacity = capacity;
    return 1;
}

void buffer_add(struct buffer *buffer, const void *data, size_t length) {
    if (!make_room(buffer, length))
        return;
    if (length)
        memcpy(buffer->data + buffer->length, data, length);
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
}

void buffer_add_string(struct buffer *buffer, const char *string) {
    buffer_add(buffer, string, strlen(string));
}

void buffer_add_char(struct buffer *buffer, char character) {
    buffer_add(buffer, &character, 1);
}

void buffer_addf(struct buffer *buffer, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length >= 0 && make_room(buffer, (size_t)length)) {
        vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format, again);
        buffer->length += (size_t)length;
    }
    va_end(again);
}

struct bytes buffer_bytes(const struct buffer *buffer) {
    return (struct bytes){buffer->data ? buffer->data : "", buffer->length};
}
