#ifndef PONTIS_STORE_READ_H
#define PONTIS_STORE_READ_H

#include "flow/ports.h"

/* store_port.read; self is the store. A name that is no query is FATAL. */
void read_run(void *self, const char *name, const char *const *parameters, size_t count, store_read_done done,
              void *context);

#endif
