#include "core/reasons.h"

#include <assert.h>

#include "base/text.h"

#define REASON(name, rule, iso, http, text, hint) {#name, rule, iso, http, text, hint},
static const struct reason_row rows[] = {
#include "core/reasons.def"
};
#undef REASON

#define REASON(name, rule, iso, http, text, hint) rule,
const char *const reason_rules[] = {
#include "core/reasons.def"
    NULL};
#undef REASON

const struct reason_row *reason_row(int reason) {
    assert(reason >= 0 && reason < REASON_COUNT);
    return &rows[reason];
}

int reason_find(const char *rule) {
    int reason = REASON_NONE;
    while (reason < REASON_COUNT && !text_equal(rows[reason].rule, rule))
        reason++;
    return reason;
}
