/* A corridor's rules, as they can be applied again. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "flow/corridor_file.h"
#include "flow/corridor_json.h"
#include "tests/unit/api/desk.h"

static struct desk desk;

static void set_up(void) {
    desk_open(&desk);
}

static void tear_down(void) {
    desk_close(&desk);
}

TestSuite(corridors, .init = set_up, .fini = tear_down);

static char document[8192];

static void put_row(const char *version) {
    struct buffer record;
    buffer_init(&record, sizeof document - 1);
    record_write(&corridor_record, "corridor", &flow_link_find(&desk.flow, "sg-th")->corridor, &record);
    text_set(document, sizeof document, record.data);
    buffer_wipe(&record);
    desk_rows(&desk, "corridor_show", 3, 1, (const char *const[]){"sg-th", version, document});
}

Test(corridors, the_rules_are_in_the_shape_of_a_corridor_file) {
    put_row("7");
    const struct desk_answer *answer = desk_ask(&desk, "GET", "/v1/corridors/sg-th", "", "");
    cr_assert_eq(answer->status, 200, "%s", answer->body);
    cr_expect_str_eq(desk.asked[0], "sg-th");
    cr_expect_str_eq(
        answer->body,
        "{\"name\":\"sg-th\",\"version\":7,\"document\":{\"name\":\"sg-th\",\"open\":true,\"home\":{\"name\":"
        "\"Monetary Authority of Singapore\",\"country\":\"SG\",\"bic\":\"MASGSGSG\",\"currency\":\"SGD\"},"
        "\"peer\":{\"name\":\"Bank of "
        "Thailand\",\"country\":\"TH\",\"bic\":\"BOTHTHBK\",\"currency\":\"THB\"},"
        "\"adapter\":\"plain\",\"payment_version\":\"plain.pay.1\",\"status_version\":\"plain.sts.1\","
        "\"endpoint\":\"https://127.0.0.1:1\",\"peer_certificate_pins\":[\"" DESK_OPERATOR "\"],"
        "\"peer_signing_pins\":[\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"],"
        "\"limits\":{\"minimum\":\"1.00\",\"maximum\":\"200000.00\",\"total_reserved\":\"0.00\"},\"timing\":"
        "{\"queue_age\":\"5min\",\"answer\":\"5s\",\"repeat\":\"1500ms\",\"credit\":\"5s\","
        "\"maximum_execution\":\"1d\"},\"fx\":{\"providers\":[\"GLOBEXFX\",\"MERLIONFX\"],\"quote_validity\":"
        "\"10min\"},\"acsc_is_final\":false}}");
}

static void write_record(const struct corridor *corridor, struct buffer *out) {
    buffer_init(out, sizeof document);
    record_write(&corridor_record, "corridor", corridor, out);
}

Test(corridors, what_is_shown_can_be_applied_and_means_the_same) {
    const struct corridor *shown = &flow_link_find(&desk.flow, "sg-th")->corridor;
    json_t *json = json_from_corridor(shown);
    char *text = json_dumps(json, 0);
    struct corridor read;
    struct result result = corridor_file_read(bytes_of_string(text), "shown.json", &read);
    cr_expect(result_is_ok(&result), "%s: %s", result.where, result.detail);
    read.version = shown->version;
    struct buffer before, after;
    write_record(shown, &before);
    write_record(&read, &after);
    cr_expect_str_eq(after.data, before.data);
    buffer_wipe(&before);
    buffer_wipe(&after);
    free(text);
    json_decref(json);
}

static void expect_refused(const char *name, int status, const char *rule, const char *pointer) {
    char path[200];
    snprintf(path, sizeof path, "/v1/corridors/%s", name);
    const struct desk_answer *answer = desk_ask(&desk, "GET", path, "", "");
    cr_expect_eq(answer->status, status, "%s: %s", name, answer->body);
    cr_expect_str_eq(desk_member(&desk, "rule"), rule, "%s", name);
    cr_expect_str_eq(desk_member(&desk, "pointer"), pointer, "%s", name);
}

Test(corridors, no_such_corridor_is_404) {
    expect_refused("sg-xx", 404, "request.corridor", "/name");
    cr_expect(strstr(desk_member(&desk, "detail"), "sg-xx"), "%s", desk.answer.body);
    expect_refused("' OR 1=1", 404, "request.corridor", "/name");
}

Test(corridors, a_document_that_cannot_be_read_is_said) {
    desk_rows(&desk, "corridor_show", 3, 1, (const char *const[]){"sg-th", "1", "corridor.nonsense=1\n"});
    expect_refused("sg-th", 503, "service.unavailable", "");
}
