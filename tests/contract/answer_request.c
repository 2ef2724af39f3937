/* Answers requests as the API does: each line of standard input is a JSON object with method, path, query,
 * body, the rows of the queries it will read ({"payment_list": [[...]]}) and what an order meets; each line
 * of standard output is the answer. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "tests/unit/api/desk.h"

enum { LINE_SIZE = 1 << 20 };

static const char *text_of(const json_t *request, const char *member) {
    const char *text = json_string_value(json_object_get(request, member));
    return text ? text : "";
}

static void put_rows(struct desk *desk, const char *query, const json_t *rows) {
    const char *cells[DESK_MOST_CELLS];
    size_t columns = json_array_size(json_array_get(rows, 0)), count = 0, index, place;
    json_t *row, *cell;
    json_array_foreach((json_t *)rows, index, row) {
        json_array_foreach(row, place, cell) {
            assert(count < DESK_MOST_CELLS && json_array_size(row) == columns);
            cells[count++] = json_string_value(cell);
        }
    }
    desk_rows(desk, query, columns, json_array_size(rows), cells);
}

static void put_approval(struct desk *desk, const json_t *approval) {
    bool is_late = json_is_true(json_object_get(approval, "late"));
    desk->view.approval = (struct approval_seen){.order = order_find(text_of(approval, "order")),
                                                 .state = APPROVAL_OPEN,
                                                 .base_version = 1,
                                                 .expires_at = is_late ? 1 : INT64_MAX};
    text_set(desk->view.approval.proposer, OPERATOR_SIZE, text_of(approval, "proposer"));
}

/* What the order meets: an approval, the operator it is about (his role, active), the account's balance. */
static void meet(struct desk *desk, const json_t *request) {
    const json_t *other = json_object_get(request, "other"), *left = json_object_get(request, "available");
    if (json_object_get(request, "approval"))
        put_approval(desk, json_object_get(request, "approval"));
    if (other)
        desk->view.other_role = ROLE_OPERATOR;
    desk->view.other_active = other != NULL;
    if (left)
        desk->view.available = json_integer_value(left);
    if (json_object_get(request, "active"))
        desk->view.active_operators = json_integer_value(json_object_get(request, "active"));
    if (json_object_get(request, "unreachable"))
        flow_link_close(&desk->flow, flow_link_find(&desk->flow, "sg-th"));
    if (json_object_get(request, "closed"))
        flow_link_find(&desk->flow, "sg-th")->corridor.open = false;
    if (json_object_get(request, "participants"))
        desk->view.participants = text_of(request, "participants");
}

static void answer(const json_t *request) {
    struct desk desk;
    desk_open(&desk);
    const char *query;
    json_t *rows;
    meet(&desk, request);
    json_object_foreach(json_object_get(request, "rows"), query, rows) put_rows(&desk, query, rows);
    const struct desk_answer *given =
        desk_ask_as(&desk, json_object_get(request, "other_asks") ? DESK_OTHER : DESK_OPERATOR,
                    text_of(request, "method"), text_of(request, "path"), text_of(request, "query"),
                    bytes_of_string(text_of(request, "body")));
    json_t *line =
        json_pack("{s:i, s:s, s:s}", "status", given->status, "type", given->type, "body", given->body);
    char *text = json_dumps(line, JSON_COMPACT);
    puts(text);
    free(text);
    json_decref(line);
    desk_close(&desk);
}

int main(void) {
    char *line = must_malloc(LINE_SIZE);
    while (fgets(line, LINE_SIZE, stdin)) {
        json_t *request = json_loads(line, 0, NULL);
        assert(request);
        answer(request);
        json_decref(request);
    }
    free(line);
    return 0;
}
