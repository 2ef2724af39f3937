#include "cli/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void read_all(FILE *file, struct buffer *out) {
    char chunk[4096];
    while (out->length < FILE_MOST_BYTES) {
        size_t count = fread(chunk, 1, sizeof chunk, file);
        if (count == 0)
            return;
        buffer_add(out, chunk, count);
    }
}

bool file_read(const char *path, struct buffer *out) {
    buffer_init(out, FILE_MOST_BYTES + 4096);
    FILE *file = fopen(path, "re");
    bool is_read = file != NULL;
    if (file) {
        read_all(file, out);
        is_read = !ferror(file);
    }
    if (!is_read)
        fprintf(stderr, "pontis: cannot read %s: %s\n", path, strerror(errno));
    if (file)
        fclose(file);
    return is_read;
}
