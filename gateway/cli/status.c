/* `pontis status`: how a gateway is, on one screen. */
#include <stdio.h>

#include "cli/client.h"
#include "cli/table.h"
#include "cli/verb.h"

/* In the order in which somebody who is called at night looks. */
static const char *const sections[] = {"corridors", "peers",   "in_doubt", "backlog", "positions",
                                       "approvals", "workers", "leases",   "schema"};

static void print_status(const json_t *status) {
    printf("gateway ");
    table_print(table_text(status, "gateway"));
    printf(" at ");
    table_print(table_text(status, "at"));
    putchar('\n');
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        printf("\n%s\n", sections[i]);
        table_print_rows(json_object_get(status, sections[i]), "  ");
    }
}

int verb_status(int argc, char **argv) {
    json_t *status;
    int code = client_get("/v1/status", &status);
    if (code == EXIT_DONE && verb_flag(argc, argv, "--json"))
        table_print_json(status);
    else if (code == EXIT_DONE)
        print_status(status);
    json_decref(status);
    return code;
}
