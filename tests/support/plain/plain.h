#ifndef PONTIS_TESTS_SUPPORT_PLAIN_H
#define PONTIS_TESTS_SUPPORT_PLAIN_H

#include "adapters/adapter.h"

/* The smallest complete dialect: canonical lines, no XML, no signature. It proves that the contract of
 * adapter.h is enough, is what the simulator runs on, and is the one to copy. */
extern const struct adapter plain_adapter;

#endif
