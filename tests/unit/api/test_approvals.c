/* Four eyes at the API: 202 and what would change, then another operator's word. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tests/unit/api/desk.h"

static struct desk desk;

static void set_up(void) {
    desk_open(&desk);
}

static void tear_down(void) {
    desk_close(&desk);
}

TestSuite(approvals, .init = set_up, .fini = tear_down);

static const char *const file = desk_other_corridor;

#define ID "0193a5c0-0000-7000-8000-000000000001"

static const struct desk_answer *order_as(const char *certificate, const char *name, const char *body) {
    char path[64];
    snprintf(path, sizeof path, "/v1/commands/%s", name);
    return desk_ask_as(&desk, certificate, "POST", path, "", bytes_of_string(body));
}

/* What was proposed is there to be approved, a day from now on. */
static void put_approval(const char *request, int order, int state) {
    static char hex[8192];
    static const char *cells[13];
    size_t length = strlen(request);
    for (size_t i = 0; i < length; i++)
        snprintf(hex + 2 * i, 3, "%02x", (unsigned char)request[i]);
    const char *row[] = {ID,
                         order_names[order],
                         "sg-th",
                         "ann",
                         "2027-01-15T07:00:00.000Z",
                         "2027-01-16T07:00:00.000Z",
                         approval_state_names[state],
                         NULL,
                         NULL,
                         NULL,
                         "1",
                         "[{\"path\":\"open\",\"from\":false,\"to\":true}]",
                         hex};
    memcpy(cells, row, sizeof row);
    desk_forget_rows(&desk);
    desk_rows(&desk, "approval_show", 13, 1, cells);
    desk.view.approval = (struct approval_seen){
        .order = order, .state = state, .base_version = 1, .expires_at = INT64_C(1800000000000) + 82800000};
    text_set(desk.view.approval.proposer, OPERATOR_SIZE, "ann");
    text_set(desk.view.approval.proposer_certificate, FINGERPRINT_SIZE, DESK_OPERATOR);
}

static const char decision[] = "{\"approval\":\"" ID "\",\"reason\":\"as agreed\"}";

/* ---- proposing ---- */

static const json_t *change(const char *path) {
    size_t index;
    json_t *row;
    json_array_foreach(json_object_get(desk.answer.json, "changes"), index, row) {
        if (strcmp(json_string_value(json_object_get(row, "path")), path) == 0)
            return row;
    }
    return NULL;
}

Test(approvals, a_new_corridor_is_proposed_line_by_line_and_not_in_force) {
    desk.view.participants = "MASGSGSG\nGLOBEXFX";
    const struct desk_answer *answer = order_as(DESK_OPERATOR, "corridor.apply", file);
    cr_expect_eq(answer->status, 202, "%s", answer->body);
    cr_expect_str_eq(desk_member(&desk, "order"), "corridor.apply");
    cr_expect_str_eq(desk_member(&desk, "expires_at"), "2027-01-16T08:00:00.000Z");
    cr_expect_str_eq(json_string_value(json_object_get(change("limits.maximum"), "to")), "200000.00");
    cr_expect_null(json_object_get(change("limits.maximum"), "from"));
    cr_expect_eq(json_array_size(json_object_get(change("fx.providers"), "to")), 1);
    cr_expect_str_eq(json_string_value(json_object_get(change("participants.BNMAMYKL"), "to")),
                     "correspondent_bank");
    cr_expect_null(change("participants.MASGSGSG"), "she is enrolled");
    cr_expect_null(change("participants.GLOBEXFX"));
    cr_expect_null(flow_link_find(&desk.flow, "sg-my"));
    cr_expect_str_eq(desk.approval_request, file, "the bytes that would take effect");
    cr_expect_eq(desk.approval.base_version, 0);
    cr_expect_str_eq(desk.approval.proposer_certificate, DESK_OPERATOR);
    cr_expect_str_eq(desk.corridor_document, "");
}

