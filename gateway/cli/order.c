#include "cli/order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/uuid.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "host/random.h"

/* ---- what came of it ---- */

static void print_side(const char *mark, const json_t *value) {
    if (!value)
        return;
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    printf("    %s ", mark);
    table_print(text);
    putchar('\n');
    free(text);
}

void order_print_changes(const json_t *changes) {
    size_t index;
    json_t *change;
    puts("changes");
    json_array_foreach((json_t *)changes, index, change) {
        printf("  ");
        table_print(table_text(change, "path"));
        putchar('\n');
        print_side("-", json_object_get(change, "from"));
        print_side("+", json_object_get(change, "to"));
    }
}

static void say_who_approves(const json_t *answer) {
    fputs("pontis: nothing has changed yet: another operator has to approve it\n  pontis approval approve ",
          stderr);
    table_print_to(stderr, table_text(answer, "approval"));
    fputc('\n', stderr);
}

static void print_answer(const json_t *answer) {
    const json_t *changes = json_object_get(answer, "changes"), *result = json_object_get(answer, "result");
    table_print_members(answer);
    if (result)
        table_print_members(result);
    if (changes)
        order_print_changes(changes);
}

/* ---- giving it ---- */

static void make_key(char out[UUID_TEXT_SIZE]) {
    uint8_t random[16];
    random_fill(random, sizeof random);
    struct uuid uuid = uuid_from_random(random);
    uuid_format(&uuid, out);
}

int order_give(int argc, char **argv, const char *order, const char *content_type, struct bytes body) {
    char path[64], made[UUID_TEXT_SIZE];
    const char *key = verb_option(argc, argv, "--idempotency-key");
    make_key(made);
    snprintf(path, sizeof path, "/v1/commands/%s", order);
    const struct client_request request = {"POST", path, content_type, body, key ? key : made};
    json_t *answer;
    int code = client_call_json(&request, &answer);
    if (code == EXIT_DONE && verb_flag(argc, argv, "--json"))
        table_print_json(answer);
    else if (code == EXIT_DONE)
        print_answer(answer);
    if (code == EXIT_DONE && json_object_get(answer, "changes"))
        say_who_approves(answer);
    json_decref(answer);
    return code;
}

int order_give_json(int argc, char **argv, const char *order, json_t *body) {
    char *text = json_dumps(body, JSON_COMPACT);
    int code = order_give(argc, argv, order, "application/json", bytes_of_string(text));
    free(text);
    json_decref(body);
    return code;
}

int order_give_members(int argc, char **argv, const char *order, const struct order_member *members) {
    json_t *body = json_object();
    for (size_t i = 0; members[i].name; i++) {
        const char *option = members[i].option;
        const char *value = *option ? verb_option(argc, argv, option) : verb_argument(argc, argv, 0);
        if (value && json_object_set_new(body, members[i].name, json_string(value)) != 0) {
            json_decref(body);
            return verb_usage("%s wants text in UTF-8", *option ? option : members[i].name);
        }
    }
    return order_give_json(argc, argv, order, body);
}
