#include "store/query.h"

#include <string.h>

#include "base/embedded.h"
#include "base/text.h"

extern const struct embedded_file store_queries[];

enum { SUFFIX = sizeof ".sql" - 1 };

const char *query_text(const char *name) {
    size_t length = strlen(name);
    for (const struct embedded_file *file = store_queries; file->name; file++)
        if (strlen(file->name) == length + SUFFIX && strncmp(file->name, name, length) == 0)
            return file->bytes;
    return NULL;
}

static bool starts_with(const char *name, const char *prefix) {
    return strncmp(name, prefix, strlen(prefix)) == 0;
}

bool query_commits(const char *name) {
    return starts_with(name, "commit_") || starts_with(name, "load_");
}

bool query_reads(const char *name) {
    return !starts_with(name, "commit_");
}

const char *query_name(size_t index, char *out) {
    if (!store_queries[index].name)
        return NULL;
    const char *name = store_queries[index].name;
    return text_copy(out, QUERY_NAME_SIZE, name, strlen(name) - SUFFIX) ? out : NULL;
}
