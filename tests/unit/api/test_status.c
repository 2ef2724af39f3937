/* How a gateway is, on one screen. */
#include <criterion/criterion.h>
#include <string.h>

#include "flow/flow.h"
#include "tests/unit/api/desk.h"

static struct desk desk;

static void set_up(void) {
    desk_open(&desk);
}

static void tear_down(void) {
    desk_close(&desk);
}

TestSuite(status, .init = set_up, .fini = tear_down);

static const json_t *first_of(const char *member) {
    return json_array_get(json_object_get(desk.answer.json, member), 0);
}

static const char *text_of(const json_t *row, const char *member) {
    const char *text = json_string_value(json_object_get(row, member));
    return text ? text : "";
}

Test(status, every_part_has_its_rows) {
    static const char *const workers[] = {"desk/1", "2027-01-15T07:00:00.000Z", "0.4", "17"};
    static const char *const backlog[] = {"payments", "2", "1.5"};
    desk_rows(&desk, "status_workers", 4, 1, workers);
    desk_rows(&desk, "gauges_backlog", 3, 1, backlog);
    const struct desk_answer *answer = desk_ask(&desk, "GET", "/v1/status", "", "");
    cr_assert_eq(answer->status, 200, "%s", answer->body);
    cr_expect_str_eq(desk_member(&desk, "gateway"), "/pontis/desk");
    cr_expect_str_eq(desk_member(&desk, "at"), "2027-01-15T08:00:00.000Z");
    cr_expect_str_eq(text_of(first_of("workers"), "heartbeat_seconds"), "0.4");
    cr_expect_str_eq(text_of(first_of("backlog"), "kind"), "queued", "what waits in this worker comes first");
    cr_expect_eq(json_array_size(json_object_get(answer->json, "backlog")), 2);
    static const char *const members[] = {"corridors", "positions", "in_doubt",
                                          "leases",    "approvals", "schema"};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        cr_expect(json_is_array(json_object_get(answer->json, members[i])), "%s", members[i]);
}

Test(status, a_peer_is_reachable_or_says_since_when_not) {
    desk_ask(&desk, "GET", "/v1/status", "", "");
    cr_expect_str_eq(text_of(first_of("peers"), "state"), "reachable");
    cr_expect_str_eq(text_of(first_of("peers"), "since"), "");
    flow_link_close(&desk.flow, flow_link_find(&desk.flow, "sg-th"));
    desk_ask(&desk, "GET", "/v1/status", "", "");
    cr_expect_str_eq(text_of(first_of("peers"), "corridor"), "sg-th");
    cr_expect_str_eq(text_of(first_of("peers"), "peer"), "Bank of Thailand");
    cr_expect_str_eq(text_of(first_of("peers"), "state"), "unreachable");
    cr_expect_str_eq(text_of(first_of("peers"), "since"), "2027-01-15T08:00:00.000Z");
}

Test(status, a_store_that_cannot_answer_now_is_503) {
    desk.read_result = result_retry("database: gone");
    cr_expect_eq(desk_ask(&desk, "GET", "/v1/status", "", "")->status, 503);
}
