#ifndef PONTIS_FLOW_SEND_H
#define PONTIS_FLOW_SEND_H

#include "flow/batch.h"

/* What leaves after a commit: messages to the peer, events to the wallet, answers to exchanges. Nothing here
 * decides; what comes back is queued again as items. */
void send_messages(struct batch *batch);
/* Reads the stored bytes of instructions that repeat their last message and queues them. */
void send_again(struct batch *batch);
/* Publishes the batch's wallet events and marks them once Kafka has them. */
void send_wallet_events(struct batch *batch);
/* Queues stored bytes to be sent once more, under a new attempt row. `body` is copied. */
void send_stored(struct flow *flow, struct flow_link *link, const struct batch_send *stored,
                 int64_t attempts);
/* send_stored of a row of the query messages_undelivered or message_of_instruction: message, instruction,
 * UETR, corridor, whether it is an answer, body in hex, attempts so far. */
void send_row(struct flow *flow, struct flow_link *link, const struct store_table *table, size_t row);

#endif
