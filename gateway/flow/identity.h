#ifndef PONTIS_FLOW_IDENTITY_H
#define PONTIS_FLOW_IDENTITY_H

#include "core/instruction.h"

/* Names that must be unique for ever, folded to 128 bits of SHA-256 over their length-prefixed parts: wide
 * enough that no two of them meet, narrow enough for one table. */
struct uuid identity_of_event(const char *source, const char *id);
struct uuid identity_of_lock(const char *source, const struct uuid *lock);
struct uuid identity_of_instruction(const struct instruction_key *key);
struct uuid identity_of_command(const char *operator, const char * idempotency_key);
/* The CloudEvents id of our event of `type` about a payment at `version`: the same event, the same id. */
struct uuid identity_of_wallet_event(const struct uuid *payment, int64_t version, const char *type);

/* Of our event.refused about an event: the same event, the same id. */
struct uuid identity_of_refusal(const struct uuid *instruction, const char *source, const char *id);
/* Of an event whose id is known with other content. */
struct uuid identity_of_collision(const char *source, const char *id, const uint8_t content_hash[32]);

/* MsgId and BizMsgIdr of a message of ours are its row's id without the first dash: Max35Text. */
void identity_format_message(const struct uuid *message, char out[REFERENCE_SIZE]);
bool identity_parse_message(const char *reference, struct uuid *out);

/* SHA-256 of bytes. */
void identity_hash(struct bytes bytes, uint8_t out[32]);

#endif
