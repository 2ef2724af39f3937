#ifndef PONTIS_STORE_LEASE_H
#define PONTIS_STORE_LEASE_H

#include "flow/ports.h"

/* store_port.claim; self is the store. Takes a lease that is free, ours or has run out, and prolongs it;
 * epoch 0: another worker holds it. RETRY: not known now, ask again. FATAL: this worker was replaced. */
void lease_claim(void *self, const char *name, store_claim_done done, void *context);

#endif
