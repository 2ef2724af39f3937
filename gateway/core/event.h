#ifndef PONTIS_CORE_EVENT_H
#define PONTIS_CORE_EVENT_H

#include "core/instruction.h"

/* What can happen to an instruction. Events of the wallet, of the peer, of the wire and of time take the same
 * way. */
enum event_type {
    EVENT_TRANSFER_INITIATED, /* wallet: pay */
    EVENT_CANCEL_REQUESTED,   /* wallet: do not pay after all */
    EVENT_LOCK_CAPTURED,      /* wallet: the payer was charged */
    EVENT_LOCK_RELEASED,      /* wallet: the payer was not charged */
    EVENT_LOCK_FAILED,        /* wallet: neither could be done */
    EVENT_CREDIT_COMPLETED,   /* wallet: the payee has the money */
    EVENT_CREDIT_REJECTED,    /* wallet: the payee cannot be credited */
    EVENT_CREDIT_BLOCKED,     /* wallet: frozen by law */
    EVENT_PEER_PAYMENT,       /* peer: pacs.008 */
    EVENT_PEER_STATUS,        /* peer: pacs.002 */
    EVENT_PEER_REFUSAL,       /* peer: signed admi.002 that names our message */
    EVENT_DISPATCH,           /* flow: the way to the peer is free, build and send */
    EVENT_DELIVERY_UNKNOWN,   /* wire: the first byte left, no 2xx came back */
    EVENT_TIMER_DUE,          /* due_at has passed */
    EVENT_COUNT
};
extern const char *const event_type_names[]; /* "transfer.initiated", ... */

/* pacs.002 transaction status, ExternalPaymentTransactionStatus1Code as far as money.md gives it a meaning.
 */
enum peer_status {
    STATUS_NONE,
    STATUS_ACTC,
    STATUS_ACSP,
    STATUS_PDNG,
    STATUS_ACWP,
    STATUS_ACSC,
    STATUS_ACCC,
    STATUS_RJCT,
    STATUS_BLCK
};
extern const char *const peer_status_names[]; /* "", "ACTC", ... */

/* One thing that happened. Members that an event type does not carry stay empty. */
struct event {
    int type; /* enum event_type */
    struct instruction_key key;
    char source[129]; /* CloudEvents source, or the peer's BIC */
    char id[129];     /* CloudEvents id, or the peer's BizMsgIdr; empty for wire and time */
    uint8_t content_hash[32];
    struct payment payment; /* TRANSFER_INITIATED, PEER_PAYMENT */
    struct uuid lock_id;    /* TRANSFER_INITIATED, LOCK_* */
    int64_t lock_amount;
    instant expires_at; /* TRANSFER_INITIATED: not to be sent after this; 0: no limit of the wallet's */
    char message_id[REFERENCE_SIZE];          /* PEER_*: its MsgId */
    char business_message_id[REFERENCE_SIZE]; /* PEER_*: its BizMsgIdr */
    char transaction_id[REFERENCE_SIZE];      /* PEER_*: TxId (of the original in a status) */
    int status;                               /* PEER_STATUS: enum peer_status */
    char original_message_id[REFERENCE_SIZE]; /* PEER_STATUS: OrgnlMsgId; PEER_REFUSAL: the refused BizMsgIdr
                                               */
    char original_end_to_end_id[REFERENCE_SIZE];
    char original_instruction_id[REFERENCE_SIZE];
    char original_currency[CURRENCY_SIZE]; /* OrgnlTxRef/IntrBkSttlmAmt, empty: not present */
    int64_t original_amount;
    char reason_code[CODE_SIZE]; /* PEER_STATUS, PEER_REFUSAL, CREDIT_REJECTED, CREDIT_BLOCKED, LOCK_FAILED */
    char reason_text[REASON_TEXT_SIZE];
    int64_t
        refusal; /* enum reason: what its door already found wrong with the content; REASON_NONE otherwise */
    char refusal_field[96];
    char traceparent[56];
};

extern const struct record event_record;

#endif
