#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "host/log.h"

/* What the log writes while `write` runs. */
static const char *written_by(void (*write)(void)) {
    static char text[8192];
    int ends[2], kept = dup(STDERR_FILENO);
    cr_assert_eq(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    write();
    dup2(kept, STDERR_FILENO);
    close(kept);
    close(ends[1]);
    ssize_t length = read(ends[0], text, sizeof text - 1);
    close(ends[0]);
    text[length > 0 ? length : 0] = '\0';
    return text;
}

static void expect_end(const char *line, const char *end) {
    cr_expect(strlen(line) >= strlen(end) && strcmp(line + strlen(line) - strlen(end), end) == 0, "%s", line);
}

static void one_line(void) {
    log_write(LOG_WARNING, "peer.slow", "corridor", "sg-th", "detail", "it took \"2 s\"", "nothing", "",
              NULL);
}

Test(log, logfmt) {
    log_set_name("home");
    const char *line = written_by(one_line);
    cr_expect_eq(strncmp(line, "time=20", 7), 0, "%s", line);
    expect_end(
        line, "Z level=warning event=peer.slow gateway=home corridor=sg-th detail=\"it took \\\"2 s\\\"\"\n");
}

Test(log, json) {
    log_set_name("home");
    log_configure("json", "info");
    const char *line = written_by(one_line);
    cr_expect_eq(strncmp(line, "{\"time\":\"20", 11), 0, "%s", line);
    expect_end(line,
               "\"level\":\"warning\",\"event\":\"peer.slow\",\"gateway\":\"home\",\"corridor\":\"sg-th\","
               "\"detail\":\"it took \\\"2 s\\\"\"}\n");
}

static void odd_texts(void) {
    log_write(LOG_INFO, "odd", "control", "a\nb\x01", "utf8", "\xc3\xa9\xe2\x82\xac", "broken", "x\xff\xc3",
              NULL);
}

Test(log, json_is_json_whatever_the_text_holds) {
    log_configure("json", "info");
    expect_end(written_by(odd_texts), "\"control\":\"a b \",\"utf8\":\"\xc3\xa9\xe2\x82\xac\","
                                      "\"broken\":\"x??\"}\n");
}

static void too_long(void) {
    static char text[5000];
    memset(text, '"', sizeof text - 1);
    log_write(LOG_INFO, "long", "text", text, "short", "kept", NULL);
}

Test(log, a_value_the_line_has_no_room_for_is_left_out_whole) {
    log_configure("json", "info");
    expect_end(written_by(too_long), "\"event\":\"long\",\"short\":\"kept\"}\n");
}

static void all_levels(void) {
    log_write(LOG_INFO, "one", NULL);
    log_write(LOG_WARNING, "two", NULL);
    log_write(LOG_ERROR, "three", NULL);
}

Test(log, what_is_not_worth_a_line_gets_none) {
    log_configure("logfmt", "error");
    const char *lines = written_by(all_levels);
    cr_expect(strstr(lines, "event=three") && !strstr(lines, "event=one") && !strstr(lines, "event=two"),
              "%s", lines);
}