/* The file of sg-th with another maximum. */
static const char *changed_file(const char *maximum) {
    static char text[2048];
    snprintf(text, sizeof text,
             "name: sg-th\nopen: true\n"
             "home: {name: Monetary Authority of Singapore, country: SG, bic: MASGSGSG, currency: SGD}\n"
             "peer: {name: Bank of Thailand, country: TH, bic: BOTHTHBK, currency: THB}\n"
             "adapter: plain\npayment_version: plain.pay.1\nstatus_version: plain.sts.1\n"
             "endpoint: https://127.0.0.1:1\n"
             "peer_certificate_pins: [aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]\n"
             "peer_signing_pins: [bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb]\n"
             "limits: {minimum: \"1.00\", maximum: \"%s\", total_reserved: \"0.00\"}\n"
             "timing: {queue_age: 5min, answer: 5s, repeat: 1500ms, credit: 5s, maximum_execution: 1d}\n"
             "fx: {providers: [GLOBEXFX, MERLIONFX], quote_validity: 10min}\n",
             maximum);
    return text;
}

Test(approvals, what_stays_is_no_change) {
    cr_expect_eq(order_as(DESK_OPERATOR, "corridor.apply", changed_file("150000.00"))->status, 202, "%s",
                 desk.answer.body);
    cr_expect_eq(json_array_size(json_object_get(desk.answer.json, "changes")), 1, "%s", desk.answer.body);
    cr_expect_str_eq(json_string_value(json_object_get(change("limits.maximum"), "from")), "200000.00");
    cr_expect_eq(desk.approval.base_version, 1);
    cr_expect_eq(order_as(DESK_OPERATOR, "corridor.apply", changed_file("200000.00"))->status, 200);
    cr_expect_str_eq(desk.answer.body, "{\"corridor\":\"sg-th\",\"version\":1}",
                     "nobody has to approve that");
}

Test(approvals, a_withdrawal_shows_what_would_be_left) {
    static const char withdrawal[] =
        "{\"corridor\":\"sg-th\",\"account\":\"FOREIGN_PREFUND\",\"amount\":\"100.00\"}";
    desk.view.available = 10000;
    cr_expect_eq(order_as(DESK_OPERATOR, "liquidity.withdraw", withdrawal)->status, 202, "%s",
                 desk.answer.body);
    cr_expect_str_eq(json_string_value(json_object_get(change("available.FOREIGN_PREFUND.THB"), "to")),
                     "0.00");
    desk.view.available = 9999;
    cr_expect_eq(order_as(DESK_OPERATOR, "liquidity.withdraw", withdrawal)->status, 422);
    cr_expect_str_eq(desk_member(&desk, "rule"), "liquidity.short");
    cr_expect_str_eq(desk_member(&desk, "detail"), "THB 99.99 can be taken from it");
    cr_expect_eq(desk.transfer.posting.amount, 0);
}

/* ---- approving ---- */

Test(approvals, an_approved_corridor_is_numbered_and_in_force) {
    put_approval(file, ORDER_CORRIDOR_APPLY, APPROVAL_OPEN);
    desk.view.approval.base_version = 0;
    const struct desk_answer *answer = order_as(DESK_OTHER, "approval.approve", decision);
    cr_expect_eq(answer->status, 200, "%s", answer->body);
    cr_expect_str_eq(answer->body,
                     "{\"approval\":\"" ID "\",\"order\":\"corridor.apply\",\"state\":\"approved\","
                     "\"result\":{\"corridor\":\"sg-my\",\"version\":1}}");
    cr_expect(flow_link_find(&desk.flow, "sg-my"));
    cr_expect(strstr(desk.corridor_document, "corridor.peer.currency=MYR\n"));
    cr_expect_eq(desk.approval_end.state, APPROVAL_APPROVED);
    cr_expect_str_eq(desk.approval_end.decided_by, "bob");
    cr_expect_str_eq(desk.approval_end.reason, "as agreed");
    cr_expect_str_eq(desk.command.operator, "bob");
}

static void expect_refused(const char *certificate, int status, const char *rule) {
    desk.approval_end = (struct store_approval_end){0};
    cr_expect_eq(order_as(certificate, "approval.approve", decision)->status, status, "%s", desk.answer.body);
    cr_expect_str_eq(desk_member(&desk, "rule"), rule);
    cr_expect_str_eq(desk.corridor_document, "");
}

