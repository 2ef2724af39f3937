#ifndef PONTIS_STORE_ROWS_OF_COMMAND_H
#define PONTIS_STORE_ROWS_OF_COMMAND_H

#include "flow/ports.h"
#include "store/request.h"

/* Adds the statements for what orders write: rates, quotes, corridors with their accounts, operators,
 * approvals, and the orders themselves. */
void rows_of_command_fill(struct request *request, const struct store_commit *commit);

#endif
