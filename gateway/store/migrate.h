#ifndef PONTIS_STORE_MIGRATE_H
#define PONTIS_STORE_MIGRATE_H

#include "base/result.h"

/* Brings the database to the schema this binary carries: every migration it does not have yet, in order of
 * its number, each in a transaction of its own that also records its SHA-256. Blocks; for `pontis migrate`
 * and tests. FATAL: a migration failed, an applied one has another hash than ours, or the database is newer;
 * RETRY: it cannot be reached. */
MUST_USE struct result migrate_run(const char *owner_conninfo);

/* The number of the newest migration this binary carries. */
int migrate_newest(void);

#endif
