#ifndef PONTIS_API_COMMANDS_H
#define PONTIS_API_COMMANDS_H

#include "api/api.h"

/* POST /v1/commands/{name}: an order of an operator, told apart from a repetition by its Idempotency-Key.
 * Answered once what came of it is committed: 200, or 202 when another operator has to approve it. */
void commands_run(struct api *api, struct wire_exchange *exchange, const struct api_caller *caller,
                  const char *name);

#endif
