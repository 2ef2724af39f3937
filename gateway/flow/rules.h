#ifndef PONTIS_FLOW_RULES_H
#define PONTIS_FLOW_RULES_H

#include "flow/flow.h"

/* Installs what the query corridors_current (name, version, document) knows and this worker does not:
 * corridors that another worker or gateway applied. One that cannot be opened here is logged; the rules
 * before it go on. */
void rules_install(struct flow *flow, const struct store_table *table);

#endif
