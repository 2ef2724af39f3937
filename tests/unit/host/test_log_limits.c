#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/log.h"

/* What is written to stderr meanwhile, from the beginning. */
static char written[64 * 1024];
static int kept_stderr;
static FILE *file;

static void catch_lines(void) {
    file = tmpfile();
    cr_assert_not_null(file);
    kept_stderr = dup(STDERR_FILENO);
    cr_assert_geq(dup2(fileno(file), STDERR_FILENO), 0);
}

static const char *lines(void) {
    ssize_t length = pread(fileno(file), written, sizeof written - 1, 0);
    written[length > 0 ? length : 0] = '\0';
    return written;
}

static void let_go(void) {
    cr_assert_geq(dup2(kept_stderr, STDERR_FILENO), 0);
    close(kept_stderr);
    fclose(file);
}

TestSuite(log_limits, .init = catch_lines, .fini = let_go);

static size_t count_lines(void) {
    size_t count = 0;
    for (const char *text = lines(); (text = strchr(text, '\n')) != NULL; text++)
        count++;
    return count;
}

Test(log_limits, a_value_from_outside_stays_within_its_line) {
    log_write(LOG_INFO, "test.value", "detail", "x\r\ntime=1 \x1b[2J \xff \xc3\xa9", NULL);
    cr_assert_eq(count_lines(), 1);
    cr_assert_not_null(strstr(written, "detail=\"x  time=1  [2J ? \xc3\xa9\"\n"), "%s", written);
}

Test(log_limits, repetitions_are_left_out_and_counted) {
    for (int i = 0; i < LOG_MOST_LINES + 17; i++)
        log_write(LOG_WARNING, "message.not_delivered", NULL);
    log_write(LOG_ERROR, "worker.fatal", NULL);
    cr_assert_eq(count_lines(), LOG_MOST_LINES + 1, "another event is not held back");
    log_flush();
    cr_assert_eq(count_lines(), LOG_MOST_LINES + 1, "its second is not over");
    while (!strstr(lines(), "repeated="))
        log_flush();
    cr_assert_not_null(strstr(written, "level=warning event=message.not_delivered repeated=17\n"), "%s",
                       written);
}

Test(log_limits, the_next_line_of_an_event_tells_what_was_left_out_before) {
    for (int i = 0; i < LOG_MOST_LINES + 5; i++)
        log_write(LOG_INFO, "batch.conflict", "detail", "a", NULL);
    while (!strstr(lines(), "repeated="))
        log_write(LOG_INFO, "batch.conflict", "detail", "b", NULL);
    const char *line = strstr(written, "detail=b repeated=");
    cr_assert_not_null(line, "%s", written);
    cr_assert_geq(strtol(line + strlen("detail=b repeated="), NULL, 10), 5);
}
