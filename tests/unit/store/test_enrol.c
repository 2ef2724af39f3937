/* The first two operators come out of a file, once; everybody after them by two who are there already. */

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/enrol.h"
#include "tests/unit/store/house.h"

#define ANN "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define BOB "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static char path[64];

/* A file with that text; the name stands until the next. */
static const char *file_of(const char *text) {
    snprintf(path, sizeof path, "/tmp/pontis-enrol-XXXXXX");
    int file = mkstemp(path);
    cr_assert_geq(file, 0);
    cr_assert_eq(write(file, text, strlen(text)), (ssize_t)strlen(text));
    close(file);
    return path;
}

/* ---- the file ---- */

static struct result read_text(const char *text, size_t *count) {
    struct enrol_list list;
    struct result read = enrol_read(file_of(text), &list);
    unlink(path);
    *count = list.count;
    enrol_wipe(&list);
    return read;
}

Test(enrol, a_file_has_comments_blank_lines_and_spaces) {
    size_t count;
    struct result read =
        read_text("# of sg-th\n\n  " ANN "\tann # Tan\r\n" BOB "  bob.lim@mas.gov.sg", &count);
    cr_assert(result_is_ok(&read), "%s", read.detail);
    cr_assert_eq(count, 2);
}

static void expect_refused(const char *text, const char *words) {
    size_t count;
    struct result read = read_text(text, &count);
    cr_expect_eq(read.kind, RESULT_FATAL, "%s", text);
    cr_expect(strstr(read.detail, words), "wanted %s in %s", words, read.detail);
}

Test(enrol, what_is_no_operator_is_named_with_its_line) {
    expect_refused(ANN " ann\naaaa bob\n", ":2: ");
    expect_refused(ANN "\n", ":1: ");
    expect_refused(ANN "ann\n", ":1: ");
    expect_refused("\n\n" ANN ANN " ann\n", ":3: ");
    expect_refused(ANN " ann lee\n", ":1: ");
    expect_refused(ANN " \xc3\xa4nn\n", ":1: ");
}

Test(enrol, two_different_ones_are_wanted) {
    expect_refused("", "names 0 operators");
    expect_refused(ANN " ann\n", "names 1 operators");
    expect_refused(ANN " ann\n" BOB " ann\n", ":2: this name or certificate");
    expect_refused(ANN " ann\n" ANN " bob\n", ":2: this name or certificate");
}

Test(enrol, a_file_that_cannot_be_read_is_named_with_the_cause) {
    struct enrol_list list;
    struct result read = enrol_read("/nonexistent/operators", &list);
    cr_expect_eq(read.kind, RESULT_FATAL);
    cr_expect(strstr(read.detail, "/nonexistent/operators: No such file"), "%s", read.detail);
    read = enrol_read("/tmp", &list);
    cr_expect_eq(read.kind, RESULT_FATAL);
    cr_expect(strstr(read.detail, "directory"), "%s", read.detail);
}

/* ---- the database ---- */

static struct house house;
static char owner[POSTGRES_CONNINFO_SIZE];

static struct result enrol(const char *file, size_t *enrolled) {
    postgres_conninfo(&house.postgres, house.database, "postgres", owner);
    return enrol_first(owner, file, enrolled);
}

Test(enrol, the_first_two_are_enrolled_once) {
    size_t enrolled;
    house_open(&house);
    struct result result = enrol(file_of(ANN " ann\n" BOB " bob\n"), &enrolled);
    cr_assert(result_is_ok(&result), "%s", result.detail);
    cr_assert_eq(enrolled, 2);
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM operator WHERE role = 'operator' AND active"), 2);
    unlink(path);
    result = enrol("/nonexistent/operators", &enrolled);
    cr_assert(result_is_ok(&result), "the file is not read any more: %s", result.detail);
    cr_assert_eq(enrolled, 0);
    house_close(&house);
}

Test(enrol, what_is_missing_is_told_and_nobody_is_enrolled) {
    size_t enrolled;
    house_open(&house);
    struct result result = enrol(NULL, &enrolled);
    cr_assert_eq(result.kind, RESULT_FATAL);
    cr_assert(strstr(result.detail, "api.operators is not set"), "%s", result.detail);
    result = enrol(file_of(ANN " ann\n"), &enrolled);
    cr_assert_eq(result.kind, RESULT_FATAL);
    unlink(path);
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM operator"), 0);
    house_close(&house);
}

Test(enrol, no_database_is_to_be_tried_again) {
    size_t enrolled;
    struct result result = enrol_first("host=/nonexistent dbname=x", NULL, &enrolled);
    cr_assert_eq(result.kind, RESULT_RETRY);
}
