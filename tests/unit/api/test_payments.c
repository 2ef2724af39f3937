/* One payment, many payments, a message. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/unit/api/desk.h"

static struct desk desk;

static void set_up(void) {
    desk_open(&desk);
}

static void tear_down(void) {
    desk_close(&desk);
}

TestSuite(payments, .init = set_up, .fini = tear_down);

#define UETR   "3f0e2c52-5c7b-4f7e-9a55-0c5d7f6f2a11"
#define FIRST  "0193a5c0-0000-7000-8000-000000000001"
#define SECOND "0193a5c0-0000-7000-8000-000000000002"

#define CELLS(...)                                                                                           \
    (const char *const[]) {                                                                                  \
        __VA_ARGS__                                                                                          \
    }

static void expect_refused(const char *path, const char *query, int status, const char *rule,
                           const char *pointer) {
    const struct desk_answer *answer = desk_ask(&desk, "GET", path, query, "");
    cr_expect_eq(answer->status, status, "%s?%s: %s", path, query, answer->body);
    cr_expect_str_eq(desk_member(&desk, "rule"), rule, "%s?%s", path, query);
    cr_expect_str_eq(desk_member(&desk, "pointer"), pointer, "%s?%s", path, query);
}

/* ---- one ---- */

static const char content[] =
    "instruction.payment.uetr=" UETR "\n"
    "instruction.payment.source_currency=SGD\n"
    "instruction.payment.source_amount=10000\n"
    "instruction.payment.target_currency=THB\n"
    "instruction.payment.target_amount=258125\n"
    "instruction.payment.rate=25.8125\n"
    "instruction.reason_code=AC04\n"
    "instruction.reason_text=closed\n"
    "instruction.reason_field=/payment/creditor_account\n"
    "instruction.traceparent=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\n";

static void put_rows_of_one(void) {
    desk_rows(&desk, "payment_timeline", 6, 1,
              CELLS("2027-01-15T08:00:00.000Z", "NONE", "RECEIVED", "transfer.initiated", "applied", NULL));
    desk_rows(
        &desk, "payment_messages", 8, 1,
        CELLS(SECOND, "pacs.008.001.13", "outbound", "M1", "B1", "2027-01-15T08:00:00.012Z", "1", "true"));
    desk_rows(&desk, "payment_postings", 6, 1,
              CELLS("2027-01-15T08:00:00.000Z", "pending", "DOMESTIC", "FX:GLOBEXFX", "SGD", "100.00"));
}

Test(payments, a_payment_is_shown_with_its_steps_messages_and_postings) {
    desk_rows(&desk, "payment_show", 9, 1,
              CELLS(FIRST, "sg-th", "outbound", "REJECTED", "5", "AC04", "closed", "2027-01-15T08:00:00.000Z",
                    content));
    put_rows_of_one();
    const struct desk_answer *answer = desk_ask(&desk, "GET", "/v1/payments/" UETR, "", "");
    cr_assert_eq(answer->status, 200, "%s", answer->body);
    cr_expect_str_eq(desk_member(&desk, "uetr"), UETR);
    cr_expect_str_eq(desk.asked[0], FIRST, "the parts are asked for by the instruction's id");
    const char *uetr, *amount, *target, *code, *field, *step, *message, *posting, *trace;
    int unpacked = json_unpack(
        answer->json, "{s:[{s:{s:s, s:s, s:s}, s:{s:s, s:s}, s:[{s:s}], s:[{s:s}], s:[{s:s}], s:s}]}",
        "instructions", "payment", "uetr", &uetr, "source_amount", &amount, "target_amount", &target,
        "reason", "code", &code, "field", &field, "timeline", "to", &step, "messages", "message_id", &message,
        "postings", "credit", &posting, "traceparent", &trace);
    cr_assert_eq(unpacked, 0, "%s", answer->body);
    cr_expect_str_eq(uetr, UETR);
    cr_expect_str_eq(amount, "100.00");
    cr_expect_str_eq(target, "2581.25");
    cr_expect_str_eq(code, "AC04");
    cr_expect_str_eq(field, "/payment/creditor_account");
    cr_expect_str_eq(step, "RECEIVED");
    cr_expect_str_eq(message, "M1");
    cr_expect_str_eq(posting, "FX:GLOBEXFX");
}

