#include "core/reasons.h"

#include <assert.h>

#define REASON(name, rule, iso, http, text, hint) {#name, rule, iso, http, text, hint},
static const struct reason_row rows[] = {
#include "core/reasons.def"
};
#undef REASON

const struct reason_row *reason_row(int reason) {
    assert(reason >= 0 && reason < REASON_COUNT);
    return &rows[reason];
}
