/* Paths, methods and parameters, and a store that fails. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/api/desk.h"

static struct desk desk;

static void set_up(void) {
    desk_open(&desk);
}

static void tear_down(void) {
    desk_close(&desk);
}

TestSuite(routes, .init = set_up, .fini = tear_down);

static void expect_refused(const char *method, const char *path, const char *query, int status,
                           const char *rule, const char *pointer) {
    const struct desk_answer *answer = desk_ask(&desk, method, path, query, "");
    cr_expect_eq(answer->status, status, "%s %s?%s: %s", method, path, query, answer->body);
    cr_expect_str_eq(answer->type, "application/problem+json");
    cr_expect_str_eq(desk_member(&desk, "rule"), rule, "%s", answer->body);
    cr_expect_str_eq(desk_member(&desk, "pointer"), pointer, "%s", answer->body);
    cr_expect_str_eq(desk_member(&desk, "type"), "about:blank");
    cr_expect_eq(json_integer_value(json_object_get(answer->json, "status")), status);
    cr_expect(*desk_member(&desk, "title") && *desk_member(&desk, "hint"));
}

Test(routes, a_path_nobody_knows_is_404) {
    static const char *const paths[] = {"/",
                                        "",
                                        "/v1",
                                        "/v1/",
                                        "/v2/payments",
                                        "/v1/payment",
                                        "/v1/payments/",
                                        "/v1/paymentsx",
                                        "/v1/payments/a/b",
                                        "/v1/corridors/a/b",
                                        "/v1/corridors/",
                                        "/v1/commands",
                                        "/v1/commands/",
                                        "/V1/counts"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        expect_refused("GET", paths[i], "", 404, "request.route", "");
    expect_refused("POST", "/v1/commands/fx.steal", "", 404, "request.route", "");
    expect_refused("POST", "/v1/commands/FX.POST", "", 404, "request.route", "");
}

Test(routes, another_method_is_405_and_the_right_one_is_named) {
    static const char *const reads[] = {"/v1/payments",    "/v1/payments/x",    "/v1/messages/x",
                                        "/v1/positions",   "/v1/trial-balance", "/v1/corridors",
                                        "/v1/corridors/x", "/v1/counts",        "/v1/cases"};
    static const char *const methods[] = {"POST", "PUT", "DELETE", "PATCH"};
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++)
        for (size_t j = 0; j < sizeof methods / sizeof *methods; j++) {
            expect_refused(methods[j], reads[i], "", 405, "request.method", "");
            cr_expect(strstr(desk_member(&desk, "detail"), "GET is the one"), "%s", desk.answer.body);
        }
    expect_refused("GET", "/v1/commands/fx.post", "", 405, "request.method", "");
    cr_expect(strstr(desk_member(&desk, "detail"), "POST is the one"), "%s", desk.answer.body);
    cr_expect_eq(desk.commits, 0);
}

Test(routes, a_parameter_that_a_route_does_not_know_is_refused) {
    static const char *const paths[] = {"/v1/positions", "/v1/trial-balance", "/v1/corridors", "/v1/counts",
                                        "/v1/cases",     "/v1/corridors/x",   "/v1/messages/x"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        expect_refused("GET", paths[i], "corridor=sg-th", 400, "request.malformed", "/corridor");
    expect_refused("POST", "/v1/commands/fx.post", "dry_run=1", 400, "request.malformed", "/dry_run");
    expect_refused("GET", "/v1/payments", "stat=SETTLED", 400, "request.malformed", "/stat");
    cr_expect(strstr(desk_member(&desk, "detail"), "nearest that is known is state"), "%s", desk.answer.body);
}

Test(routes, a_pointer_escapes_what_pointers_are_made_of) {
    expect_refused("GET", "/v1/payments", "a%2Fb~c=1", 400, "request.malformed", "/a~1b~0c");
    expect_refused("GET", "/v1/payments", "=1", 400, "request.malformed", "/");
    expect_refused("GET", "/v1/payments", "%zz=1", 400, "request.malformed", "");
    expect_refused("GET", "/v1/payments", "a%00=1", 400, "request.malformed", "");
    char longest[200];
    snprintf(longest, sizeof longest, "%0150d=1", 0);
    expect_refused("GET", "/v1/payments", longest, 400, "request.malformed", "");
}

/* ---- reads that are one query ---- */

#define CELLS(...)                                                                                           \
    (const char *const[]) {                                                                                  \
        __VA_ARGS__                                                                                          \
    }

Test(routes, rows_become_objects_and_a_null_is_no_member) {
    desk_rows(&desk, "positions", 9, 2,
              CELLS("sg-th", "DOMESTIC", NULL, "SGD", "0.00", "0.00", "0.00", "5.00", "5.00", "sg-th", "FX",
                    "GLOBEXFX", "THB", "0.00", "0.00", "0.00", "0.00", "0.00"));
    const struct desk_answer *answer = desk_ask(&desk, "GET", "/v1/positions", "", "");
    cr_expect_eq(answer->status, 200);
    cr_expect_str_eq(answer->type, "application/json");
    cr_expect_str_eq(answer->body,
                     "{\"positions\":[{\"corridor\":\"sg-th\",\"role\":\"DOMESTIC\",\"currency\":\"SGD\","
                     "\"debits_pending\":\"0.00\",\"debits_posted\":\"0.00\",\"credits_pending\":\"0.00\","
                     "\"credits_posted\":\"5.00\",\"available\":\"5.00\"},{\"corridor\":\"sg-th\",\"role\":"
                     "\"FX\",\"owner\":\"GLOBEXFX\",\"currency\":\"THB\",\"debits_pending\":\"0.00\","
                     "\"debits_posted\":\"0.00\",\"credits_pending\":\"0.00\",\"credits_posted\":\"0.00\","
                     "\"available\":\"0.00\"}]}");
}

Test(routes, nothing_is_an_empty_list) {
    static const char *const reads[][2] = {
        {"/v1/positions", "positions"}, {"/v1/trial-balance", "currencies"},
        {"/v1/corridors", "corridors"}, {"/v1/counts", "counts"},
        {"/v1/cases", "cases"},         {"/v1/payments", "payments"}};
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++) {
        const struct desk_answer *answer = desk_ask(&desk, "GET", reads[i][0], "", "");
        cr_expect_eq(answer->status, 200, "%s", reads[i][0]);
        const json_t *rows = json_object_get(answer->json, reads[i][1]);
        cr_expect(json_is_array(rows) && json_array_size(rows) == 0, "%s", answer->body);
    }
}

Test(routes, a_store_that_cannot_answer_now_is_503) {
    static const char *const paths[] = {"/v1/payments",
                                        "/v1/payments/3f0e2c52-5c7b-4f7e-9a55-0c5d7f6f2a11",
                                        "/v1/messages/3f0e2c52-5c7b-4f7e-9a55-0c5d7f6f2a11",
                                        "/v1/positions",
                                        "/v1/trial-balance",
                                        "/v1/corridors",
                                        "/v1/corridors/sg-th",
                                        "/v1/counts",
                                        "/v1/cases"};
    desk.read_result = result_retry("database: the connection is gone");
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        expect_refused("GET", paths[i], "", 503, "service.unavailable", "");
        cr_expect_str_eq(desk_member(&desk, "detail"), "database: the connection is gone");
    }
    desk.read_result = result_fatal("database: no such column");
    expect_refused("GET", "/v1/counts", "", 503, "service.unavailable", "");
}