Test(payments, a_gateway_that_is_both_ends_shows_both_instructions) {
    desk_rows(&desk, "payment_show", 9, 2,
              CELLS(FIRST, "sg-th", "outbound", "SETTLED", "5", "", "", "2027-01-15T08:00:00.000Z", content,
                    SECOND, "th-sg", "inbound", "CREDITED", "3", "", "", "2027-01-15T08:00:00.010Z",
                    content));
    put_rows_of_one();
    const struct desk_answer *answer = desk_ask(&desk, "GET", "/v1/payments/" UETR, "", "");
    cr_assert_eq(answer->status, 200);
    const json_t *instructions = json_object_get(answer->json, "instructions");
    cr_assert_eq(json_array_size(instructions), 2);
    for (size_t i = 0; i < 2; i++)
        cr_expect_eq(json_array_size(json_object_get(json_array_get(instructions, i), "timeline")), 1);
    cr_expect_str_eq(desk.asked[0], SECOND);
}

Test(payments, no_such_payment_is_404_and_what_is_no_uetr_is_422) {
    expect_refused("/v1/payments/" UETR, "", 404, "payment.unknown", "");
    expect_refused("/v1/payments/3F0E2C52-5c7b-4f7e-9a55-0c5d7f6f2a11", "", 422, "uetr.format", "/uetr");
    expect_refused("/v1/payments/x", "", 422, "uetr.format", "/uetr");
    expect_refused("/v1/payments/" UETR "0", "", 422, "uetr.format", "/uetr");
}

Test(payments, content_that_cannot_be_read_is_said_and_not_left_out) {
    desk_rows(&desk, "payment_show", 9, 2,
              CELLS(FIRST, "sg-th", "outbound", "SETTLED", "5", "", "", "2027-01-15T08:00:00.000Z", content,
                    SECOND, "sg-th", "inbound", "CREDITED", "3", "", "", "2027-01-15T08:00:00.000Z",
                    "instruction.payment.nonsense=1\n"));
    expect_refused("/v1/payments/" UETR, "", 503, "service.unavailable", "");
    cr_expect(strstr(desk_member(&desk, "detail"), SECOND), "%s", desk.answer.body);
}

/* ---- many ---- */

Test(payments, a_list_is_newest_first_and_fifty_unless_asked) {
    desk_rows(&desk, "payment_list", 10, 1,
              CELLS(UETR, "sg-th", "outbound", "SETTLED", "SGD", "100.00", "THB", "2581.25", NULL,
                    "2027-01-15T08:00:00.000Z"));
    const struct desk_answer *answer = desk_ask(&desk, "GET", "/v1/payments", "", "");
    cr_expect_eq(answer->status, 200);
    cr_expect_str_eq(answer->body,
                     "{\"payments\":[{\"uetr\":\"" UETR "\",\"corridor\":\"sg-th\",\"direction\":"
                     "\"outbound\",\"state\":\"SETTLED\",\"source_currency\":\"SGD\",\"source_amount\":"
                     "\"100.00\",\"target_currency\":\"THB\",\"target_amount\":\"2581.25\","
                     "\"received_at\":\"2027-01-15T08:00:00.000Z\"}]}");
    cr_expect_str_eq(desk.asked[0], "50");
    cr_expect_str_eq(desk.asked[1], "(null)");
    cr_expect_str_eq(desk.asked[2], "(null)");
}

Test(payments, filters_are_decoded) {
    cr_expect_eq(
        desk_ask(&desk, "GET", "/v1/payments", "state=IN%5FDOUBT&&corridor=sg%2Dth%20%c2%b0&limit=1000", "")
            ->status,
        400, "a name beyond ASCII is no corridor's");
    cr_expect_eq(
        desk_ask(&desk, "GET", "/v1/payments", "state=IN%5fDOUBT&corridor=sg%2Dth%20x&limit=1000&", "")
            ->status,
        200, "%s", desk.answer.body);
    cr_expect_str_eq(desk.asked[0], "1000");
    cr_expect_str_eq(desk.asked[1], "sg-th x");
    cr_expect_str_eq(desk.asked[2], "IN_DOUBT");
}

Test(payments, a_filter_that_means_nothing_is_refused) {
    static const char *const limits[] = {"0", "1001", "-1", "1e3", "", "0x10", "10 ", "99999999999999999999",
                                         "+5"};
    char query[64];
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        snprintf(query, sizeof query, "limit=%s", limits[i]);
        expect_refused("/v1/payments", query, 400, "request.malformed", "/limit");
    }
    expect_refused("/v1/payments", "limit", 400, "request.malformed", "/limit");
    expect_refused("/v1/payments", "state=settled", 400, "request.malformed", "/state");
    expect_refused("/v1/payments", "state=NONE", 400, "request.malformed", "/state");
    expect_refused("/v1/payments", "state=", 400, "request.malformed", "/state");
    expect_refused("/v1/payments", "corridor=123456789012345678901234567890123456", 400, "request.malformed",
                   "/corridor");
    expect_refused("/v1/payments", "corridor=%4", 400, "request.malformed", "/corridor");
    expect_refused("/v1/payments", "corridor=a&corridor=b", 400, "request.malformed", "/corridor");
    expect_refused("/v1/payments", "limit=10&state=SETTLED&order=asc", 400, "request.malformed", "/order");
}

