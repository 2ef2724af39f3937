#include <criterion/criterion.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/conninfo.h"

/* What libpq reads out of a connection string for a keyword. */
static void expect_word(const char *conninfo, const char *keyword, const char *wanted) {
    char *error = NULL;
    PQconninfoOption *options = PQconninfoParse(conninfo, &error);
    cr_assert(options, "%s: %s", conninfo, error);
    for (const PQconninfoOption *option = options; option->keyword; option++)
        if (strcmp(option->keyword, keyword) == 0)
            cr_expect(option->val && strcmp(option->val, wanted) == 0, "%s: %s", conninfo, option->val);
    PQconninfoFree(options);
}

static void expect_password(const char *conninfo, const char *written, const char *wanted) {
    char path[] = "/tmp/pontis-password-XXXXXX";
    int file = mkstemp(path);
    cr_assert_eq(write(file, written, strlen(written)), (ssize_t)strlen(written));
    close(file);
    struct buffer out;
    struct result read = conninfo_read(conninfo, path, &out);
    unlink(path);
    cr_assert(result_is_ok(&read), "%s", read.detail);
    expect_word(out.data, "password", wanted);
    expect_word(out.data, "dbname", "home");
    buffer_wipe(&out);
}

Test(conninfo, a_password_of_a_file_is_put_behind_words_and_uris) {
    static const char odd[] = "it's a \\ & % ? pass=word", line[] = "it's a \\ & % ? pass=word\n";
    expect_password("dbname=home user=me", line, odd);
    expect_password("postgresql://me@host/home", line, odd);
    expect_password("postgres://me@host/home?sslmode=require", line, odd);
}

Test(conninfo, without_a_file_it_stays_as_it_is) {
    struct buffer out;
    struct result read = conninfo_read("dbname=home", NULL, &out);
    cr_expect(result_is_ok(&read));
    cr_expect_str_eq(out.data, "dbname=home");
    buffer_wipe(&out);
}

Test(conninfo, a_file_without_a_password_is_named) {
    struct buffer out;
    struct result read = conninfo_read("dbname=home", "/dev/null", &out);
    cr_expect(strstr(read.detail, "/dev/null"), "%s", read.detail);
    buffer_wipe(&out);
}
