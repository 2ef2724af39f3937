#ifndef PONTIS_WALLET_OUTBOX_H
#define PONTIS_WALLET_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "channel.h"

/* Every event the wallet ever wrote, by id: what the broker does not have yet is published until it has it,
 * and an answer that is asked for again goes out again, word for word. */
struct outbox;

struct outbox *outbox_new(void);
void outbox_free(struct outbox *outbox);
/* Takes `text` over; it waits to be published. An id that is known is not added again. */
void outbox_add(struct outbox *outbox, const char *id, const char *key, char *text);
/* The event of this id as it was written, or NULL. */
const char *outbox_text(const struct outbox *outbox, const char *id);
/* The broker has it. */
void outbox_done(struct outbox *outbox, const char *id);
/* It waits again; nothing happens when the id is not known. */
void outbox_again(struct outbox *outbox, const char *id);
/* Hands what waits to the channel, in order, as far as it has room. */
void outbox_flush(struct outbox *outbox, struct channel *channel);
/* How many the broker does not have. */
size_t outbox_open(const struct outbox *outbox);

#endif
