#include "store/outcome.h"

#include <string.h>

#include "base/text.h"
#include "host/log.h"

/* A row says a whole SQLSTATE, or its class of two characters. The first that fits counts. */
static const struct {
    const char *state;
    const char *constraint; /* NULL: any */
    enum store_outcome outcome;
} rows[] = {
    {"PF001", NULL, STORE_FENCED},
    {"PF002", NULL, STORE_CONFLICT},
    {"PF003", NULL, STORE_BAD_ROW},
    {"PF004", NULL, STORE_CHECK},
    {"23505", NULL, STORE_CONFLICT},             /* unique_violation */
    {"40001", NULL, STORE_CONFLICT},             /* serialization_failure */
    {"40P01", NULL, STORE_CONFLICT},             /* deadlock_detected */
    {"55P03", NULL, STORE_CONFLICT},             /* lock_not_available */
    {"23514", "balance_available", STORE_CHECK}, /* check_violation */
    {"22", NULL, STORE_BAD_ROW},                 /* data exception */
    {"23", NULL, STORE_BAD_ROW},                 /* integrity constraint violation */
    {"54", NULL, STORE_BAD_ROW},                 /* program limit exceeded */
    {"08", NULL, STORE_RETRY},                   /* connection exception */
    {"40", NULL, STORE_RETRY},                   /* transaction rollback */
    {"53", NULL, STORE_RETRY},                   /* insufficient resources */
    {"57", NULL, STORE_RETRY},                   /* operator intervention */
};

static bool fits(size_t row, const struct request_end *end) {
    if (strncmp(end->state, rows[row].state, strlen(rows[row].state)) != 0)
        return false;
    return !rows[row].constraint || text_equal(rows[row].constraint, end->constraint);
}

static enum store_outcome outcome_of_state(const struct request_end *end) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (fits(i, end))
            return rows[i].outcome;
    /* Nothing was committed and no row is known to be at fault: it may heal, an operator must look. */
    log_write(LOG_ERROR, "commit.failed", "detail", end->detail, NULL);
    return STORE_RETRY;
}

enum store_outcome outcome_of(const struct request_end *end) {
    switch (end->fate) {
    case REQUEST_DONE:
        return STORE_COMMITTED;
    case REQUEST_FAILED:
        return outcome_of_state(end);
    case REQUEST_LOST:
        return STORE_UNKNOWN;
    case REQUEST_NOT_SENT:
        return text_equal(end->detail, REQUEST_TOO_LARGE) ? STORE_BAD_ROW : STORE_RETRY;
    }
    return STORE_UNKNOWN;
}

static bool is_transient(const struct request_end *end) {
    static const char *const classes[] = {"08", "40", "53", "55", "57"};
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (strncmp(end->state, classes[i], 2) == 0)
            return true;
    return false;
}

struct result outcome_of_reading(const struct request_end *end) {
    if (end->fate == REQUEST_DONE)
        return result_ok();
    if (end->fate == REQUEST_FAILED && !is_transient(end))
        return result_fatal("database: %s", end->detail);
    return result_retry("database: %s", end->detail);
}
