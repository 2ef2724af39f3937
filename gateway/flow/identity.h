#ifndef PONTIS_FLOW_IDENTITY_H
#define PONTIS_FLOW_IDENTITY_H

#include "core/instruction.h"

/* Names that must be unique for ever, folded to 128 bits of SHA-256 over their length-prefixed parts: wide
 * enough that no two of them meet, narrow enough for one table. */
struct uuid identity_of_event(const char *source, const char *id);
struct uuid identity_of_lock(const char *source, const struct uuid *lock);
struct uuid identity_of_instruction(const struct instruction_key *key);
/* The CloudEvents id of our event of `type` about an instruction at `version`: the same event, the same id.
 */
struct uuid identity_of_wallet_event(const struct uuid *instruction, int64_t version, const char *type);

/* SHA-256 of bytes. */
void identity_hash(struct bytes bytes, uint8_t out[32]);

#endif
