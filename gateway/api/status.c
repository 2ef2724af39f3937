#include "api/status.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/answer.h"

/* ---- what the database knows: query by query ---- */

static const char *const corridor_names[] = {"name", "version", "state", "operator", "at", NULL};
static const char *const position_names[] = {"corridor", "role",     "owner", "currency",
                                             "balance",  "headroom", NULL};
static const char *const backlog_names[] = {"kind", "count", "oldest_seconds", NULL};
static const char *const doubt_names[] = {"corridor", "direction", "state", "count", "oldest_seconds", NULL};
static const char *const worker_names[] = {"name", "since", "heartbeat_seconds", "batches", NULL};
static const char *const lease_names[] = {"name", "holder", "epoch", "expires_in_seconds", NULL};
static const char *const approval_names[] = {"id",          "order",      "corridor", "proposer",
                                             "proposed_at", "expires_at", "state",    NULL};
static const char *const schema_names[] = {"number", "name", "at", NULL};

static const struct part {
    const char *member;
    const char *query;
    const char *const *columns;
    bool wants_lease; /* how long a lease lasts is its parameter */
} parts[] = {
    {"corridors", "status_corridors", corridor_names, false},
    {"positions", "gauges_accounts", position_names, false},
    {"backlog", "gauges_backlog", backlog_names, false},
    {"in_doubt", "status_in_doubt", doubt_names, false},
    {"workers", "status_workers", worker_names, true},
    {"leases", "status_leases", lease_names, false},
    {"approvals", "approvals_open", approval_names, false},
    {"schema", "status_schema", schema_names, false},
};

enum { PART_COUNT = sizeof parts / sizeof *parts };

struct telling {
    struct api *api;
    struct wire_exchange *exchange;
    json_t *status;
    size_t part; /* that is being read */
    char lease[24];
    const char *parameters[1];
};

/* ---- what this worker knows ---- */

static json_t *peer_json(const struct flow_link *link) {
    json_t *peer =
        json_pack("{s:s, s:s, s:s}", "corridor", link->corridor.name, "peer", link->corridor.peer.name,
                  "state", link->unreachable ? "unreachable" : "reachable");
    char since[INSTANT_TEXT_SIZE];
    instant_format(link->lost_at, since);
    if (link->unreachable)
        json_object_set_new(peer, "since", json_string(since));
    return peer;
}

static json_t *peers_json(const struct flow *flow) {
    json_t *peers = json_array();
    for (size_t i = 0; i < flow->links.count; i++)
        if (!flow->links.items[i]->retired)
            json_array_append_new(peers, peer_json(flow->links.items[i]));
    return peers;
}

static void add_queue(const struct flow *flow, json_t *backlog) {
    json_array_insert_new(
        backlog, 0, json_pack("{s:s, s:o}", "kind", "queued", "count", json_sprintf("%zu", flow->queued)));
}

/* ---- one after the other ---- */

static void read_part(struct telling *telling);

static void end(struct telling *telling, const struct result *why) {
    struct flow *flow = telling->api->flow;
    if (why)
        answer_problem(flow, telling->exchange, why);
    else
        answer_json(flow, telling->exchange, 200, json_incref(telling->status));
    json_decref(telling->status);
    free(telling);
}

static void on_part(void *context, struct result result, const struct store_table *table) {
    struct telling *telling = context;
    if (!result_is_ok(&result)) {
        end(telling, &result);
        return;
    }
    const struct part *part = &parts[telling->part++];
    json_object_set_new(telling->status, part->member, answer_rows(table, part->columns));
    read_part(telling);
}

static void read_part(struct telling *telling) {
    if (telling->part == PART_COUNT) {
        add_queue(telling->api->flow, json_object_get(telling->status, "backlog"));
        end(telling, NULL);
        return;
    }
    const struct part *part = &parts[telling->part];
    struct store_port *store = &telling->api->flow->ports.store;
    store->read(store->self, part->query, telling->parameters, part->wants_lease ? 1 : 0, on_part, telling);
}

void status_show(struct api *api, struct wire_exchange *exchange, const char *segment) {
    (void)segment;
    struct telling *telling = must_calloc(1, sizeof *telling);
    *telling = (struct telling){.api = api, .exchange = exchange};
    char now[INSTANT_TEXT_SIZE];
    instant_format(flow_now(api->flow), now);
    telling->status = json_pack("{s:s, s:s, s:o}", "gateway", api->flow->settings.source, "at", now, "peers",
                                peers_json(api->flow));
    snprintf(telling->lease, sizeof telling->lease, "%d", STORE_LEASE_MILLISECONDS);
    telling->parameters[0] = telling->lease;
    read_part(telling);
}
