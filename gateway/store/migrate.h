#ifndef PONTIS_STORE_MIGRATE_H
#define PONTIS_STORE_MIGRATE_H

#include <stdbool.h>

#include "base/embedded.h"
#include "base/result.h"

/* The database's schema: a row of numbered migrations, forward only. Everything here blocks: for `pontis
 * migrate`, for the start of a worker, and for tests. */

struct pg_conn;
struct migration;

/* How a migration behaves towards those who work in the database. What it waits for, others wait for behind
 * it; so it waits briefly, lets go of all it holds, and comes again. Milliseconds. */
struct migrate_patience {
    int lock;  /* a statement waits for another session's lock */
    int pause; /* before the next try */
    int tries;
    int turn; /* for another `pontis migrate` to end */
};

struct migrate_order {
    const char *conninfo;                    /* libpq's; of the schema's owner */
    const struct embedded_file *files;       /* NULL: those this binary carries */
    const struct migrate_patience *patience; /* NULL: one that suits a working gateway */
};

/* Brings the database to the schema this binary carries: every migration it does not have yet, in order of
 * its number, each in a transaction of its own that also records its SHA-256. A newer schema that this binary
 * can work with is left as it is.
 * FATAL: a migration failed, an applied one has another hash than ours, or the database is too new; RETRY: it
 * cannot be reached, or somebody holds a lock. What was applied before stays applied. */
MUST_USE struct result migrate_run(const char *owner_conninfo);
MUST_USE struct result migrate_run_order(const struct migrate_order *order);

/* Tells every migration, in order, and whether the database has it; changes nothing. Errors as migrate_run.
 */
typedef void migrate_tell(void *context, const struct migration *migration, bool is_applied);
MUST_USE struct result migrate_plan(const struct migrate_order *order, migrate_tell *tell, void *context);

/* Whether this binary can work with the database as it stands: it has all of our migrations, of those that
 * are newer each is compatible with us, and it was not restored or promoted unless somebody accepted that.
 * FATAL: not, with what to do; RETRY: the database did not answer. */
MUST_USE struct result migrate_check(struct pg_conn *session);

/* `who` says that the database, which was restored or promoted, has been reconciled: gateways may start on
 * it. Errors as migrate_run. */
MUST_USE struct result migrate_accept_restored(const char *owner_conninfo, const char *who);

/* The number of the newest migration this binary carries. */
int migrate_newest(void);

#endif