Test(approvals, not_by_its_proposer_not_twice_not_late_not_on_other_rules) {
    put_approval(changed_file("150000.00"), ORDER_CORRIDOR_APPLY, APPROVAL_OPEN);
    expect_refused(DESK_OPERATOR, 403, "approval.own");
    desk.view.approval.base_version = 0;
    expect_refused(DESK_OTHER, 409, "approval.outdated");
    put_approval(changed_file("150000.00"), ORDER_CORRIDOR_APPLY, APPROVAL_REFUSED);
    expect_refused(DESK_OTHER, 409, "approval.closed");
    put_approval(changed_file("150000.00"), ORDER_CORRIDOR_APPLY, APPROVAL_OPEN);
    desk.view.approval.expires_at = INT64_C(1800000000000);
    expect_refused(DESK_OTHER, 409, "approval.expired");
    cr_expect_eq(desk.approval_end.state, APPROVAL_EXPIRED, "it is closed as such");
    desk_forget_rows(&desk);
    desk.view.approval = (struct approval_seen){0};
    expect_refused(DESK_OTHER, 404, "approval.unknown");
}

Test(approvals, what_was_proposed_is_judged_again_by_what_holds_now) {
    put_approval("{\"corridor\":\"sg-th\",\"account\":\"PEER_PREFUND\",\"amount\":\"100.00\"}",
                 ORDER_LIQUIDITY_WITHDRAW, APPROVAL_OPEN);
    desk.view.available = 1;
    expect_refused(DESK_OTHER, 422, "liquidity.short");
    desk.view.available = 10000;
    cr_expect_eq(order_as(DESK_OTHER, "approval.approve", decision)->status, 200, "%s", desk.answer.body);
    cr_expect_eq(desk.transfer.posting.debit.role, ACCOUNT_PEER_PREFUND);
    cr_expect_eq(desk.transfer.posting.credit.role, ACCOUNT_FUNDING);
    cr_expect_eq(desk.transfer.posting.amount, 10000);
}

Test(approvals, one_may_take_back_what_one_proposed) {
    put_approval(changed_file("150000.00"), ORDER_CORRIDOR_APPLY, APPROVAL_OPEN);
    cr_expect_eq(order_as(DESK_OPERATOR, "approval.refuse", decision)->status, 200, "%s", desk.answer.body);
    cr_expect_str_eq(desk.answer.body,
                     "{\"approval\":\"" ID "\",\"order\":\"corridor.apply\",\"state\":\"refused\"}");
    cr_expect_eq(desk.approval_end.state, APPROVAL_REFUSED);
    cr_expect_str_eq(desk.corridor_document, "");
}

Test(approvals, a_slip_in_a_decision_is_named) {
    static const struct {
        const char *body, *pointer;
    } slips[] = {{"{}", "/approval"},
                 {"{\"approval\":\"x\"}", "/approval"},
                 {"{\"approval\":\"" ID "\",\"reason\":1}", "/reason"},
                 {"{\"id\":\"" ID "\"}", "/id"}};
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        cr_expect_eq(order_as(DESK_OTHER, "approval.approve", slips[i].body)->status, 400);
        cr_expect_str_eq(desk_member(&desk, "pointer"), slips[i].pointer, "%s", desk.answer.body);
        cr_expect_eq(order_as(DESK_OTHER, "approval.refuse", slips[i].body)->status, 400);
    }
}

/* ---- looking ---- */

Test(approvals, one_is_shown_with_what_it_changes_and_its_bytes) {
    put_approval("{\"corridor\":\"sg-th\"}", ORDER_CORRIDOR_RESUME, APPROVAL_OPEN);
    const struct desk_answer *answer = desk_ask(&desk, "GET", "/v1/approvals/" ID, "", "");
    cr_expect_eq(answer->status, 200, "%s", answer->body);
    cr_expect_str_eq(
        answer->body,
        "{\"id\":\"" ID "\",\"order\":\"corridor.resume\",\"corridor\":\"sg-th\",\"proposer\":\"ann\","
        "\"proposed_at\":\"2027-01-15T07:00:00.000Z\",\"expires_at\":\"2027-01-16T07:00:00.000Z\","
        "\"state\":\"open\",\"base_version\":\"1\",\"changes\":[{\"path\":\"open\",\"from\":false,"
        "\"to\":true}],\"request\":\"{\\\"corridor\\\":\\\"sg-th\\\"}\"}");
    desk_forget_rows(&desk);
    cr_expect_eq(desk_ask(&desk, "GET", "/v1/approvals/" ID, "", "")->status, 404);
    cr_expect_eq(desk_ask(&desk, "GET", "/v1/approvals/x", "", "")->status, 400);
}
