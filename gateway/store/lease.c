#include "store/lease.h"

#include <stdlib.h>

#include "base/text.h"
#include "store/outcome.h"
#include "store/state.h"

struct claiming {
    struct store_claim claim;
    bool known;
    store_claim_done done;
    void *context;
};

static void take_hash(const char *hex, uint8_t out[32]) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < 64 && hex[i]; i++)
        out[i / 2] = (uint8_t)(out[i / 2] << 4 | (strchr(digits, hex[i]) - digits));
}

static void on_rows(void *context, size_t statement, const PGresult *rows) {
    (void)statement;
    struct claiming *claiming = context;
    if (PQntuples(rows) != 1)
        return;
    claiming->known = true;
    claiming->claim.epoch = strtoll(PQgetvalue(rows, 0, 0), NULL, 10);
    claiming->claim.position = strtoll(PQgetvalue(rows, 0, 1), NULL, 10);
    take_hash(PQgetvalue(rows, 0, 2), claiming->claim.last_hash);
}

static struct result result_of(const struct claiming *claiming, const struct request_end *end) {
    /* Two that make the same lease at once: the other was first, ask again. */
    if (end->fate == REQUEST_FAILED && text_equal(end->state, "23505"))
        return result_retry("the lease is being taken");
    TRY(outcome_of_reading(end));
    return claiming->known ? result_ok() : result_retry("the lease is locked");
}

static void on_end(void *context, const struct request_end *end) {
    struct claiming *claiming = context;
    struct result result = result_of(claiming, end);
    claiming->done(claiming->context, result, result_is_ok(&result) ? &claiming->claim : NULL);
    free(claiming);
}

void lease_claim(void *self, const char *name, store_claim_done done, void *context) {
    struct store *store = self;
    struct claiming *claiming = must_calloc(1, sizeof *claiming);
    claiming->done = done;
    claiming->context = context;
    struct request *request = request_new(on_end, claiming);
    request->on_rows = on_rows;
    struct statement *statement = request_add(request, "claim_lease");
    request_add_text(request, statement, name);
    request_add_text(request, statement, store->worker);
    request_add_number(request, statement, store->epoch);
    request_add_number(request, statement, STORE_LEASE_MILLISECONDS);
    connection_submit(store->reading, request);
}
