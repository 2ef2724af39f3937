/* The verbs about what waits for another operator. */
#include <stdio.h>
#include <string.h>

#include "cli/order.h"
#include "cli/table.h"
#include "cli/verb.h"

int verb_approval_list(int argc, char **argv) {
    return client_show_rows(argc, argv, "/v1/approvals", "approvals");
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

static void print_approval(const json_t *answer) {
    const json_t *request = json_object_get(answer, "request");
    table_print_members_but(answer, "request");
    order_print_changes(json_object_get(answer, "changes"));
    if (request)
        print_request(json_string_value(request));
}

int verb_approval_show(int argc, char **argv) {
    return client_show_one(argc, argv, "/v1/approvals/", print_approval);
}

static const struct order_member members[] = {{"", "approval"}, {"--reason", "reason"}, {NULL, NULL}};

int verb_approval_approve(int argc, char **argv) {
    return order_give_members(argc, argv, "approval.approve", members);
}

int verb_approval_refuse(int argc, char **argv) {
    return order_give_members(argc, argv, "approval.refuse", members);
}
