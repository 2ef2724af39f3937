/* The verbs about what waits for another operator. */
#include <stdio.h>
#include <string.h>

#include "cli/order.h"
#include "cli/table.h"
#include "cli/verb.h"

int verb_approval_list(int argc, char **argv) {
    json_t *answer;
    int code = client_get("/v1/approvals", &answer);
    if (code == EXIT_DONE && verb_flag(argc, argv, "--json"))
        table_print_json(answer);
    else if (code == EXIT_DONE)
        table_print_rows(json_object_get(answer, "approvals"), "");
    json_decref(answer);
    return code;
}

/* As it was sent, line by line. */
static void print_request(const char *text) {
    puts("request");
    while (*text) {
        char line[256];
        size_t length = strcspn(text, "\n");
        snprintf(line, sizeof line, "%.*s", (int)length, text);
        printf("  ");
        table_print(line);
        putchar('\n');
        text += length;
        text += *text == '\n';
    }
}

static void print_approval(json_t *answer) {
    json_t *changes = json_incref(json_object_get(answer, "changes"));
    json_t *request = json_incref(json_object_get(answer, "request"));
    json_object_del(answer, "changes");
    json_object_del(answer, "request");
    table_print_members(answer);
    order_print_changes(changes);
    if (request)
        print_request(json_string_value(request));
    json_decref(changes);
    json_decref(request);
}

int verb_approval_show(int argc, char **argv) {
    struct buffer path;
    json_t *answer;
    buffer_init(&path, CLIENT_PATH_LIMIT);
    buffer_add_string(&path, "/v1/approvals/");
    client_add_part(&path, verb_argument(argc, argv, 0));
    int code = client_get(path.data, &answer);
    if (code == EXIT_DONE && verb_flag(argc, argv, "--json"))
        table_print_json(answer);
    else if (code == EXIT_DONE)
        print_approval(answer);
    json_decref(answer);
    buffer_wipe(&path);
    return code;
}

static const struct order_member members[] = {{"", "approval"}, {"--reason", "reason"}, {NULL, NULL}};

int verb_approval_approve(int argc, char **argv) {
    return order_give_members(argc, argv, "approval.approve", members);
}

int verb_approval_refuse(int argc, char **argv) {
    return order_give_members(argc, argv, "approval.refuse", members);
}
