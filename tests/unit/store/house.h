#ifndef PONTIS_TESTS_STORE_HOUSE_H
#define PONTIS_TESTS_STORE_HOUSE_H

#include "store/store.h"
#include "tests/support/postgres.h"

/* A migrated database of its own for one test, on the cluster all tests of this program share. In it a commit
 * can be made to hang at COMMIT: the cluster wants a replica that does not exist, and a batch waits for it
 * when house_hang_commits says so. */
struct house {
    struct postgres postgres;
    char database[32];
    char conninfo[POSTGRES_CONNINFO_SIZE]; /* of the app role */
    PGconn *session;                       /* of the superuser, never waits for the replica */
    struct event_base *base;
};

void house_open(struct house *house);
void house_close(struct house *house);
struct store *house_store(struct house *house, const char *worker);
/* From the next batch on, COMMIT waits for ever, its record already written; `house_free_commits` ends that
 * for batches after it. */
void house_hang_commits(struct house *house);
void house_free_commits(struct house *house);
/* Refuses new sessions of the app role, or takes them again. */
void house_allow_sessions(struct house *house, bool allow);
long house_number(struct house *house, const char *sql);

/* Runs the loop until it holds; fails the test after 20 s. */
void house_run_until(struct house *house, bool (*holds)(void *context), void *context);
/* The same for a query that answers a number that is not 0. */
void house_run_until_number(struct house *house, const char *sql);

/* All completions of one commit. */
struct told {
    size_t count;
    enum store_outcome outcomes[8];
    char detail[200];
};
void house_start_commit(struct store *store, const struct store_commit *commit, struct told *told);
void house_await(struct house *house, struct told *told, size_t count);
/* Commits and waits for the truth. */
enum store_outcome house_commit(struct house *house, struct store *store, const struct store_commit *commit);
#define assert_outcome(house, store, commit, wanted) cr_assert_eq(house_commit(house, store, commit), wanted)

/* A named read; the cell is copied. NULL: null, or no such row. */
const char *house_cell(struct house *house, struct store *store, const char *query,
                       const char *const *parameters, size_t count, size_t row, size_t column);
size_t house_rows(struct house *house, struct store *store, const char *query, const char *const *parameters,
                  size_t count);
struct result house_claim(struct house *house, struct store *store, const char *lease,
                          struct store_claim *out);

#endif
