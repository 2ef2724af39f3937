#ifndef PONTIS_CORE_DECISION_H
#define PONTIS_CORE_DECISION_H

#include "core/corridor.h"
#include "core/event.h"

/* A ledger account is known by corridor, role, owner and currency. */
enum account_role {
    ACCOUNT_DOMESTIC,        /* what the wallets hold, home currency */
    ACCOUNT_FX,              /* an FX provider's position, one per currency */
    ACCOUNT_FOREIGN_PREFUND, /* our money at the peer, peer currency; never overdrawn */
    ACCOUNT_PEER_PREFUND,    /* the peer's money with us, home currency; never overdrawn */
    ACCOUNT_BLOCKED_FUNDS,   /* frozen by law, home currency */
    ACCOUNT_FUNDING,         /* where liquidity comes from, one per currency */
    ACCOUNT_SUSPENSE,        /* an operator's decision in a case, one per currency */
};
extern const char *const account_role_names[]; /* "DOMESTIC", "FX", ... */

struct account_reference {
    int role;                   /* enum account_role */
    char owner[REFERENCE_SIZE]; /* FX: the provider; empty otherwise */
    char currency[CURRENCY_SIZE];
};

enum posting_phase { POSTING_PENDING, POSTING_POST, POSTING_VOID, POSTING_DIRECT };
extern const char *const posting_phase_names[]; /* "pending", "post", "void", "direct" */

/* One transfer between two accounts of one currency: debit and credit by the same amount (> 0, minor units).
 * PENDING reserves; POST and VOID end what an earlier PENDING of this instruction reserved; DIRECT posts at
 * once. */
struct posting {
    int phase; /* enum posting_phase */
    struct account_reference debit;
    struct account_reference credit;
    int64_t amount;
};

/* To the domestic wallet, money.md section 5. */
enum wallet_event_type {
    WALLET_TRANSFER_RECEIVED,
    WALLET_TRANSFER_SENT,
    WALLET_TRANSFER_ACCEPTED,
    WALLET_TRANSFER_IN_DOUBT,
    WALLET_TRANSFER_SETTLED,
    WALLET_TRANSFER_REJECTED,
    WALLET_TRANSFER_CANCELLED,
    WALLET_TRANSFER_BLOCKED,
    WALLET_CREDIT_REQUESTED,
    WALLET_EVENT_REFUSED,
    WALLET_ALERT,
};
extern const char *const wallet_event_type_names[]; /* "corridor.transfer.received.v1", ... */

/* What the wallet was told when a payment that leaves came into this state (not NONE). */
int wallet_event_of_state(int state);

/* To the peer. */
enum peer_message {
    PEER_MESSAGE_NONE,
    PEER_MESSAGE_PAYMENT, /* build and sign a pacs.008, then send */
    PEER_MESSAGE_STATUS,  /* build and sign a pacs.002 with `status` and the reason, then send */
    PEER_MESSAGE_REPEAT,  /* send the stored bytes of the last message of this instruction again */
};
extern const char *const peer_message_names[];

/* An FX provider's offer. */
struct quote {
    struct uuid id;
    char corridor[CORRIDOR_SIZE];
    char provider[REFERENCE_SIZE];
    char source_currency[CURRENCY_SIZE];
    char target_currency[CURRENCY_SIZE];
    int fixed_side;
    int64_t source_amount;
    int64_t target_amount;
    struct decimal rate;
    instant expires_at;
    bool expired;        /* by the database's clock, when it was loaded */
    struct uuid used_by; /* instruction; nil: unused */
};
extern const struct record quote_record;

struct rate_offer {
    char provider[REFERENCE_SIZE];
    struct decimal rate; /* mantissa 0: nobody offers */
    instant valid_until; /* 0: until replaced */
};
extern const struct record rate_offer_record;

/* All that decide may know besides the instruction, the event and the corridor. It is kept with the
 * transition. */
struct seen {
    instant now;
    struct uuid new_instruction;     /* id for an instruction that this event makes */
    struct uuid new_uetr;            /* for a payment whose wallet names none */
    char message_id[REFERENCE_SIZE]; /* MsgId for a message that this event makes */
    struct quote quote;              /* the one the payment names; nil id: there is none */
    struct rate_offer best_rate;
    int64_t headroom; /* what the guarded account (FOREIGN_PREFUND, PEER_PREFUND) still has, minor units */
    int64_t reserved; /* sum of this corridor's pending outbound payments, peer currency */
    bool peer_open;   /* the way to the peer is free */
    bool lock_known;  /* another payment of this wallet already took this lock */
};
extern const struct record seen_record;

enum verdict {
    VERDICT_APPLIED,  /* the instruction moves to `after` */
    VERDICT_REPEATED, /* same event again: nothing changes, the last answer goes out again */
    VERDICT_RECORDED, /* legal but without effect (a non-final after a final) */
    VERDICT_REFUSED, /* no such row in the table, or other content under a known key: kept, told, no effect */
};
extern const char *const verdict_names[];

enum { DECISION_MAX_POSTINGS = 4, DECISION_MAX_EMISSIONS = 3 };

/* What is to be done, as data. `after` is the whole instruction as it will stand. */
struct decision {
    int verdict; /* enum verdict */
    int reason;  /* enum reason: why REFUSED, REJECTED, ...; REASON_NONE otherwise */
    struct instruction after;
    size_t posting_count;
    struct posting postings[DECISION_MAX_POSTINGS];
    size_t emission_count;
    int emissions[DECISION_MAX_EMISSIONS]; /* enum wallet_event_type */
    int peer_message;                      /* enum peer_message */
    int status;                            /* PEER_MESSAGE_STATUS: enum peer_status */
    bool uses_quote;                       /* seen.quote is used up by this */
    bool opens_case;                       /* a person must look: contradiction, collision, failed lock */
    char case_note[REASON_TEXT_SIZE];
};

/* The money rules. Pure: the same arguments give the same decision, in the gateway, the simulator and an
 * auditor's replay. `before->state` is STATE_NONE for an instruction that does not exist yet. */
void decide(const struct instruction *before, const struct event *event, const struct corridor *corridor,
            const struct seen *seen, struct decision *out);

#endif
