#ifndef PONTIS_FLOW_PORTS_H
#define PONTIS_FLOW_PORTS_H

#include "base/buffer.h"
#include "core/command.h"
#include "core/decision.h"

/* The seam between Pontis and the world. flow and jobs know nothing else of it; the gateway's parts, the
 * simulator and the fakes of the tests implement the same structs. Every call but the clock's and random's is
 * a submit with one later completion (`done`), which may come before the submit returns. Data handed in
 * belongs to the caller and stays valid until the completion; data handed out is valid during the completion
 * only. */

/* ---- clock and random: inputs of decide, never called by core ---- */

typedef void (*clock_callback)(void *context);

struct clock_port {
    void *self;
    instant (*now)(void *self);       /* wall clock, UTC */
    int64_t (*monotonic)(void *self); /* milliseconds, never back, runs on during suspend */
    /* Calls back once, `milliseconds` from now; there is no cancelling: a callback that is late finds nothing
     * to do. */
    void (*after)(void *self, int64_t milliseconds, clock_callback callback, void *context);
};

struct random_port {
    void *self;
    void (*fill)(void *self, void *bytes, size_t length);
};

/* ---- bus: the domestic wallet's topics ---- */

struct bus_record {
    const char *topic;
    int32_t partition;
    int64_t offset;
    struct bytes key;
    struct bytes value;
    const char *traceparent; /* header; NULL: none */
};

/* What the bus tells its user, from the loop. */
struct bus_handler {
    void *context;
    /* The group gave or took partitions. Nothing is consumed before bus_port.consume says from where. */
    void (*assigned)(void *context, const char *topic, int32_t partition, int64_t low, int64_t high);
    void (*revoked)(void *context, const char *topic, int32_t partition);
    void (*records)(void *context, const struct bus_record *records, size_t count);
};

struct bus_outgoing {
    const char *topic;
    struct bytes key;
    struct bytes value;
};

typedef void (*bus_done)(void *context, struct result result);

struct bus_port {
    void *self;
    void (*subscribe)(void *self, const char *topic, struct bus_handler handler);
    /* Starts delivering a partition's records from `offset` on. */
    void (*consume)(void *self, const char *topic, int32_t partition, int64_t offset);
    /* Back-pressure: no records are delivered while paused; what is already fetched waits. */
    void (*pause)(void *self);
    void (*resume)(void *self);
    /* All of them, in order per key. OK: acknowledged by all in-sync replicas. RETRY: at least one was not;
     * publish all again (event ids make that harmless). */
    void (*publish)(void *self, const struct bus_outgoing *records, size_t count, bus_done done,
                    void *context);
};

/* ---- wire: HTTPS to and from peers, banks and operators ---- */

enum wire_outcome {
    WIRE_DELIVERED, /* 2xx */
    WIRE_NOT_SENT,  /* no byte of the request left: it may be tried again at once */
    WIRE_UNKNOWN,   /* anything else after the first byte: another status, a broken connection, a deadline */
};

struct wire_response {
    enum wire_outcome outcome;
    int http_status; /* 0: none came */
    struct bytes body;
    char detail[160];
};

typedef void (*wire_done)(void *context, const struct wire_response *response);

struct wire_request {
    const char *url; /* https */
    const char *content_type;
    struct bytes body;
    const char *traceparent; /* "" : none */
    int64_t deadline;        /* milliseconds for the whole exchange */
    const char (*pins)[65]; /* CORRIDOR_MAX_PINS accepted public keys of the server, SHA-256 hex, "" unused */
};

/* A request that came in, until it is answered. */
struct wire_exchange {
    void *handle;         /* the wire's */
    const char *listener; /* "peer" or "api" */
    const char *method;   /* "GET", "POST" */
    const char *path;     /* decoded, without the query */
    const char *query;    /* as sent, "" : none */
    const char *content_type;
    const char *traceparent; /* "" : none */
    const char *idempotency_key;
    char certificate[65]; /* SHA-256 of the client's certificate, hex */
    char public_key[65];  /* SHA-256 of its SubjectPublicKeyInfo, hex: what pins name */
    const char *subject;  /* the certificate's common name */
    struct bytes body;    /* valid until the answer */
};

typedef void (*wire_handler)(void *context, struct wire_exchange *exchange);

struct wire_port {
    void *self;
    void (*post)(void *self, const struct wire_request *request, wire_done done, void *context);
    /* Every request is handed to the listener's handler and answered once, then or later. */
    void (*serve)(void *self, const char *listener, wire_handler handler, void *context);
    void (*answer)(void *self, struct wire_exchange *exchange, int status, const char *content_type,
                   struct bytes body);
};

