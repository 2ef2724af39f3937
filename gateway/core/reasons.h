#ifndef PONTIS_CORE_REASONS_H
#define PONTIS_CORE_REASONS_H

#define REASON(name, rule, iso, http, text, hint) REASON_##name,
enum reason {
#include "core/reasons.def"
    REASON_COUNT
};
#undef REASON

/* A row of reasons.def. */
struct reason_row {
    const char *name;
    const char *rule;
    const char *iso_code;
    int http_status;
    const char *text;
    const char *hint;
};

/* The row of a reason; aborts on a number that is none. */
const struct reason_row *reason_row(int reason);
extern const char *const reason_rules[]; /* "none", "corridor.unknown", ... */
/* The reason with that rule; REASON_COUNT: there is none. */
int reason_find(const char *rule);

#endif
