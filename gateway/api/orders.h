#ifndef PONTIS_API_ORDERS_H
#define PONTIS_API_ORDERS_H

#include "flow/door_command.h"

/* Reads what an order asks for out of a request: a corridor file for corridor.apply, a JSON object for the
 * others. REFUSE: what is wrong with it by itself, with the member at fault. What of it depends on how things
 * stand is judged by the door. */
MUST_USE struct result orders_read(struct command *command, int order, struct bytes request);

#endif
