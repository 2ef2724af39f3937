#include "store/commit.h"

#include <stdlib.h>

#include "host/log.h"
#include "host/metrics.h"
#include "store/outcome.h"
#include "store/rows.h"

/* Nanoseconds after which a commit under way is trouble. */
#define COMMIT_PATIENCE 5000000000

struct pending_commit {
    struct pending_commit *next;
    struct store *store;
    const struct store_commit *rows;
    store_commit_done done;
    void *context;
    int64_t number; /* of its batch; 0: not sent yet */
    int64_t since;  /* metrics_clock when it was sent */
    bool in_doubt;
};

/* Takes the first out of the queue before it is told: its owner may hand in the next at once. */
static void finish_first(struct store *store, enum store_outcome outcome, const char *detail) {
    struct pending_commit *first = store->first;
    store->first = first->next;
    if (!store->first)
        store->last = NULL;
    first->done(first->context, outcome, detail);
    free(first);
}

static void finish_all(struct store *store, enum store_outcome outcome, const char *detail) {
    struct pending_commit *all = store->first;
    store->first = store->last = NULL;
    while (all) {
        struct pending_commit *next = all->next;
        all->done(all->context, outcome, detail);
        free(all);
        all = next;
    }
}

/* ---- one commit ---- */

static void on_end(void *context, const struct request_end *end) {
    struct pending_commit *pending = context;
    struct store *store = pending->store;
    if (end->fate == REQUEST_LOST) {
        pending->in_doubt = true;
        log_write(LOG_WARNING, "commit.in_doubt", "detail", end->detail, NULL);
        pending->done(pending->context, STORE_UNKNOWN, end->detail);
        return;
    }
    metrics_observe(METRIC_COMMIT, metrics_clock() - pending->since, NULL);
    enum store_outcome outcome = outcome_of(end);
    if (outcome == STORE_COMMITTED)
        store->batch = pending->number;
    finish_first(store, outcome, end->detail);
    commit_next(store);
}

static void send_first(struct store *store) {
    struct pending_commit *first = store->first;
    first->number = store->batch + 1;
    first->since = metrics_clock();
    struct request *request = request_new(on_end, first);
    request->begins = !store->locked;
    request->commits = true;
    store->locked = false;
    rows_fill(request, store, first->number, first->rows);
    connection_submit(store->committing, request);
}

void commit_next(struct store *store) {
    if (store->fenced && store->first)
        finish_all(store, STORE_FENCED, "fenced");
    else if (store->entered && store->first && !store->first->number)
        send_first(store);
}

void commit_run(void *self, const struct store_commit *commit, store_commit_done done, void *context) {
    struct store *store = self;
    struct pending_commit *pending = must_calloc(1, sizeof *pending);
    *pending = (struct pending_commit){.store = store, .rows = commit, .done = done, .context = context};
    if (store->last)
        store->last->next = pending;
    else
        store->first = pending;
    store->last = pending;
    commit_next(store);
}

/* ---- the connection's fate ---- */

void commit_resolve(struct store *store, int64_t number) {
    int64_t known = store->batch;
    bool in_doubt = store->first && store->first->in_doubt;
    if (number != known && !(in_doubt && number == store->first->number)) {
        commit_fence(store, "the database has another batch number");
        return;
    }
    store->batch = number;
    if (!in_doubt)
        return;
    log_write(LOG_INFO, "commit.resolved", "committed", number != known ? "yes" : "no", NULL);
    finish_first(store, number != known ? STORE_COMMITTED : STORE_RETRY, "asked after reconnecting");
}

void commit_disconnected(struct store *store, const char *detail) {
    /* The one that was sent is told by the end of its request. */
    struct pending_commit *sent = store->first && store->first->number ? store->first : NULL;
    if (!sent) {
        finish_all(store, STORE_RETRY, detail);
        return;
    }
    store->first = sent->next;
    sent->next = NULL;
    finish_all(store, STORE_RETRY, detail);
    sent->next = store->first;
    store->first = sent;
    if (!store->last)
        store->last = sent;
}

void commit_fence(struct store *store, const char *detail) {
    log_write(LOG_ERROR, "worker.fenced", "detail", detail, NULL);
    store->fenced = true;
    store->entered = false;
    connection_stop(store->committing);
    finish_all(store, STORE_FENCED, detail);
}

const char *commit_trouble(const struct store *store) {
    if (store->fenced)
        return "another worker has this one's name";
    if (!store->entered)
        return "there is no session that may write";
    const struct pending_commit *first = store->first;
    bool hangs = first && first->number && metrics_clock() - first->since > COMMIT_PATIENCE;
    return hangs ? "a commit does not end" : NULL;
}

void commit_abandon(struct store *store) {
    while (store->first) {
        struct pending_commit *first = store->first;
        store->first = first->next;
        free(first);
    }
}