/* ---- a message ---- */

Test(payments, a_message_is_given_byte_by_byte) {
    desk_rows(&desk, "message_body", 1, 1, CELLS("3c613e0a3c2f613e"));
    const struct desk_answer *answer = desk_ask(&desk, "GET", "/v1/messages/" FIRST, "", "");
    cr_expect_eq(answer->status, 200);
    cr_expect_str_eq(answer->type, "application/xml");
    cr_expect_str_eq(answer->body, "<a>\n</a>");
    cr_expect_str_eq(desk.asked[0], FIRST);
}

Test(payments, no_such_message_is_404_and_what_is_no_id_is_400) {
    expect_refused("/v1/messages/" FIRST, "", 404, "request.message", "/id");
    expect_refused("/v1/messages/x", "", 400, "request.malformed", "/id");
    desk_rows(&desk, "message_body", 1, 1, CELLS("3c6"));
    expect_refused("/v1/messages/" FIRST, "", 503, "service.unavailable", "");
    desk_forget_rows(&desk);
    desk_rows(&desk, "message_body", 1, 1, CELLS(NULL));
    expect_refused("/v1/messages/" FIRST, "", 404, "request.message", "/id");
}

/* ---- what has changed ---- */

Test(payments, what_changed_is_asked_from_now_on) {
    const struct desk_answer *answer = desk_ask(&desk, "GET", "/v1/payments", "after=now", "");
    cr_expect_eq(answer->status, 200, "%s", answer->body);
    cr_expect_eq(json_array_size(json_object_get(answer->json, "payments")), 0);
    cr_expect_str_eq(desk_member(&desk, "after"), "01a3185c-5000-7000-8000-000000000000");
}

#define CHANGE(id)                                                                                           \
    UETR, "sg-th", "outbound", "SENT", "SGD", "1.00", "THB", "25.81", NULL, "2027-01-15T08:00:00.000Z", id,  \
        "2027-01-15T08:00:00.000Z", "RESERVED", "dispatch", NULL

Test(payments, what_changed_comes_again_for_two_seconds_and_then_never) {
    static const char *const cells[] = {CHANGE("01a3185c-4fff-7000-8000-000000000007")};
    desk_rows(&desk, "payment_changes", 15, 1, cells);
    desk_ask(&desk, "GET", "/v1/payments",
             "after=01a3185c-0000-7000-8000-000000000000&corridor=sg-th&state=SENT", "");
    cr_expect_str_eq(desk.asked[0], "50");
    cr_expect_str_eq(desk.asked[1], "sg-th");
    cr_expect_str_eq(desk.asked[2], "SENT");
    cr_expect_str_eq(desk.asked[3], "01a3185c-0000-7000-8000-000000000000");
    const json_t *row = json_array_get(json_object_get(desk.answer.json, "payments"), 0);
    cr_expect_str_eq(json_string_value(json_object_get(row, "from")), "RESERVED");
    cr_expect_str_eq(json_string_value(json_object_get(row, "change")),
                     "01a3185c-4fff-7000-8000-000000000007");
    cr_expect_str_eq(desk_member(&desk, "after"), "01a3185c-4830-7000-8000-000000000000",
                     "two seconds before now");
    desk_ask(&desk, "GET", "/v1/payments", "after=01a3185c-4fff-7000-8000-000000000000", "");
    cr_expect_str_eq(desk_member(&desk, "after"), "01a3185c-4fff-7000-8000-000000000000", "never back");
}

Test(payments, a_full_page_is_gone_on_from) {
    static const char *const cells[] = {CHANGE("01a3185c-4fff-7000-8000-000000000007")};
    desk_rows(&desk, "payment_changes", 15, 1, cells);
    desk_ask(&desk, "GET", "/v1/payments", "limit=1&after=01a3185c-0000-7000-8000-000000000000", "");
    cr_expect_str_eq(desk_member(&desk, "after"), "01a3185c-4fff-7000-8000-000000000007");
}

Test(payments, a_cursor_is_now_or_an_id) {
    static const char *const bad[] = {"after=", "after=yesterday", "after=NOW",
                                      "after=01A3185C-4fff-7000-8000-000000000007"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_expect_eq(desk_ask(&desk, "GET", "/v1/payments", bad[i], "")->status, 400, "%s", bad[i]);
        cr_expect_str_eq(desk_member(&desk, "pointer"), "/after");
    }
}
