#include "api/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/answer.h"
#include "api/commands.h"
#include "api/payments.h"
#include "base/text.h"
#include "core/reasons.h"

/* ---- who may ---- */

static struct result read_operators(struct api *api, const char *path) {
    FILE *file = fopen(path, "r");
    if (!file)
        return result_fatal("cannot read the operators' file %s", path);
    char line[256];
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, " \t\r\n#")] = '\0';
        if (strlen(line) == 64)
            text_set(*array_push(&api->operators), 65, line);
    }
    fclose(file);
    return result_ok();
}

static bool is_operator(const struct api *api, const char *certificate) {
    for (size_t i = 0; i < api->operators.count; i++)
        if (text_equal(api->operators.items[i], certificate))
            return true;
    return false;
}

/* ---- reads that are one query ---- */

struct plain {
    struct api *api;
    struct wire_exchange *exchange;
    const struct route *route;
};

struct route {
    const char *method;
    const char *path; /* a trailing '/' takes one more segment */
    void (*handle)(struct api *api, struct wire_exchange *exchange, const char *segment);
    const char *query; /* without `handle`: the query whose rows are the answer */
    const char *member;
    const char *const *columns;
};

static void on_plain(void *context, struct result result, const struct store_table *table) {
    struct plain *plain = context;
    if (result_is_ok(&result))
        answer_json(plain->api->flow, plain->exchange, 200,
                    json_pack("{s:o}", plain->route->member, answer_rows(table, plain->route->columns)));
    else
        answer_problem(plain->api->flow, plain->exchange, &result);
    free(plain);
}

static void read_plain(struct api *api, struct wire_exchange *exchange, const struct route *route) {
    struct plain *plain = must_calloc(1, sizeof *plain);
    *plain = (struct plain){api, exchange, route};
    struct store_port *store = &api->flow->ports.store;
    store->read(store->self, route->query, NULL, 0, on_plain, plain);
}

static void list_payments(struct api *api, struct wire_exchange *exchange, const char *segment) {
    (void)segment;
    payments_list(api, exchange);
}

/* ---- the table ---- */

static const char *const position_names[] = {
    "corridor",        "role",           "owner",     "currency", "debits_pending", "debits_posted",
    "credits_pending", "credits_posted", "available", NULL};
static const char *const balance_names[] = {"currency", "debits", "credits", NULL};
static const char *const corridor_names[] = {"name", "version", NULL};
static const char *const count_names[] = {"corridor", "direction", "state", "reason_code", "count", NULL};
static const char *const case_names[] = {"id", "instruction", "corridor", "cause", "note", "at", NULL};

static const struct route routes[] = {
    {"GET", "/v1/payments/", payments_show, NULL, NULL, NULL},
    {"GET", "/v1/payments", list_payments, NULL, NULL, NULL},
    {"GET", "/v1/messages/", payments_message, NULL, NULL, NULL},
    {"GET", "/v1/positions", NULL, "positions", "positions", position_names},
    {"GET", "/v1/trial-balance", NULL, "trial_balance", "currencies", balance_names},
    {"GET", "/v1/corridors", NULL, "corridors_current", "corridors", corridor_names},
    {"GET", "/v1/counts", NULL, "counts", "counts", count_names},
    {"GET", "/v1/cases", NULL, "cases_open", "cases", case_names},
    {"POST", "/v1/commands/", commands_run, NULL, NULL, NULL},
};

static bool matches(const struct route *route, const char *path, const char **segment) {
    size_t length = strlen(route->path);
    *segment = path + length;
    if (route->path[length - 1] != '/')
        return text_equal(route->path, path);
    return strncmp(route->path, path, length) == 0 && **segment && !strchr(*segment, '/');
}

static void refuse(struct api *api, struct wire_exchange *exchange, int reason) {
    struct result why = result_refuse(reason, "", "%s %s", exchange->method, exchange->path);
    answer_problem(api->flow, exchange, &why);
}

static void on_exchange(void *context, struct wire_exchange *exchange) {
    struct api *api = context;
    if (!is_operator(api, exchange->certificate)) {
        refuse(api, exchange, REASON_NOT_ALLOWED);
        return;
    }
    int missing = REASON_NO_SUCH_ROUTE;
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        const char *segment;
        if (!matches(&routes[i], exchange->path, &segment))
            continue;
        missing = REASON_METHOD;
        if (!text_equal(routes[i].method, exchange->method))
            continue;
        if (routes[i].handle)
            routes[i].handle(api, exchange, segment);
        else
            read_plain(api, exchange, &routes[i]);
        return;
    }
    refuse(api, exchange, missing);
}

struct result api_open(struct api *api, struct flow *flow, const char *operators_file) {
    *api = (struct api){.flow = flow};
    TRY(read_operators(api, operators_file));
    flow->ports.wire.serve(flow->ports.wire.self, "api", on_exchange, api);
    return result_ok();
}

void api_wipe(struct api *api) {
    array_wipe(&api->operators);
}
