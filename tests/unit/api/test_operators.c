/* Who may what: asked of the database for every request. */
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

TestSuite(operators, .init = set_up, .fini = tear_down);

#define NOBODY "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

static int ask_as(const char *certificate, const char *method, const char *path) {
    return desk_ask_as(&desk, certificate, method, path, "", bytes_of_string("{"))->status;
}

Test(operators, a_certificate_that_nobody_has_may_nothing) {
    cr_expect_eq(ask_as(NOBODY, "GET", "/v1/payments"), 403);
    cr_expect_str_eq(desk.answer.type, "application/problem+json");
    cr_expect_str_eq(desk_member(&desk, "rule"), "request.not_allowed");
    cr_expect_eq(ask_as(NOBODY, "POST", "/v1/commands/fx.post"), 403, "its body is not even read");
    cr_expect_eq(ask_as("", "GET", "/v1/counts"), 403);
    cr_expect_eq(ask_as(NOBODY, "GET", "/nowhere"), 403, "nor is the path looked at");
    cr_expect_eq(desk.commits, 0);
}

Test(operators, who_is_suspended_may_nothing_from_the_next_request_on) {
    cr_expect_eq(ask_as(DESK_OPERATOR, "GET", "/v1/counts"), 200);
    desk.is_suspended = true;
    cr_expect_eq(ask_as(DESK_OPERATOR, "GET", "/v1/counts"), 403);
    cr_expect_eq(ask_as(DESK_OPERATOR, "POST", "/v1/commands/fx.post"), 403);
    desk.is_suspended = false;
    cr_expect_eq(ask_as(DESK_OPERATOR, "GET", "/v1/counts"), 200);
}

/* Who may ask for it, besides operators, who may everything. */
static const struct {
    const char *method, *path;
    bool for_auditors, for_monitoring;
} rows[] = {
    {"GET", "/v1/payments", true, false},
    {"GET", "/v1/payments/3f0e2c52-5c7b-4f7e-9a55-0c5d7f6f2a11", true, false},
    {"GET", "/v1/messages/3f0e2c52-5c7b-4f7e-9a55-0c5d7f6f2a11", true, false},
    {"GET", "/v1/positions", true, false},
    {"GET", "/v1/trial-balance", true, false},
    {"GET", "/v1/corridors", true, false},
    {"GET", "/v1/corridors/sg-th", true, false},
    {"GET", "/v1/counts", true, true},
    {"GET", "/v1/status", true, true},
    {"GET", "/v1/cases", true, false},
    {"GET", "/v1/participants", true, false},
    {"GET", "/v1/operators", true, false},
    {"GET", "/v1/approvals", true, false},
    {"GET", "/v1/approvals/3f0e2c52-5c7b-4f7e-9a55-0c5d7f6f2a11", true, false},
    {"POST", "/v1/commands/corridor.apply", false, false},
    {"POST", "/v1/commands/approval.approve", false, false},
    {"POST", "/v1/commands/nothing", false, false},
};

static void expect_allowed(size_t row, const char *certificate, bool allowed) {
    int status = ask_as(certificate, rows[row].method, rows[row].path);
    cr_expect_eq(status != 403, allowed, "%s as %c: %d", rows[row].path, certificate[0], status);
}

Test(operators, a_role_may_what_its_column_says) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        expect_allowed(i, DESK_OPERATOR, true);
        expect_allowed(i, DESK_AUDITOR, rows[i].for_auditors);
        expect_allowed(i, DESK_MONITORING, rows[i].for_monitoring);
    }
}

Test(operators, a_store_that_cannot_say_who_it_is_is_503) {
    desk.read_result = result_retry("database: gone");
    cr_expect_eq(ask_as(DESK_OPERATOR, "GET", "/v1/counts"), 503);
    cr_expect_eq(ask_as(DESK_OPERATOR, "POST", "/v1/commands/fx.post"), 503);
    cr_expect_eq(desk.commits, 0);
}

/* ---- enrolling and suspending ---- */

static const char added[] = "{\"name\":\"dan\",\"certificate\":\"" NOBODY "\",\"role\":\"auditor\"}";

static int order(const char *name, const char *body) {
    char path[64];
    snprintf(path, sizeof path, "/v1/commands/%s", name);
    return desk_ask(&desk, "POST", path, "", body)->status;
}

Test(operators, one_is_proposed_with_what_would_change) {
    cr_expect_eq(order("operator.add", added), 202, "%s", desk.answer.body);
    const json_t *changes = json_object_get(desk.answer.json, "changes");
    cr_expect_eq(json_array_size(changes), 2);
    cr_expect_str_eq(json_string_value(json_object_get(json_array_get(changes, 0), "path")),
                     "operators.dan.role");
    cr_expect_eq(desk.approval.order, ORDER_OPERATOR_ADD);
    cr_expect_str_eq(desk.approval.proposer, "ann");
    cr_expect_str_eq(desk.added.name, "");
}

Test(operators, a_slip_in_a_new_one_is_named) {
    static const struct {
        const char *body, *pointer;
    } slips[] = {
        {"{\"certificate\":\"" NOBODY "\",\"role\":\"auditor\"}", "/name"},
        {"{\"name\":\"d n\",\"certificate\":\"" NOBODY "\",\"role\":\"auditor\"}", "/name"},
        {"{\"name\":\"dan\",\"role\":\"auditor\"}", "/certificate"},
        {"{\"name\":\"dan\",\"certificate\":\"abc\",\"role\":\"auditor\"}", "/certificate"},
        {"{\"name\":\"dan\",\"certificate\":\"" NOBODY "c\",\"role\":\"auditor\"}", "/certificate"},
        {"{\"name\":\"dan\",\"certificate\":\"" NOBODY "\",\"role\":\"owner\"}", "/role"},
        {"{\"name\":\"dan\",\"certificate\":\"" NOBODY "\",\"role\":\"auditor\",\"memo\":\"\"}", "/memo"},
        {"{\"name\":\"dan\",\"certificate\":\"" NOBODY "\",\"role\":\"auditor\",\"participant\":\"\"}",
         "/participant"}};
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        cr_expect_eq(order("operator.add", slips[i].body), 400, "%s", desk.answer.body);
        cr_expect_str_eq(desk_member(&desk, "pointer"), slips[i].pointer, "%s", slips[i].body);
    }
}

Test(operators, a_name_that_is_taken_is_refused) {
    desk.view.other_role = ROLE_AUDITOR;
    cr_expect_eq(order("operator.add", added), 409);
    cr_expect_str_eq(desk_member(&desk, "rule"), "operator.known");
    cr_expect_str_eq(desk_member(&desk, "pointer"), "/name");
}

Test(operators, one_is_suspended_by_one_at_once_but_not_one_of_the_last_two) {
    desk.view.other_role = ROLE_OPERATOR;
    desk.view.other_active = true;
    cr_expect_eq(order("operator.suspend", "{\"name\":\"bob\"}"), 200, "%s", desk.answer.body);
    cr_expect_str_eq(desk.answer.body, "{\"operator\":\"bob\",\"active\":false}");
    cr_expect_str_eq(desk.suspension.operator, "bob");
    desk.view.active_operators = 2;
    cr_expect_eq(order("operator.suspend", "{\"name\":\"bob\"}"), 409);
    cr_expect_str_eq(desk_member(&desk, "rule"), "operator.last");
    desk.view.other_role = ROLE_NONE;
    cr_expect_eq(order("operator.suspend", "{\"name\":\"bob\"}"), 404);
}
