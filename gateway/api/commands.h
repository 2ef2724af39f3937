#ifndef PONTIS_API_COMMANDS_H
#define PONTIS_API_COMMANDS_H

#include "api/api.h"

/* POST /v1/commands/{name}: corridor.apply (body: the corridor file), fx.post, fx.quote, liquidity.fund
 * (body: JSON). Answered 200 with what came of it, once that is committed. */
void commands_run(struct api *api, struct wire_exchange *exchange, const char *name);

#endif
