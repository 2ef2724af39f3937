#include "api/approvals.h"

#include <stdlib.h>
#include <string.h>

#include "api/answer.h"
#include "core/reasons.h"
#include "host/digest.h"

enum { REQUEST_LIMIT = 1 << 20 };

static const char *const names[] = {"id",          "order",      "corridor",     "proposer",
                                    "proposed_at", "expires_at", "state",        "decided_by",
                                    "decided_at",  "reason",     "base_version", NULL};

struct showing {
    struct api *api;
    struct wire_exchange *exchange;
    char id[UUID_TEXT_SIZE];
    const char *parameters[1];
};

static void add_request(json_t *approval, const struct store_table *table) {
    struct buffer request;
    buffer_init(&request, REQUEST_LIMIT);
    if (digest_from_hex(table->cells[APPROVAL_REQUEST], table->lengths[APPROVAL_REQUEST], &request))
        json_object_set_new(approval, "request", json_stringn(request.data, request.length));
    buffer_wipe(&request);
}

static struct result read_row(const struct store_table *table, const char *id, json_t **out) {
    if (table->rows == 0)
        return result_refuse(REASON_APPROVAL_UNKNOWN, "/id", "no approval has the id %s", id);
    json_t *changes = json_loads(table->cells[APPROVAL_CHANGES], 0, NULL);
    if (!changes)
        return result_fatal("the stored changes of approval %s cannot be read", id);
    json_t *rows = answer_rows(table, names);
    *out = json_incref(json_array_get(rows, 0));
    json_object_set_new(*out, "changes", changes);
    add_request(*out, table);
    json_decref(rows);
    return result_ok();
}

static void on_read(void *context, struct result result, const struct store_table *table) {
    struct showing *showing = context;
    json_t *answer = NULL;
    if (result_is_ok(&result))
        result = read_row(table, showing->id, &answer);
    if (result_is_ok(&result))
        answer_json(showing->api->flow, showing->exchange, 200, answer);
    else
        answer_problem(showing->api->flow, showing->exchange, &result);
    free(showing);
}

void approvals_show(struct api *api, struct wire_exchange *exchange, const char *id) {
    struct uuid parsed;
    if (!uuid_parse(id, strlen(id), &parsed)) {
        struct result why = answer_malformed("id", "is no lower-case UUID");
        answer_problem(api->flow, exchange, &why);
        return;
    }
    struct showing *showing = must_calloc(1, sizeof *showing);
    *showing = (struct showing){.api = api, .exchange = exchange};
    uuid_format(&parsed, showing->id);
    showing->parameters[0] = showing->id;
    struct store_port *store = &api->flow->ports.store;
    store->read(store->self, "approval_show", showing->parameters, 1, on_read, showing);
}
