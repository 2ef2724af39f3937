#ifndef PONTIS_TESTS_SUPPORT_WORLD_BUS_H
#define PONTIS_TESTS_SUPPORT_WORLD_BUS_H

#include "tests/support/world/world.h"

/* The wallet's topics of a node as its bus port. */
void world_bus_fill(struct node *node, struct bus_port *out);

#endif
