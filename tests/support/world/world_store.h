#ifndef PONTIS_TESTS_SUPPORT_WORLD_STORE_H
#define PONTIS_TESTS_SUPPORT_WORLD_STORE_H

#include "tests/support/world/world.h"

/* The memory store as the store port of a node: every call is a task. */
void world_store_fill(struct node *node, struct store_port *out);

#endif
