#ifndef PONTIS_CORE_INSTRUCTION_H
#define PONTIS_CORE_INSTRUCTION_H

#include "core/payment.h"

enum direction { OUTBOUND, INBOUND };
extern const char *const direction_names[]; /* "outbound", "inbound" */

enum instruction_kind { KIND_PAYMENT };
extern const char *const instruction_kind_names[]; /* "payment" */

/* money.md, section 2. STATE_NONE: the instruction does not exist yet. */
enum state {
    STATE_NONE,
    STATE_RECEIVED,
    STATE_HELD,
    STATE_RESERVED,
    STATE_SENT,
    STATE_ACCEPTED,
    STATE_IN_DOUBT,
    STATE_SETTLED,
    STATE_CREDIT_REQUESTED,
    STATE_CREDIT_IN_DOUBT,
    STATE_CREDITED,
    STATE_REJECTED,
    STATE_BLOCKED,
    STATE_CANCELLED,
    STATE_COUNT
};
extern const char *const state_names[]; /* "NONE", "RECEIVED", ... */

/* SETTLED, CREDITED, REJECTED, BLOCKED, CANCELLED: never left again. */
bool state_is_final(int state);

/* What an instruction is known by, for ever. */
struct instruction_key {
    char corridor[CORRIDOR_SIZE];
    int direction; /* enum direction */
    int kind;      /* enum instruction_kind */
    struct uuid uetr;
};

/* One order to move money, as it stands. `version` counts its transitions and guards every update. */
struct instruction {
    struct uuid id; /* time-ordered; nil: does not exist */
    struct instruction_key key;
    int state; /* enum state */
    int64_t version;
    int64_t corridor_version; /* rules it was accepted under */
    struct payment payment;
    uint8_t content_hash[32];        /* of what first made it */
    char wallet_source[129];         /* outbound: CloudEvents source of the wallet that asked */
    struct uuid lock_id;             /* outbound: the wallet's lock on the payer's funds */
    int64_t lock_amount;             /* the most that may be taken, source minor units */
    instant expires_at;              /* outbound: not to be sent after this; 0: no limit of the wallet's */
    char message_id[REFERENCE_SIZE]; /* MsgId of the pacs.008, ours or the peer's */
    char business_message_id[REFERENCE_SIZE]; /* BizMsgIdr it travelled under */
    char transaction_id[REFERENCE_SIZE];      /* TxId */
    int64_t attempts;            /* times the message was handed to the wire by a timer or a dispatch */
    char reason_code[CODE_SIZE]; /* ISO reason of REJECTED, BLOCKED, CANCELLED */
    char reason_text[REASON_TEXT_SIZE];
    char reason_field[96]; /* the field at fault */
    bool closed;           /* outbound: the wallet said what became of the lock */
    int peer_status;       /* outbound: enum peer_status, what the peer said last */
    int64_t told_version;  /* at which the wallet was told last: the same answer goes out under the same id */
    instant received_at;
    instant due_at; /* next timer; 0: none */
    char traceparent[56];
};

extern const struct record instruction_key_record;
extern const struct record instruction_record;

bool instruction_key_equal(const struct instruction_key *left, const struct instruction_key *right);

#endif
