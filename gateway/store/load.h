#ifndef PONTIS_STORE_LOAD_H
#define PONTIS_STORE_LOAD_H

#include "flow/ports.h"

/* store_port.load; self is the store. Up to four statements on the reading connection, which lock nothing;
 * with locks, up to six on the committing one, whose transaction is left open for the commit that follows.
 * FATAL also when a stored instruction cannot be read. */
void load_run(void *self, const struct store_load *load, store_load_done done, void *context);

#endif
