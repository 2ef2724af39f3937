#ifndef PONTIS_BASE_RESULT_H
#define PONTIS_BASE_RESULT_H

#include <stdarg.h>

#define MUST_USE               __attribute__((warn_unused_result))
#define PRINTF_LIKE(at, first) __attribute__((format(printf, at, first)))

/* What the caller has to do, not what went wrong. */
enum result_kind {
    RESULT_OK,      /* go on */
    RESULT_RETRY,   /* transient: the same call may succeed later; nothing has happened */
    RESULT_REFUSE,  /* the input's fault: `reason` is a row of core/reasons.def */
    RESULT_UNKNOWN, /* the outcome is in doubt: it may have happened */
    RESULT_FATAL,   /* this process cannot go on with this part of its work */
};

/* Passed by value. `where` names the place in the input (element path, JSON pointer, file:line) and `detail`
 * says in words what was found there; both are shown to people and never hold personal data. */
struct result {
    enum result_kind kind;
    int reason; /* enum reason of core/reasons.h; 0 unless kind is RESULT_REFUSE */
    char where[96];
    char detail[160];
};

/* result_ok(): everything went as asked. */
MUST_USE struct result result_ok(void);
MUST_USE struct result result_retry(const char *format, ...) PRINTF_LIKE(1, 2);
MUST_USE struct result result_unknown(const char *format, ...) PRINTF_LIKE(1, 2);
MUST_USE struct result result_fatal(const char *format, ...) PRINTF_LIKE(1, 2);
/* result_refuse(reason, where, ...): `where` may be NULL. */
MUST_USE struct result result_refuse(int reason, const char *where, const char *format, ...)
    PRINTF_LIKE(3, 4);

static inline int result_is_ok(const struct result *result) {
    return result->kind == RESULT_OK;
}

/* Returns from the calling function with the result of `call` unless that is OK. */
#define TRY(call)                                                                                            \
    do {                                                                                                     \
        struct result try_result_ = (call);                                                                  \
        if (try_result_.kind != RESULT_OK)                                                                   \
            return try_result_;                                                                              \
    } while (0)

/* The static analyzer sees one file at a time: without this it would take every refusal for a possible
 * success. */
#if defined(__clang_analyzer__) && !defined(PONTIS_BASE_RESULT_C)
static inline struct result result_of_kind(enum result_kind kind) {
    return (struct result){.kind = kind};
}
void result_told(const char *format, ...) PRINTF_LIKE(1, 2);
#define result_ok()         result_of_kind(RESULT_OK)
#define result_retry(...)   (result_told(__VA_ARGS__), result_of_kind(RESULT_RETRY))
#define result_unknown(...) (result_told(__VA_ARGS__), result_of_kind(RESULT_UNKNOWN))
#define result_fatal(...)   (result_told(__VA_ARGS__), result_of_kind(RESULT_FATAL))
#define result_refuse(reason, where, ...)                                                                    \
    ((void)(reason), (void)(where), result_told(__VA_ARGS__), result_of_kind(RESULT_REFUSE))
#endif

/* "ok", "retry", ... */
const char *result_kind_name(enum result_kind kind);

#endif
