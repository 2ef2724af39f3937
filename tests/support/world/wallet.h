#ifndef PONTIS_TESTS_SUPPORT_WALLET_H
#define PONTIS_TESTS_SUPPORT_WALLET_H

#include "tests/support/world/world.h"

/* The domestic wallet system of a node hears an event and answers on its topic. */
void wallet_hears(struct node *node, struct bytes event);

#endif
