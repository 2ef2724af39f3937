#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "deploy/sandbox/wallet/journal.h"

/* Adds up the numbers of all lines. */
static void sum(void *context, const json_t *line) {
    *(json_int_t *)context += json_integer_value(json_object_get(line, "number"));
}

static void make_path(char path[32]) {
    snprintf(path, 32, "/tmp/pontis-journal-XXXXXX");
    int file = mkstemp(path);
    cr_assert(file >= 0);
    close(file);
}

static struct journal *open_journal(const char *path, json_int_t *total) {
    struct journal *journal = NULL;
    *total = 0;
    struct result opened = journal_open(path, sum, total, &journal);
    cr_assert(result_is_ok(&opened), "%s", opened.detail);
    return journal;
}

static void append_number(struct journal *journal, int number) {
    json_t *line = json_pack("{s:i}", "number", number);
    journal_append(journal, line);
    json_decref(line);
}

static void append_text(const char *path, const char *text) {
    FILE *file = fopen(path, "a");
    cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

Test(wallet_journal, what_was_appended_is_replayed) {
    char path[32];
    json_int_t total;
    make_path(path);
    struct journal *journal = open_journal(path, &total);
    append_number(journal, 3);
    append_number(journal, 4);
    journal_close(journal);
    journal_close(open_journal(path, &total));
    cr_assert_eq(total, 7);
    unlink(path);
}

Test(wallet_journal, a_torn_line_is_cut_and_the_next_one_stands_alone) {
    char path[32];
    json_int_t total;
    make_path(path);
    append_text(path, "{\"number\":3}\n{\"number\":4");
    struct journal *journal = open_journal(path, &total);
    cr_assert_eq(total, 3, "half a line says nothing");
    struct stat file;
    cr_assert(!stat(path, &file));
    cr_assert_eq(file.st_size, (off_t)strlen("{\"number\":3}\n"));
    append_number(journal, 5);
    journal_close(journal);
    journal_close(open_journal(path, &total));
    cr_assert_eq(total, 8);
    unlink(path);
}

Test(wallet_journal, a_whole_line_that_is_no_json_is_damage_and_nothing_is_cut) {
    char path[32];
    json_int_t total = 0;
    make_path(path);
    append_text(path, "{\"number\":3}\n{\"numb\n{\"number\":4}\n");
    struct journal *journal = NULL;
    struct result opened = journal_open(path, sum, &total, &journal);
    cr_assert_eq(opened.kind, RESULT_FATAL);
    cr_assert_null(journal);
    struct stat file;
    cr_assert(!stat(path, &file));
    cr_assert_eq(file.st_size, (off_t)strlen("{\"number\":3}\n{\"numb\n{\"number\":4}\n"));
    unlink(path);
}