/* ---- store: the one durable thing ---- */

/* A name that must be unique for ever, folded to 128 bits: an instruction key, an event id, a lock. */
struct store_identity {
    struct uuid key;
    uint8_t content_hash[32];
    struct uuid instruction;
};

/* What an order is judged by. Members that it does not speak of are empty. */
struct store_order {
    char certificate[FINGERPRINT_SIZE]; /* of whoever gives it */
    struct uuid identity;               /* of the idempotency key */
    struct uuid approval;
    char corridor[CORRIDOR_SIZE];
    struct account_reference account; /* of the corridor, when `currency` is not empty */
    char operator[OPERATOR_SIZE];     /* the one it is about */
    char operator_certificate[FINGERPRINT_SIZE];
    const char *participants; /* codes, one a line */
};

/* What a batch needs to read. */
struct store_load {
    const struct instruction_key *keys;
    size_t key_count;
    const struct uuid *identities;
    size_t identity_count;
    const struct uuid *quotes;
    size_t quote_count;
    const char (*corridors)[CORRIDOR_SIZE]; /* whose balances and best rates are wanted */
    size_t corridor_count;
    /* The instructions and the corridors' balances are locked before they are read, each in the order of its
     * key, until the commit that follows (which is of the same transaction) or the next load. RETRY: they are
     * held by others for too long, or a commit is under way. */
    bool lock;
    const struct store_order *orders;
    size_t order_count;
};

/* One guarded account with what is left of it, and one corridor's best rate out. */
struct store_corridor_view {
    char corridor[CORRIDOR_SIZE];
    int64_t version;          /* of its newest rules; 0: there are none */
    int64_t foreign_headroom; /* FOREIGN_PREFUND available */
    int64_t peer_headroom;    /* PEER_PREFUND available */
    int64_t reserved;         /* FOREIGN_PREFUND pending */
    struct rate_offer best_rate;
};

/* What was answered to the order that came before under the same idempotency key. */
struct store_answer {
    bool is_known;
    uint8_t content_hash[32]; /* of that order */
    int verdict;              /* enum command_verdict */
    int reason;               /* enum reason */
    char field[COMMAND_FIELD_SIZE];
    char detail[160];
    struct bytes answer; /* JSON; empty: it was refused */
};

/* What there is of what a store_order names. Its strings live as long as the store_loaded. */
struct store_order_view {
    char operator[OPERATOR_SIZE]; /* "": nobody has the certificate */
    int role;                     /* enum operator_role */
    bool is_active;
    struct store_answer before;
    struct approval_seen approval; /* state NONE: there is none */
    int64_t corridor_version;      /* newest; 0: none */
    struct bytes document;         /* its canonical bytes */
    int64_t available;             /* in the account, minor units */
    int other_role;                /* enum operator_role of the operator it is about; NONE: there is none */
    bool other_active;
    bool certificate_known;
    int64_t active_operators;
    const char *participants; /* those of the codes that are enrolled, one a line */
};

/* Parallel to the arrays of store_load; an instruction, identity or quote that does not exist has a nil
 * id/key. */
struct store_loaded {
    struct instruction *instructions;
    struct store_identity *identities;
    struct quote *quotes;
    struct store_corridor_view *corridors;
    struct store_order_view *orders;
};

typedef void (*store_load_done)(void *context, struct result result, const struct store_loaded *loaded);

/* -- a commit as data: guards first, then rows; the order of the members is the order of execution -- */

struct store_lease {
    char name[129]; /* "partition:TOPIC:INCARNATION:N" or "shard:N" */
    int64_t epoch;
};

/* Compare-and-set of a consumed partition: from -> to, under its lease. */
struct store_position {
    char topic[129];
    int32_t partition;
    char incarnation[REFERENCE_SIZE];
    int64_t lease_epoch;
    int64_t from;
    int64_t to;
    uint8_t last_hash[32]; /* of the last record consumed */
};

/* Something that came in, and what was done with it: every input has exactly one disposition. */
struct store_input {
    struct uuid id;   /* time-ordered */
    const char *door; /* "wallet", "peer", "command" */
    char topic[129];  /* wallet: with partition and offset the inbox key; "" otherwise */
    int32_t partition;
    char incarnation[REFERENCE_SIZE];
    int64_t offset;
    char source[129];
    char event_id[129];
    struct bytes payload;
    uint8_t hash[32];        /* SHA-256 of payload */
    const char *disposition; /* "applied", "repeated", "recorded", "refused", "quarantined" */
    int reason;              /* enum reason */
    char detail[160];
    struct uuid instruction; /* nil: none */
    instant at;
};

