#include "api/answer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/reasons.h"

static void send_json(struct flow *flow, struct wire_exchange *exchange, int status, const char *type,
                      json_t *json) {
    char *text = json_dumps(json, JSON_COMPACT);
    assert(text);
    flow->ports.wire.answer(flow->ports.wire.self, exchange, status, type, bytes_of_string(text));
    free(text);
    json_decref(json);
}

void answer_json(struct flow *flow, struct wire_exchange *exchange, int status, json_t *json) {
    send_json(flow, exchange, status, "application/json", json);
}

/* A refusal quotes what came in, which may be no UTF-8, or cut in the middle of a character. */
static json_t *quoting(const char *text) {
    json_t *string = json_string(text);
    if (string)
        return string;
    char *copy = must_strdup(text);
    for (char *at = copy; *at; at++)
        if ((unsigned char)*at >= 0x80)
            *at = '?';
    string = json_string(copy);
    free(copy);
    return string;
}

void answer_problem(struct flow *flow, struct wire_exchange *exchange, const struct result *why) {
    int reason = why->kind == RESULT_REFUSE ? why->reason : REASON_UNAVAILABLE;
    const struct reason_row *row = reason_row(reason);
    json_t *problem =
        json_pack("{s:s, s:s, s:i, s:o, s:s, s:s}", "type", "about:blank", "title", row->text, "status",
                  row->http_status, "detail", quoting(why->detail), "rule", row->rule, "hint", row->hint);
    if (row->iso_code[0])
        json_object_set_new(problem, "code", json_string(row->iso_code));
    if (why->where[0])
        json_object_set_new(problem, "pointer", quoting(why->where));
    send_json(flow, exchange, row->http_status, "application/problem+json", problem);
}

json_t *answer_rows(const struct store_table *table, const char *const *names) {
    json_t *rows = json_array();
    for (size_t i = 0; i < table->rows; i++) {
        json_t *object = json_object();
        for (size_t j = 0; j < table->columns && names[j]; j++)
            if (table->cells[i * table->columns + j])
                json_object_set_new(object, names[j], json_string(table->cells[i * table->columns + j]));
        json_array_append_new(rows, object);
    }
    return rows;
}

/* A JSON pointer (RFC 6901) to a member at the top; a long name is cut. */
static void point_at(const char *name, char *out, size_t size) {
    size_t used = 0;
    out[used++] = '/';
    for (; *name && used + 3 < size; name++) {
        bool is_tilde = *name == '~', is_slash = *name == '/';
        out[used++] = *name;
        if (is_tilde || is_slash) {
            out[used - 1] = '~';
            out[used++] = is_tilde ? '0' : '1';
        }
    }
    out[used] = '\0';
}

struct result answer_malformed(const char *name, const char *what) {
    char pointer[sizeof((struct result *)0)->where];
    point_at(name, pointer, sizeof pointer);
    return result_refuse(REASON_REQUEST_MALFORMED, pointer, "%.60s %s", name, what);
}

struct result answer_unknown(const char *name, const char *nearest) {
    char what[96] = "is not known here";
    if (nearest)
        snprintf(what, sizeof what, "is not known; the nearest that is known is %s", nearest);
    return answer_malformed(name, what);
}
