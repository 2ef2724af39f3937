#define PONTIS_BASE_RESULT_C
#include "base/result.h"

#include <stdio.h>

struct result result_ok(void) {
    return (struct result){.kind = RESULT_OK};
}

#define FILL_DETAIL(result, format)                                                                          \
    do {                                                                                                     \
        va_list arguments_;                                                                                  \
        va_start(arguments_, format);                                                                        \
        vsnprintf((result).detail, sizeof(result).detail, format, arguments_);                               \
        va_end(arguments_);                                                                                  \
    } while (0)

struct result result_retry(const char *format, ...) {
    struct result result = {.kind = RESULT_RETRY};
    FILL_DETAIL(result, format);
    return result;
}

struct result result_unknown(const char *format, ...) {
    struct result result = {.kind = RESULT_UNKNOWN};
    FILL_DETAIL(result, format);
    return result;
}

struct result result_fatal(const char *format, ...) {
    struct result result = {.kind = RESULT_FATAL};
    FILL_DETAIL(result, format);
    return result;
}

struct result result_refuse(int reason, const char *where, const char *format, ...) {
    struct result result = {.kind = RESULT_REFUSE, .reason = reason};
    if (where)
        snprintf(result.where, sizeof result.where, "%s", where);
    FILL_DETAIL(result, format);
    return result;
}

const char *result_kind_name(enum result_kind kind) {
    static const char *const names[] = {"ok", "retry", "refuse", "unknown", "fatal"};
    return names[kind];
}
