#include "api/api.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/answer.h"
#include "api/commands.h"
#include "api/corridors.h"
#include "api/payments.h"
#include "api/query.h"
#include "base/text.h"
#include "core/reasons.h"

/* ---- who may ---- */

static bool is_fingerprint(const char *text) {
    return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

/* A line of the file without its comment and the spaces around it. */
static char *bare(char *line) {
    line[strcspn(line, "#\r\n")] = '\0';
    line += strspn(line, " \t");
    size_t length = strlen(line);
    while (length > 0 && (line[length - 1] == ' ' || line[length - 1] == '\t'))
        line[--length] = '\0';
    return line;
}

static struct result read_lines(struct api_operators *out, FILE *file, const char *path) {
    char line[256];
    for (int number = 1; fgets(line, sizeof line, file); number++) {
        const char *text = bare(line);
        if (is_fingerprint(text))
            text_set(*array_push(out), sizeof(api_fingerprint), text);
        else if (*text)
            return result_fatal("%.60s:%d: no fingerprint: the SHA-256 of an operator's certificate is "
                                "expected, 64 lower-case hex digits",
                                path, number);
    }
    if (ferror(file))
        return result_fatal("cannot read the operators' file %.60s: %s", path, strerror(errno));
    return result_ok();
}

struct result api_operators_read(const char *path, struct api_operators *out) {
    *out = (struct api_operators){0};
    FILE *file = fopen(path, "re");
    if (!file)
        return result_fatal("cannot read the operators' file %.60s: %s", path, strerror(errno));
    struct result result = read_lines(out, file, path);
    fclose(file);
    return result;
}

void api_operators_wipe(struct api_operators *operators) {
    array_wipe(operators);
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
    bool reads_query; /* `handle` reads the request's query; elsewhere it must be empty */
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

/* ---- the table ---- */

static const char *const position_names[] = {
    "corridor",        "role",           "owner",     "currency", "debits_pending", "debits_posted",
    "credits_pending", "credits_posted", "available", NULL};
static const char *const balance_names[] = {"currency", "debits", "credits", NULL};
static const char *const corridor_names[] = {"name", "version", NULL};
static const char *const count_names[] = {"corridor", "direction", "state", "reason_code", "count", NULL};
static const char *const case_names[] = {"id", "instruction", "corridor", "cause", "note", "at", NULL};

static const struct route routes[] = {
    {"GET", "/v1/payments/", payments_show, NULL, NULL, NULL, false},
    {"GET", "/v1/payments", payments_list, NULL, NULL, NULL, true},
    {"GET", "/v1/messages/", payments_message, NULL, NULL, NULL, false},
    {"GET", "/v1/positions", NULL, "positions", "positions", position_names, false},
    {"GET", "/v1/trial-balance", NULL, "trial_balance", "currencies", balance_names, false},
    {"GET", "/v1/corridors/", corridors_show, NULL, NULL, NULL, false},
    {"GET", "/v1/corridors", NULL, "corridors_current", "corridors", corridor_names, false},
    {"GET", "/v1/counts", NULL, "counts", "counts", count_names, false},
    {"GET", "/v1/cases", NULL, "cases_open", "cases", case_names, false},
    {"POST", "/v1/commands/", commands_run, NULL, NULL, NULL, false},
};

static bool matches(const struct route *route, const char *path, const char **segment) {
    size_t length = strlen(route->path);
    *segment = path + length;
    if (route->path[length - 1] != '/')
        return text_equal(route->path, path);
    return strncmp(route->path, path, length) == 0 && **segment && !strchr(*segment, '/');
}

static void run(struct api *api, struct wire_exchange *exchange, const struct route *route,
                const char *segment) {
    struct result query = route->reads_query ? result_ok() : query_read(exchange->query, NULL, 0);
    if (!result_is_ok(&query))
        answer_problem(api->flow, exchange, &query);
    else if (route->handle)
        route->handle(api, exchange, segment);
    else
        read_plain(api, exchange, route);
}

static void refuse(struct api *api, struct wire_exchange *exchange, int reason, const char *what) {
    struct result why = result_refuse(reason, "", "%s %.100s%s", exchange->method, exchange->path, what);
    answer_problem(api->flow, exchange, &why);
}

static void on_exchange(void *context, struct wire_exchange *exchange) {
    struct api *api = context;
    if (!is_operator(api, exchange->certificate)) {
        refuse(api, exchange, REASON_NOT_ALLOWED, "");
        return;
    }
    const struct route *other = NULL;
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        const char *segment;
        if (!matches(&routes[i], exchange->path, &segment))
            continue;
        if (text_equal(routes[i].method, exchange->method)) {
            run(api, exchange, &routes[i], segment);
            return;
        }
        other = &routes[i];
    }
    if (other)
        refuse(api, exchange, REASON_METHOD,
               text_equal(other->method, "GET") ? ": GET is the one" : ": POST is the one");
    else
        refuse(api, exchange, REASON_NO_SUCH_ROUTE, "");
}

struct result api_open(struct api *api, struct flow *flow, const char *operators_file) {
    *api = (struct api){.flow = flow};
    struct result read = api_operators_read(operators_file, &api->operators);
    if (!result_is_ok(&read)) {
        api_wipe(api);
        return read;
    }
    flow->ports.wire.serve(flow->ports.wire.self, "api", on_exchange, api);
    return result_ok();
}

void api_use_operators(struct api *api, struct api_operators *taken) {
    api_operators_wipe(&api->operators);
    api->operators = *taken;
    *taken = (struct api_operators){0};
}

void api_wipe(struct api *api) {
    api_operators_wipe(&api->operators);
}
