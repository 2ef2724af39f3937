#ifndef PONTIS_WALLET_SIMULATOR_H
#define PONTIS_WALLET_SIMULATOR_H

#include <jansson.h>

#include "base/result.h"
#include "channel.h"

/* A domestic wallet system: orders payments, captures and releases locks, credits payees. What it does is
 * written to its journal first, so that a killed wallet goes on where it was. */
struct simulator;

/* Replays the journal. `source` names the wallet in its events and outlives the simulator. `is_fresh`: the
 * topics began anew, their positions in the journal do not hold. */
MUST_USE struct result simulator_open(const char *source, const char *journal_path, bool is_fresh,
                                      struct simulator **out);
void simulator_free(struct simulator *simulator);

/* For the channel. */
struct channel_handler simulator_handler(struct simulator *simulator);
/* Publishes what waits. */
void simulator_flush(struct simulator *simulator, struct channel *channel);

/* For the control socket: an order and its answer, as README.md lists them. */
json_t *simulator_obey(void *simulator, const json_t *order);

#endif
