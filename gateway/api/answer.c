#include "api/answer.h"

#include <stdlib.h>
#include <string.h>

#include "core/reasons.h"

static void send_json(struct flow *flow, struct wire_exchange *exchange, int status, const char *type,
                      json_t *json) {
    char *text = json_dumps(json, JSON_COMPACT);
    flow->ports.wire.answer(flow->ports.wire.self, exchange, status, type, bytes_of_string(text));
    free(text);
    json_decref(json);
}

void answer_json(struct flow *flow, struct wire_exchange *exchange, int status, json_t *json) {
    send_json(flow, exchange, status, "application/json", json);
}

void answer_problem(struct flow *flow, struct wire_exchange *exchange, const struct result *why) {
    int reason = why->kind == RESULT_REFUSE ? why->reason : REASON_UNAVAILABLE;
    const struct reason_row *row = reason_row(reason);
    json_t *problem =
        json_pack("{s:s, s:s, s:i, s:s, s:s, s:s}", "type", "about:blank", "title", row->text, "status",
                  row->http_status, "detail", why->detail, "rule", row->rule, "hint", row->hint);
    if (row->iso_code[0])
        json_object_set_new(problem, "code", json_string(row->iso_code));
    if (why->where[0])
        json_object_set_new(problem, "pointer", json_string(why->where));
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
