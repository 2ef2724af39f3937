/* The verbs of an operator: corridors, rates, liquidity. What asks or orders is a client of the API; none
 * touches the database. */
#include <stdio.h>

#include "cli/file.h"
#include "cli/order.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "core/corridor.h"
#include "flow/corridor_file.h"
#include "flow/flow.h"

/* ---- corridor files ---- */

/* `where` of a refusal starts behind the file's name, which may be long. */
static struct result check_text(struct bytes text, struct corridor *corridor) {
    TRY(corridor_file_read(text, "", corridor));
    struct result checked = flow_check_corridor(corridor);
    if (!result_is_ok(&checked))
        corridor_file_locate(text, "", &checked);
    return checked;
}

static int check_file(const char *path) {
    struct buffer text;
    struct corridor corridor;
    int code = EXIT_CONFIGURATION;
    if (file_read(path, &text)) {
        struct result checked = check_text(buffer_bytes(&text), &corridor);
        code = result_is_ok(&checked) ? EXIT_DONE : EXIT_NEGATIVE;
        if (code == EXIT_DONE)
            printf("%s: ok: corridor %s, %s to %s\n", path, corridor.name, corridor.home.currency,
                   corridor.peer.currency);
        else
            printf("%s%s: %s\n", path, checked.where, checked.detail);
    }
    buffer_wipe(&text);
    return code;
}

int verb_corridor_check(int argc, char **argv) {
    int worst = EXIT_DONE;
    const char *path;
    for (int i = 0; (path = verb_argument(argc, argv, i)); i++) {
        int code = check_file(path);
        worst = code > worst ? code : worst;
    }
    return worst;
}

/* ---- asking ---- */

int verb_corridor_list(int argc, char **argv) {
    return client_show_rows(argc, argv, "/v1/corridors", "corridors");
}

int verb_liquidity_show(int argc, char **argv) {
    return client_show_rows(argc, argv, "/v1/positions", "positions");
}

/* As a corridor file, which could be applied. */
static void print_corridor(const json_t *answer) {
    printf("# corridor %s, version %" JSON_INTEGER_FORMAT "\n", table_text(answer, "name"),
           json_integer_value(json_object_get(answer, "version")));
    table_print_yaml(json_object_get(answer, "document"));
}

int verb_corridor_show(int argc, char **argv) {
    return client_show_one(argc, argv, "/v1/corridors/", print_corridor);
}

/* ---- ordering ---- */

int verb_corridor_apply(int argc, char **argv) {
    struct buffer text;
    int code = EXIT_CONFIGURATION;
    if (file_read(verb_argument(argc, argv, 0), &text))
        code = order_give(argc, argv, "corridor.apply", "application/yaml", buffer_bytes(&text));
    buffer_wipe(&text);
    return code;
}

static const struct order_member corridor_members[] = {{"", "corridor"}, {NULL, NULL}};

int verb_corridor_suspend(int argc, char **argv) {
    return order_give_members(argc, argv, "corridor.suspend", corridor_members);
}

int verb_corridor_resume(int argc, char **argv) {
    return order_give_members(argc, argv, "corridor.resume", corridor_members);
}

int verb_fx_post(int argc, char **argv) {
    static const struct order_member members[] = {
        {"--corridor", "corridor"}, {"--provider", "provider"}, {"--rate", "rate"}, {NULL, NULL}};
    return order_give_members(argc, argv, "fx.post", members);
}

int verb_fx_quote(int argc, char **argv) {
    static const struct order_member members[] = {{"--corridor", "corridor"},
                                                  {"--provider", "provider"},
                                                  {"--fixed", "fixed_side"},
                                                  {"--amount", "amount"},
                                                  {NULL, NULL}};
    return order_give_members(argc, argv, "fx.quote", members);
}

static const struct order_member liquidity_members[] = {
    {"--corridor", "corridor"}, {"--account", "account"}, {"--amount", "amount"}, {NULL, NULL}};

int verb_liquidity_fund(int argc, char **argv) {
    return order_give_members(argc, argv, "liquidity.fund", liquidity_members);
}

int verb_liquidity_withdraw(int argc, char **argv) {
    return order_give_members(argc, argv, "liquidity.withdraw", liquidity_members);
}
