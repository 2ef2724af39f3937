#include "host/file_bytes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { SECRET_LIMIT = 4096 };

struct result file_bytes_read(const char *path, size_t limit, struct buffer *out) {
    buffer_init(out, limit);
    FILE *file = fopen(path, "re");
    if (!file)
        return result_fatal("cannot read %.100s: %s", path, strerror(errno));
    char chunk[4096];
    for (size_t count; !out->overflowed && (count = fread(chunk, 1, sizeof chunk, file)) > 0;)
        buffer_add(out, chunk, count);
    int failure = ferror(file) ? errno : 0;
    (void)fclose(file);
    if (failure)
        return result_fatal("cannot read %.100s: %s", path, strerror(failure));
    if (out->overflowed)
        return result_fatal("%.100s holds more than %zu bytes", path, limit);
    return result_ok();
}

struct result file_bytes_read_secret(const char *path, struct buffer *out) {
    TRY(file_bytes_read(path, SECRET_LIMIT, out));
    if (!out->data)
        return result_fatal("%.100s is empty", path);
    out->length = strcspn(out->data, "\r\n");
    out->data[out->length] = '\0';
    return out->length ? result_ok() : result_fatal("%.100s is empty", path);
}

void file_bytes_wipe_secret(struct buffer *secret) {
    if (secret->data)
        explicit_bzero(secret->data, secret->capacity);
    buffer_wipe(secret);
}
