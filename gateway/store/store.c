#include "store/store.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/commit.h"
#include "store/lease.h"
#include "store/load.h"
#include "store/migrate.h"
#include "store/oracle.h"
#include "store/query.h"
#include "store/read.h"
#include "store/state.h"

enum { NAME_LIMIT = 40, DEADLINE = 30000 };

static void on_reading_session(void *context) {
    struct store *store = context;
    connection_open(store->reading);
}

static void on_reading_lost(void *context, const char *detail) {
    (void)context, (void)detail;
}

/* ---- the worker's row ---- */

static struct result refused(PGconn *connection, const PGresult *answer) {
    const char *text = PQerrorMessage(connection);
    const char *state = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
    bool absent =
        state && (strcmp(state, "42P01") == 0 || strcmp(state, "3F000") == 0 || strcmp(state, "42883") == 0);
    if (absent)
        return result_fatal("the schema is missing or old: run pontis migrate");
    if (!state || strcmp(state, "55P03") == 0 || strncmp(state, "57", 2) == 0)
        return result_retry("database: %.*s", (int)strcspn(text, "\n"), text);
    return result_fatal("database: %.*s", (int)strcspn(text, "\n"), text);
}

static struct result ask_number(PGconn *connection, const char *sql, const char *parameter, int64_t *out) {
    PGresult *answer = PQexecParams(connection, sql, parameter ? 1 : 0, NULL, &parameter, NULL, NULL, 0);
    struct result result = result_ok();
    if (PQresultStatus(answer) == PGRES_TUPLES_OK && PQntuples(answer) == 1)
        *out = strtoll(PQgetvalue(answer, 0, 0), NULL, 10);
    else
        result = refused(connection, answer);
    PQclear(answer);
    return result;
}

static struct result claim_on(PGconn *connection, const char *worker, int64_t *epoch) {
    TRY(migrate_check(connection));
    return ask_number(connection, "SELECT pontis.claim_worker($1)", worker, epoch);
}

static struct result claim_worker(const struct store_settings *settings, int64_t *epoch) {
    PGconn *connection = PQconnectdb(settings->conninfo);
    struct result result = PQstatus(connection) == CONNECTION_OK
                               ? claim_on(connection, settings->worker, epoch)
                               : refused(connection, NULL);
    PQfinish(connection);
    return result;
}

/* ---- the handle ---- */

static struct connection *connect_to(struct store *store, const char *conninfo, bool commits) {
    char name[64];
    snprintf(name, sizeof name, "%s:%s", commits ? "pontis" : "pontis-read", store->worker);
    struct connection_settings settings = {
        .conninfo = conninfo,
        .application_name = name,
        .options = commits ? STORE_COMMITTING_OPTIONS : STORE_READING_OPTIONS,
        .prepares = commits ? query_commits : query_reads,
        .durable = commits,
        .deadline = DEADLINE,
        .enter = commits ? oracle_ask : on_reading_session,
        .lost = commits ? oracle_lost : on_reading_lost,
        .context = store,
    };
    return connection_new(&settings, store->base);
}

struct result store_open(const struct store_settings *settings, struct event_base *base, struct store **out) {
    if (strlen(settings->worker) >= NAME_LIMIT)
        return result_fatal("the worker's name %s is too long", settings->worker);
    int64_t epoch = 0;
    TRY(claim_worker(settings, &epoch));
    struct store *store = must_calloc(1, sizeof *store);
    store->base = base;
    store->worker = must_strdup(settings->worker);
    store->epoch = epoch;
    store->committing = connect_to(store, settings->conninfo, true);
    store->reading = connect_to(store, settings->conninfo, false);
    *out = store;
    return result_ok();
}

void store_fill_port(struct store *store, struct store_port *out) {
    *out = (struct store_port){
        .self = store, .load = load_run, .commit = commit_run, .claim = lease_claim, .read = read_run};
}

const char *store_trouble(const struct store *store) {
    return commit_trouble(store);
}

void store_close(struct store *store) {
    connection_free(store->reading);
    connection_free(store->committing);
    commit_abandon(store);
    free(store->worker);
    free(store);
}
