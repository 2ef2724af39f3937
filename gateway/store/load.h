#ifndef PONTIS_STORE_LOAD_H
#define PONTIS_STORE_LOAD_H

#include "flow/ports.h"

/* store_port.load; self is the store. Up to four statements on the reading connection; locks nothing. FATAL
 * also when a stored instruction cannot be read. */
void load_run(void *self, const struct store_load *load, store_load_done done, void *context);

#endif
