/* `pontis payment watch`: follows payments live. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "cli/client.h"
#include "cli/table.h"
#include "cli/verb.h"

#define PAGE 1000

typedef char change_id[40];

/* How far the changes are known. They come again until the gateway's cursor has passed them. */
struct watch {
    const char *corridor, *state; /* NULL: all */
    bool as_json;
    change_id after;
    ARRAY(change_id) told; /* behind the cursor */
};

static bool is_told(const struct watch *watch, const char *change) {
    for (size_t i = 0; i < watch->told.count; i++)
        if (text_equal(watch->told.items[i], change))
            return true;
    return false;
}

static void forget_passed(struct watch *watch) {
    size_t kept = 0;
    for (size_t i = 0; i < watch->told.count; i++)
        if (strcmp(watch->told.items[i], watch->after) > 0)
            memmove(watch->told.items[kept++], watch->told.items[i], sizeof(change_id));
    watch->told.count = kept;
}

/* ---- a line a change ---- */

static void print_for_programs(const json_t *row) {
    char *text = json_dumps(row, JSON_COMPACT);
    puts(text);
    free(text);
}

static void print_cell(const json_t *row, const char *member, int width) {
    const char *text = table_text(row, member);
    table_print(text);
    printf("%*s", width > (int)strlen(text) ? width - (int)strlen(text) : 0, "");
}

static void print_for_people(const json_t *row) {
    const char *at = table_text(row, "at");
    table_print(strlen(at) > strlen("2026-11-24T") ? at + strlen("2026-11-24T") : at);
    printf("  ");
    print_cell(row, "corridor", 10);
    print_cell(row, "direction", 10);
    print_cell(row, "from", 16);
    printf("-> ");
    print_cell(row, "state", 17);
    print_cell(row, "source_currency", 4);
    print_cell(row, "source_amount", 14);
    printf("-> ");
    print_cell(row, "target_currency", 4);
    print_cell(row, "target_amount", 14);
    table_print(table_text(row, "uetr"));
    if (*table_text(row, "reason"))
        printf("  ");
    table_print(table_text(row, "reason"));
    putchar('\n');
}

static void tell(struct watch *watch, const json_t *payments) {
    size_t index;
    json_t *row;
    json_array_foreach((json_t *)payments, index, row) {
        const char *change = table_text(row, "change");
        if (strlen(change) >= sizeof(change_id) || is_told(watch, change))
            continue;
        text_set(*array_push(&watch->told), sizeof(change_id), change);
        if (watch->as_json)
            print_for_programs(row);
        else
            print_for_people(row);
    }
    fflush(stdout); /* verb_main looks whether all was written */
}

/* ---- asking ---- */

static void add_filter(struct buffer *path, const char *name, const char *value) {
    if (!value)
        return;
    buffer_addf(path, "&%s=", name);
    client_add_part(path, value);
}

/* What is new; `*is_full`: there is more. Returns an exit_code. */
static int look(struct watch *watch, bool *is_full) {
    struct buffer path;
    json_t *answer;
    buffer_init(&path, CLIENT_PATH_LIMIT);
    buffer_addf(&path, "/v1/payments?after=%s&limit=%d", watch->after, PAGE);
    add_filter(&path, "corridor", watch->corridor);
    add_filter(&path, "state", watch->state);
    int code = client_get(path.data, &answer);
    const json_t *payments = json_object_get(answer, "payments");
    const char *after = table_text(answer, "after");
    if (code == EXIT_DONE && *after && strlen(after) < sizeof watch->after) {
        text_set(watch->after, sizeof watch->after, after);
        tell(watch, payments);
        forget_passed(watch);
    }
    *is_full = json_array_size(payments) == PAGE;
    json_decref(answer);
    buffer_wipe(&path);
    return code;
}

/* A second, or until whoever watches has seen enough. */
static bool is_ended(void) {
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    return sigtimedwait(&ends, NULL, &(struct timespec){1, 0}) > 0;
}

static void hold_signals(void) {
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL);
}

int verb_payment_watch(int argc, char **argv) {
    struct watch watch = {.corridor = verb_option(argc, argv, "--corridor"),
                          .state = verb_option(argc, argv, "--state"),
                          .as_json = verb_flag(argc, argv, "--json"),
                          .after = "now"};
    bool is_full = false;
    hold_signals();
    int code = look(&watch, &is_full);
    while (code == EXIT_DONE && (is_full || !is_ended()))
        code = look(&watch, &is_full);
    array_wipe(&watch.told);
    return code;
}
