#ifndef PONTIS_WALLET_CONTROL_H
#define PONTIS_WALLET_CONTROL_H

#include <jansson.h>
#include <poll.h>

#include "base/result.h"

/* Orders to the wallet: a Unix socket; one JSON object a line in, one a line out, in order. */
enum { CONTROL_MAX_CLIENTS = 16 };

/* Returns the answer, a new reference. */
typedef json_t *(*control_order)(void *context, const json_t *order);

struct control;

MUST_USE struct result control_open(const char *path, control_order order, void *context,
                                    struct control **out);
/* Adds what is to be watched to `polls` (room for CONTROL_MAX_CLIENTS + 1); returns how many. */
int control_watch(const struct control *control, struct pollfd *polls);
/* Reads, obeys and answers; never waits. */
void control_drain(struct control *control);
void control_close(struct control *control);

#endif