struct store_instruction {
    struct instruction after;
    int64_t version_before; /* 0: insert */
};

struct store_quote_use {
    struct uuid quote;
    struct uuid instruction;
};

struct store_transition {
    struct uuid id; /* time-ordered */
    struct uuid instruction;
    int64_t version; /* of the instruction after it; unchanged for REPEATED, RECORDED, REFUSED */
    int from;        /* enum state */
    int to;
    int event;   /* enum event_type */
    int verdict; /* enum verdict */
    int reason;
    int64_t corridor_version;
    instant at;
    struct bytes record; /* canonical bytes of event, seen */
    uint8_t salt[32];
    uint8_t leaf[32];
};

struct store_transfer {
    struct uuid id; /* time-ordered */
    struct uuid instruction;
    char corridor[CORRIDOR_SIZE];
    struct posting posting;
    instant at;
};

struct store_delta {
    char corridor[CORRIDOR_SIZE];
    struct account_reference account;
    int64_t debits_pending;
    int64_t debits_posted;
    int64_t credits_pending;
    int64_t credits_posted;
    int64_t most_pending; /* that the account's credits may come to when they grow; 0: no limit */
};

struct store_message {
    struct uuid id; /* time-ordered */
    struct uuid instruction;
    char corridor[CORRIDOR_SIZE];
    int direction;    /* OUTBOUND: ours; INBOUND: the peer's */
    const char *type; /* "pacs.008.001.13" */
    bool is_answer;   /* ours, to a message of the peer: goes out until the peer has it */
    char message_id[REFERENCE_SIZE];
    char business_message_id[REFERENCE_SIZE];
    struct bytes body;
    uint8_t content_hash[32];
    char traceparent[56];
    instant at;
};

/* A sending of a message, committed before its first byte leaves; its end is a row of its own. */
struct store_attempt {
    struct uuid id;
    struct uuid message;
    int64_t number;
    instant at;
};

struct store_attempt_end {
    struct uuid attempt;
    struct uuid message;
    const char *outcome; /* "delivered", "not_sent", "unknown" */
    int http_status;
    char detail[160];
    instant at;
};

struct store_wallet_event {
    struct uuid id;          /* UUIDv5(instruction, version and ordinal): the CloudEvents id */
    struct uuid instruction; /* nil: none */
    int64_t version;
    const char *type;
    char topic[129];
    char key[129];
    struct bytes body;
    instant at;
};

struct store_case {
    struct uuid id;
    struct uuid instruction; /* nil: none */
    char corridor[CORRIDOR_SIZE];
    const char *cause;
    char note[REASON_TEXT_SIZE];
    instant at;
};

/* Rows that only commands write. */
struct store_rate {
    struct uuid id;
    char corridor[CORRIDOR_SIZE];
    struct rate_offer offer;
    char source_currency[CURRENCY_SIZE];
    char target_currency[CURRENCY_SIZE];
    char operator[OPERATOR_SIZE]; /* who posted it */
    instant at;
};

struct store_corridor {
    char name[CORRIDOR_SIZE];
    int64_t version;
    struct bytes document; /* canonical bytes */
    uint8_t hash[32];
    char operator[OPERATOR_SIZE];
    instant at;
    const struct account_reference *accounts; /* created when they do not exist */
    size_t account_count;
};

/* Somebody who may use the API. */
struct store_operator {
    char name[OPERATOR_SIZE];
    char participant[REFERENCE_SIZE]; /* "": of the bank that runs this gateway */
    int role;                         /* enum operator_role */
    char certificate[FINGERPRINT_SIZE];
    instant at;
};

/* No longer active; a conflict when that would leave fewer than two active operators. */
struct store_suspension {
    char operator[OPERATOR_SIZE];
};

/* An order that waits for another operator. */
struct store_approval {
    struct uuid id;               /* time-ordered */
    int order;                    /* enum order_name */
    char corridor[CORRIDOR_SIZE]; /* "": of none */
    struct bytes request;
    char proposer[OPERATOR_SIZE];
    char proposer_certificate[FINGERPRINT_SIZE];
    instant proposed_at, expires_at;
    int64_t base_version; /* of the corridor whose rules it changes; 0: there is none */
    struct bytes changes; /* JSON */
};

