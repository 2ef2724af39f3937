#include "store/result_fields.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const char *field(const PGresult *answer, int code) {
    const char *text = PQresultErrorField(answer, code);
    return text ? text : "";
}

void result_fields_take(const PGresult *answer, struct request_end *end) {
    end->fate = REQUEST_FAILED;
    snprintf(end->state, sizeof end->state, "%s", field(answer, PG_DIAG_SQLSTATE));
    snprintf(end->constraint, sizeof end->constraint, "%s", field(answer, PG_DIAG_CONSTRAINT_NAME));
    const char *message = field(answer, PG_DIAG_MESSAGE_PRIMARY);
    snprintf(end->detail, sizeof end->detail, "%s: %.*s", end->state, (int)strcspn(message, "\n"), message);
}

bool result_fields_ends_session(const PGresult *answer) {
    const char *severity = field(answer, PG_DIAG_SEVERITY_NONLOCALIZED);
    return text_is_empty(severity) || text_equal(severity, "FATAL") || text_equal(severity, "PANIC");
}

bool result_fields_warns(const PGresult *notice) {
    const char *state = field(notice, PG_DIAG_SQLSTATE);
    return text_equal(field(notice, PG_DIAG_SEVERITY_NONLOCALIZED), "WARNING") &&
           (text_equal(state, "57P01") || text_equal(state, "01000"));
}
