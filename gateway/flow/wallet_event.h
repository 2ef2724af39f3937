#ifndef PONTIS_FLOW_WALLET_EVENT_H
#define PONTIS_FLOW_WALLET_EVENT_H

#include "base/buffer.h"
#include "core/decision.h"

/* The wallet contract (money.md, section 5): CloudEvents 1.0, structured JSON, as schemas/wallet describes
 * them. */

/* Reads an event of the wallet's. REFUSE: EVENT_MALFORMED (not JSON, too large, too deep, a key twice),
 * EVENT_SCHEMA (what schemas/wallet refuses), or a reason of the payment's content; `where` is a JSON pointer
 * below the event's data. What could be read stands in `out` even then: source, id, type, UETR, corridor. */
MUST_USE struct result wallet_event_read(struct bytes text, struct event *out);

/* What the wallet is told. Strings are borrowed. */
struct wallet_notice {
    int type;       /* enum wallet_event_type */
    struct uuid id; /* CloudEvents id */
    const char *source;
    const char *key; /* Kafka key */
    instant time;
    const struct instruction *instruction;   /* NULL: about none */
    const char *traceparent;                 /* NULL or "": none */
    const char *causation_id;                /* "": caused by no event */
    int reason;                              /* enum reason; REASON_NONE: the instruction's, if it has one */
    const char *reason_field;                /* JSON pointer, may be NULL */
    const char *refused_source, *refused_id; /* EVENT_REFUSED: what had no effect */
    const uint8_t *refused_hash;             /* 32 bytes */
    const char *text;                        /* ALERT: for operators */
};

void wallet_event_write(const struct wallet_notice *notice, struct buffer *out);

#endif
