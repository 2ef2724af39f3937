#ifndef PONTIS_TESTS_SUPPORT_WORLD_WIRE_H
#define PONTIS_TESTS_SUPPORT_WORLD_WIRE_H

#include "tests/support/world/world.h"

/* The wire between the nodes: what one posts, the other is handed. */
void world_wire_fill(struct node *node, struct wire_port *out);

#endif
