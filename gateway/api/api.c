#include "api/api.h"

#include <stdlib.h>
#include <string.h>

#include "api/answer.h"
#include "api/approvals.h"
#include "api/commands.h"
#include "api/corridors.h"
#include "api/payments.h"
#include "api/query.h"
#include "api/status.h"
#include "base/text.h"
#include "core/reasons.h"

/* ---- reads that are one query ---- */

struct plain {
    struct api *api;
    struct wire_exchange *exchange;
    const struct route *route;
};

enum {
    FOR_OPERATORS = 1 << ROLE_OPERATOR,
    FOR_AUDITORS = 1 << ROLE_AUDITOR,
    FOR_MONITORING = 1 << ROLE_MONITORING,
    FOR_READERS = FOR_OPERATORS | FOR_AUDITORS,
    FOR_ALL = FOR_READERS | FOR_MONITORING
};

struct route {
    const char *method;
    const char *path; /* a trailing '/' takes one more segment */
    unsigned roles;   /* who may: FOR_... */
    bool reads_query; /* `handle` reads the request's query; elsewhere it must be empty */
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

/* ---- the table ---- */

static const char *const position_names[] = {
    "corridor",        "role",           "owner",     "currency", "debits_pending", "debits_posted",
    "credits_pending", "credits_posted", "available", NULL};
static const char *const balance_names[] = {"currency", "debits", "credits", NULL};
static const char *const corridor_names[] = {"name", "version", NULL};
static const char *const count_names[] = {"corridor", "direction", "state", "reason_code", "count", NULL};
static const char *const case_names[] = {"id", "instruction", "corridor", "cause", "note", "at", NULL};

static const char *const operator_names[] = {"name",        "role", "participant", "active",
                                             "certificate", "at",   NULL};
static const char *const participant_names[] = {"code", "legal_name", "bic", "lei", "role", "at", NULL};
static const char *const approval_names[] = {"id",          "order",      "corridor", "proposer",
                                             "proposed_at", "expires_at", "state",    NULL};

#define READ(path, roles, handle)                                                                            \
    { "GET", path, roles, false, handle, NULL, NULL, NULL }
#define ROWS(path, roles, query, member, names)                                                              \
    { "GET", path, roles, false, NULL, query, member, names }

static const struct route routes[] = {
    READ("/v1/payments/", FOR_READERS, payments_show),
    {"GET", "/v1/payments", FOR_READERS, true, payments_list, NULL, NULL, NULL},
    READ("/v1/messages/", FOR_READERS, payments_message),
    ROWS("/v1/positions", FOR_READERS, "positions", "positions", position_names),
    ROWS("/v1/trial-balance", FOR_READERS, "trial_balance", "currencies", balance_names),
    READ("/v1/corridors/", FOR_READERS, corridors_show),
    ROWS("/v1/corridors", FOR_READERS, "corridors_current", "corridors", corridor_names),
    READ("/v1/status", FOR_ALL, status_show),
    ROWS("/v1/counts", FOR_ALL, "counts", "counts", count_names),
    ROWS("/v1/cases", FOR_READERS, "cases_open", "cases", case_names),
    ROWS("/v1/participants", FOR_READERS, "participants", "participants", participant_names),
    ROWS("/v1/operators", FOR_READERS, "operators", "operators", operator_names),
    READ("/v1/approvals/", FOR_READERS, approvals_show),
    ROWS("/v1/approvals", FOR_READERS, "approvals_open", "approvals", approval_names),
    {"POST", "/v1/commands/", FOR_OPERATORS, false, NULL, NULL, NULL, NULL},
};

static bool matches(const struct route *route, const char *path, const char **segment) {
    size_t length = strlen(route->path);
    *segment = path + length;
    if (route->path[length - 1] != '/')
        return text_equal(route->path, path);
    return strncmp(route->path, path, length) == 0 && **segment && !strchr(*segment, '/');
}

static void refuse(struct api *api, struct wire_exchange *exchange, int reason, const char *what) {
    struct result why = result_refuse(reason, "", "%s %.100s%s", exchange->method, exchange->path, what);
    answer_problem(api->flow, exchange, &why);
}

static void run(struct api *api, struct wire_exchange *exchange, const struct route *route,
                const struct api_caller *caller, const char *segment) {
    struct result query = route->reads_query ? result_ok() : query_read(exchange->query, NULL, 0);
    if (!(route->roles & 1U << caller->role))
        refuse(api, exchange, REASON_NOT_ALLOWED, "");
    else if (!result_is_ok(&query))
        answer_problem(api->flow, exchange, &query);
    else if (route->handle)
        route->handle(api, exchange, segment);
    else if (route->query)
        read_plain(api, exchange, route);
    else
        commands_run(api, exchange, caller, segment);
}

static void route_to(struct api *api, struct wire_exchange *exchange, const struct api_caller *caller) {
    const struct route *other = NULL;
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        const char *segment;
        if (!matches(&routes[i], exchange->path, &segment))
            continue;
        if (text_equal(routes[i].method, exchange->method)) {
            run(api, exchange, &routes[i], caller, segment);
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

/* ---- who asks ---- */

struct calling {
    struct api *api;
    struct wire_exchange *exchange;
    const char *parameters[1];
};

/* Columns of operator_by_certificate: name, role. */
static bool read_caller(const struct store_table *table, struct api_caller *out) {
    *out = (struct api_caller){0};
    if (table->rows != 1 || !text_copy(out->name, sizeof out->name, table->cells[0], table->lengths[0]))
        return false;
    for (int role = ROLE_OPERATOR; operator_role_names[role]; role++)
        if (text_equal(operator_role_names[role], table->cells[1]))
            out->role = role;
    return out->role != ROLE_NONE;
}

static void on_caller(void *context, struct result result, const struct store_table *table) {
    struct calling calling = *(struct calling *)context;
    struct api_caller caller;
    free(context);
    if (!result_is_ok(&result))
        answer_problem(calling.api->flow, calling.exchange, &result);
    else if (!read_caller(table, &caller))
        refuse(calling.api, calling.exchange, REASON_NOT_ALLOWED, "");
    else
        route_to(calling.api, calling.exchange, &caller);
}

static void on_exchange(void *context, struct wire_exchange *exchange) {
    struct api *api = context;
    struct calling *calling = must_calloc(1, sizeof *calling);
    *calling = (struct calling){api, exchange, {exchange->certificate}};
    struct store_port *store = &api->flow->ports.store;
    store->read(store->self, "operator_by_certificate", calling->parameters, 1, on_caller, calling);
}

void api_open(struct api *api, struct flow *flow) {
    *api = (struct api){.flow = flow};
    flow->ports.wire.serve(flow->ports.wire.self, "api", on_exchange, api);
}
