#ifndef PONTIS_STORE_COMMIT_H
#define PONTIS_STORE_COMMIT_H

#include "store/state.h"

/* Commits one after the other; the first may be under way or in doubt. */

/* store_port.commit; self is the store. */
void commit_run(void *self, const struct store_commit *commit, store_commit_done done, void *context);
/* Sends the first when nothing stands in its way. */
void commit_next(struct store *store);
/* The database's truth: the last committed batch. A commit in doubt ends. */
void commit_resolve(struct store *store, int64_t number);
/* The session is gone: what had not been sent ends as RETRY. */
void commit_disconnected(struct store *store, const char *detail);
/* Another has our name: everything ends as FENCED, now and from now on. */
void commit_fence(struct store *store, const char *detail);
/* See store_trouble. */
const char *commit_trouble(const struct store *store);
/* The store closes: forgets what could not be told. */
void commit_abandon(struct store *store);

#endif
