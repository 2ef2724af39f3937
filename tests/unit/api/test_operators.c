/* Who may use the API. */
#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/api/desk.h"

static struct desk desk;

static void set_up(void) {
    desk_open(&desk);
}

static void tear_down(void) {
    desk_close(&desk);
}

TestSuite(operators, .init = set_up, .fini = tear_down);

#define OTHER "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

Test(operators, a_certificate_that_the_file_does_not_name_may_nothing) {
    const struct desk_answer *answer =
        desk_ask_as(&desk, OTHER, "GET", "/v1/payments", "", bytes_of_string(""));
    cr_expect_eq(answer->status, 403);
    cr_expect_str_eq(answer->type, "application/problem+json");
    cr_expect_str_eq(desk_member(&desk, "rule"), "request.not_allowed");
    answer = desk_ask_as(&desk, OTHER, "POST", "/v1/commands/fx.post", "", bytes_of_string("{"));
    cr_expect_eq(answer->status, 403, "its body is not even read");
    answer = desk_ask_as(&desk, "", "GET", "/v1/counts", "", bytes_of_string(""));
    cr_expect_eq(answer->status, 403);
    cr_expect_eq(desk.commits, 0);
}

/* Opens a second API with an operators' file of that text. */
static struct result open_with(const char *text, size_t *count) {
    char path[32];
    struct api api;
    desk_write_file(text, path);
    struct result opened = api_open(&api, &desk.flow, path);
    unlink(path);
    *count = api.operators.count;
    if (result_is_ok(&opened))
        api_wipe(&api);
    return opened;
}

Test(operators, a_file_has_comments_blank_lines_and_spaces) {
    size_t count;
    struct result opened = open_with("# operators of sg-th\n\n  " DESK_OPERATOR "\t# Tan\r\n" OTHER, &count);
    cr_expect(result_is_ok(&opened), "%s", opened.detail);
    cr_expect_eq(count, 2);
}

static void expect_refused(const char *text, const char *line) {
    size_t count;
    struct result opened = open_with(text, &count);
    cr_expect_eq(opened.kind, RESULT_FATAL, "%s", text);
    cr_expect(strstr(opened.detail, line), "wanted %s in %s", line, opened.detail);
    cr_expect_eq(count, 0);
}

Test(operators, a_line_that_is_no_fingerprint_is_named) {
    expect_refused(DESK_OPERATOR "\naaaa\n", ":2: ");
    expect_refused("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", ":1: ");
    expect_refused("\n\n" DESK_OPERATOR DESK_OPERATOR "\n", ":3: ");
    expect_refused(DESK_OPERATOR " " OTHER "\n", ":1: ");
    expect_refused("aa:bb:cc\n", ":1: ");
}

Test(operators, a_file_that_cannot_be_read_is_named_with_the_cause) {
    struct api api;
    struct result opened = api_open(&api, &desk.flow, "/nonexistent/operators");
    cr_expect_eq(opened.kind, RESULT_FATAL);
    cr_expect(strstr(opened.detail, "/nonexistent/operators"), "%s", opened.detail);
    cr_expect(strstr(opened.detail, "No such file"), "%s", opened.detail);
    opened = api_open(&api, &desk.flow, "/tmp");
    cr_expect_eq(opened.kind, RESULT_FATAL);
    cr_expect(strstr(opened.detail, "directory"), "%s", opened.detail);
}
