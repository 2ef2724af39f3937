#include "store/oracle.h"

#include <stdlib.h>

#include "base/text.h"
#include "host/log.h"
#include "store/commit.h"
#include "store/state.h"

static void on_number(void *context, size_t statement, const PGresult *rows) {
    (void)statement;
    struct store *store = context;
    if (PQntuples(rows) == 1)
        store->told = strtoll(PQgetvalue(rows, 0, 0), NULL, 10);
}

static void on_end(void *context, const struct request_end *end) {
    struct store *store = context;
    if (end->fate == REQUEST_LOST || end->fate == REQUEST_NOT_SENT)
        return;
    if (text_equal(end->state, "PF001")) {
        commit_fence(store, end->detail);
        return;
    }
    if (end->fate == REQUEST_FAILED) {
        connection_drop(store->committing, end->detail);
        return;
    }
    store->entered = true;
    connection_open(store->committing);
    commit_resolve(store, store->told);
    commit_next(store);
}

void oracle_ask(void *context) {
    struct store *store = context;
    struct request *request = request_new(on_end, store);
    request->on_rows = on_number;
    struct statement *statement = request_add(request, "commit_enter");
    request_add_text(request, statement, store->worker);
    request_add_number(request, statement, store->epoch);
    connection_submit_first(store->committing, request);
}

void oracle_lost(void *context, const char *detail) {
    struct store *store = context;
    store->entered = store->locked = false;
    commit_disconnected(store, detail);
}
