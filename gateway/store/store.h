#ifndef PONTIS_STORE_STORE_H
#define PONTIS_STORE_STORE_H

#include <event2/event.h>

#include "flow/ports.h"

/* PostgreSQL as the store port: one committing connection, one reading connection, both on the loop.
 *
 * A commit is one transaction in one pipeline. Its first statement moves this worker's batch number from n-1
 * to n; when the connection dies before the answer, the number tells after reconnecting whether it committed.
 */
struct store;

struct store_settings {
    const char *conninfo; /* libpq's; of the app role */
    const char
        *worker; /* this worker's name, unique among all that share the database; below 40 characters */
};

/* Takes the worker's row under a new epoch, which fences whoever had the name before, and starts connecting.
 * Blocks for the first, not for the second. RETRY: no database; FATAL: not migrated, or of another version.
 */
MUST_USE struct result store_open(const struct store_settings *settings, struct event_base *base,
                                  struct store **out);
void store_fill_port(struct store *store, struct store_port *out);
/* Why nothing can be committed just now; NULL: it can. A static text. */
const char *store_trouble(const struct store *store);
/* What is under way ends as RETRY (commits: UNKNOWN). Not from a completion of this store. */
void store_close(struct store *store);

#endif