struct store_approval_end {
    struct uuid approval;
    int state; /* enum approval_state, not OPEN */
    char decided_by[OPERATOR_SIZE];
    instant at;
    char reason[REASON_TEXT_SIZE];
};

/* An order as it was judged. What has an effect is a conflict unless its operator is active. */
struct store_command {
    struct uuid id; /* its input's */
    int order;      /* enum order_name */
    char operator[OPERATOR_SIZE];
    struct uuid identity; /* of its idempotency key; nil: none */
    int verdict;          /* enum command_verdict */
    int reason;           /* enum reason */
    char field[COMMAND_FIELD_SIZE];
    char detail[160];
    struct bytes answer;  /* JSON; empty: refused */
    struct uuid approval; /* that it made or decided; nil: none */
    instant at;
    struct bytes record; /* canonical bytes of asked, seen */
    uint8_t salt[32];
    uint8_t leaf[32];
};

struct store_commit {
    const struct store_lease *leases;
    size_t lease_count;
    const struct store_position *positions;
    size_t position_count;
    const struct store_input *inputs;
    size_t input_count;
    const struct store_identity *identities;
    size_t identity_count;
    const struct store_instruction *instructions;
    size_t instruction_count;
    const struct store_quote_use *quote_uses;
    size_t quote_use_count;
    const struct store_transition *transitions;
    size_t transition_count;
    const struct store_message *messages;
    size_t message_count;
    const struct store_attempt *attempts;
    size_t attempt_count;
    const struct store_attempt_end *attempt_ends;
    size_t attempt_end_count;
    const struct store_wallet_event *wallet_events;
    size_t wallet_event_count;
    const struct uuid *published;
    size_t published_count; /* wallet events acknowledged by Kafka */
    const struct store_case *cases;
    size_t case_count;
    const struct store_rate *rates;
    size_t rate_count;
    const struct quote *quotes;
    size_t quote_count;
    const struct store_corridor *corridors;
    size_t corridor_count;
    const struct store_operator *operators;
    size_t operator_count;
    const struct store_suspension *suspensions;
    size_t suspension_count;
    const struct store_approval *approvals;
    size_t approval_count;
    const struct store_approval_end *approval_ends;
    size_t approval_end_count;
    const struct store_command *commands;
    size_t command_count;
    const struct store_transfer *transfers;
    size_t transfer_count;
    const struct store_delta *deltas;
    size_t delta_count;
};

enum store_outcome {
    STORE_COMMITTED,
    STORE_CONFLICT, /* a version, a unique key or a position was taken by another: load and decide anew */
    STORE_FENCED,   /* this worker's epoch or a lease is gone: drop everything, send nothing */
    STORE_CHECK,    /* an account would be overdrawn or hold too much pending: load and decide anew */
    STORE_BAD_ROW,  /* a data error (SQLSTATE 22, 23) that no retry heals */
    STORE_RETRY,    /* nothing was committed; the same commit may be handed in again */
    STORE_UNKNOWN,  /* the store could not find out yet; it keeps trying and completes again with another
                       outcome */
};

typedef void (*store_commit_done)(void *context, enum store_outcome outcome, const char *detail);

/* For how long a lease is taken or prolonged; a worker does so every second. */
enum { STORE_LEASE_MILLISECONDS = 5000 };

/* A lease taken or prolonged by this worker. `epoch` 0: another worker holds it. */
struct store_claim {
    int64_t epoch;
    int64_t position;      /* partitions: next offset to consume; -1: never consumed */
    uint8_t last_hash[32]; /* partitions: of the record before that */
};

typedef void (*store_claim_done)(void *context, struct result result, const struct store_claim *claim);

/* A result of a named read: text cells, NULL for a null. */
struct store_table {
    size_t columns;
    size_t rows;
    const char *const *cells; /* row by row */
    const size_t *lengths;
};

typedef void (*store_read_done)(void *context, struct result result, const struct store_table *table);

struct store_port {
    void *self;
    void (*load)(void *self, const struct store_load *load, store_load_done done, void *context);
    void (*commit)(void *self, const struct store_commit *commit, store_commit_done done, void *context);
    void (*claim)(void *self, const char *lease, store_claim_done done, void *context);
    /* Runs sql/queries/NAME.sql with text parameters (NULL: null) on the reading connection. */
    void (*read)(void *self, const char *name, const char *const *parameters, size_t count,
                 store_read_done done, void *context);
};

struct ports {
    struct clock_port clock;
    struct random_port random;
    struct bus_port bus;
    struct wire_port wire;
    struct store_port store;
};

#endif
