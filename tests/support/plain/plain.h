#ifndef PONTIS_TESTS_SUPPORT_PLAIN_H
#define PONTIS_TESTS_SUPPORT_PLAIN_H

#include "adapters/adapter.h"

/* The smallest complete dialect: canonical lines, no XML, no signature. It proves that the contract of
 * adapter.h is enough, is what the simulator runs on, and is the one to copy. */
extern const struct adapter plain_adapter;

/* For tests: messages built so far; what cannot be said ("status": no status, else a payment with this
 * remittance); a key that cannot sign. */
extern size_t plain_built;
extern const char *plain_refuses;
extern bool plain_breaks;

#endif
