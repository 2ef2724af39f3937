#ifndef PONTIS_CORE_COMMAND_H
#define PONTIS_CORE_COMMAND_H

#include "core/corridor.h"

/* What operators may order, and the rules by which an order is judged. */

enum order_name {
    ORDER_NONE,
    ORDER_CORRIDOR_APPLY,
    ORDER_CORRIDOR_SUSPEND,
    ORDER_CORRIDOR_RESUME,
    ORDER_FX_POST,
    ORDER_FX_QUOTE,
    ORDER_LIQUIDITY_FUND,
    ORDER_LIQUIDITY_WITHDRAW,
    ORDER_OPERATOR_ADD,
    ORDER_OPERATOR_SUSPEND,
    ORDER_APPROVAL_APPROVE,
    ORDER_APPROVAL_REFUSE,
    ORDER_COUNT
};
extern const char *const order_names[]; /* "", "corridor.apply", ... */

/* What is the same for every order of a kind. */
struct order_row {
    bool four_eyes;     /* proposed by one operator, in effect once another one approves */
    bool is_of_rules;   /* makes a version of a corridor; approved only while that is still at the version it
                           was   proposed against */
    bool needs_rules;   /* of a corridor that exists */
    bool is_of_amounts; /* takes from an account, or brings to it */
    bool stands_alone;  /* changes what other orders are judged by */
};
/* Aborts on a number that is no order. */
const struct order_row *order_row(int order);
/* ORDER_NONE: none is called so. */
int order_find(const char *name);

enum operator_role { ROLE_NONE, ROLE_OPERATOR, ROLE_AUDITOR, ROLE_MONITORING };
extern const char *const operator_role_names[]; /* "", "operator", "auditor", "monitoring" */

enum participant_role {
    PARTICIPANT_NONE,
    PARTICIPANT_OPERATOR_BANK,
    PARTICIPANT_CORRESPONDENT_BANK,
    PARTICIPANT_FX_PROVIDER,
    PARTICIPANT_AUDITOR,
    PARTICIPANT_MONITORING
};
extern const char *const participant_role_names[]; /* "", "operator_bank", ... */

enum approval_state { APPROVAL_NONE, APPROVAL_OPEN, APPROVAL_APPROVED, APPROVAL_REFUSED, APPROVAL_EXPIRED };
extern const char *const approval_state_names[]; /* "", "open", ... */

enum {
    OPERATOR_SIZE = 36,              /* a name and the closing zero */
    FINGERPRINT_SIZE = 65,           /* SHA-256 in hex */
    COMMAND_FIELD_SIZE = 96,         /* struct result's `where` */
    COMMAND_LEAST_OPERATORS = 2,     /* that must stay active: four eyes */
    APPROVAL_VALIDITY = 86400 * 1000 /* milliseconds that another operator has */
};

/* Is it a name that an operator can have: 1 to 35 of letters, digits, '.', '_', '-' and '@'? */
bool operator_is_name(const char *name);

/* What was asked, as far as the rules look at it. Members that an order does not carry stay empty. */
struct command_asked {
    int order;                          /* enum order_name */
    char certificate[FINGERPRINT_SIZE]; /* of whoever asks */
    struct uuid key;                    /* of the idempotency key; nil: there is none */
    uint8_t content_hash[32];           /* of order and request */
    int refusal;                        /* enum reason: what is wrong with the request by itself */
    char refusal_field[COMMAND_FIELD_SIZE];
    struct uuid approval; /* approval.approve, .refuse; then the members below are the proposed order's */
    char corridor[CORRIDOR_SIZE];
    char home_currency[CURRENCY_SIZE]; /* corridor.apply */
    char peer_currency[CURRENCY_SIZE];
    char provider[REFERENCE_SIZE]; /* fx.post, fx.quote, and of an account of liquidity.* */
    int64_t takes;                 /* liquidity.*: minor units that leave the account; negative: that come */
    char operator[OPERATOR_SIZE];  /* operator.add, .suspend */
    char operator_certificate[FINGERPRINT_SIZE];
    char
        participant[REFERENCE_SIZE]; /* operator.add: whose operator; "": the bank's that runs this gateway */
};
extern const struct record command_asked_record;

enum key_met {
    KEY_NEW,
    KEY_SAME,  /* this order came before under this idempotency key */
    KEY_OTHER, /* another one did */
};
extern const char *const key_met_names[];

struct approval_seen {
    int order; /* enum order_name: the proposed one */
    int state; /* enum approval_state */
    char proposer[OPERATOR_SIZE];
    char proposer_certificate[FINGERPRINT_SIZE];
    int64_t base_version; /* of the corridor, when it was proposed */
    instant expires_at;
};

/* All that the rules may know besides what was asked; it is kept with the command. */
struct command_seen {
    instant now;
    char operator[OPERATOR_SIZE]; /* whose certificate it is; "": nobody's */
    int role;                     /* enum operator_role */
    bool is_active;
    int key; /* enum key_met */
    struct approval_seen approval;
    int64_t corridor_version; /* newest; 0: there is none */
    bool corridor_open;
    char home_currency[CURRENCY_SIZE];
    char peer_currency[CURRENCY_SIZE];
    bool provider_known; /* in the corridor */
    bool is_unchanged;   /* corridor.apply: the newest version says the same */
    int64_t available;   /* in the account, minor units */
    int other_role;      /* enum operator_role of the operator who is asked about; NONE: no such operator */
    bool other_active;
    bool certificate_known; /* operator.add: somebody has it */
    int64_t active_operators;
    bool participant_known;
};
extern const struct record command_seen_record;

enum command_verdict {
    COMMAND_APPLIED,
    COMMAND_PROPOSED, /* another operator has to approve it */
    COMMAND_REPEATED, /* the answer of the first time, and nothing else */
    COMMAND_RECORDED, /* it stands as it was ordered already */
    COMMAND_REFUSED,
};
extern const char *const command_verdict_names[]; /* "applied", ... */

struct command_decision {
    int verdict;       /* enum command_verdict */
    int reason;        /* enum reason: why REFUSED; REASON_NONE otherwise */
    const char *field; /* JSON pointer to what is at fault; "": none. Of `asked` or static. */
};

/* Pure: the same arguments give the same decision, in the gateway and in an auditor's replay. */
void decide_command(const struct command_asked *asked, const struct command_seen *seen,
                    struct command_decision *out);
/* The order that takes effect: an approved one, or the one that was asked. */
int command_effect(const struct command_asked *asked, const struct command_seen *seen);

#endif
