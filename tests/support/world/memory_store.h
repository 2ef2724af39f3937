#ifndef PONTIS_TESTS_SUPPORT_MEMORY_STORE_H
#define PONTIS_TESTS_SUPPORT_MEMORY_STORE_H

#include "base/arena.h"
#include "base/array.h"
#include "flow/ports.h"

/* The store's rules in memory: guards that refuse, unique keys, versions, accounts that may not be overdrawn.
 * It commits all of a commit or nothing. Rows keep copies of their bytes until the store is wiped. */
struct memory_event {
    struct store_wallet_event row;
    bool published;
};

struct memory_message {
    struct store_message row;
    int64_t attempts;
    bool delivered;
    instant last_attempt;
};

struct memory_operator {
    struct store_operator row;
    bool is_active;
};

struct memory_approval {
    struct store_approval row;
    int state;                     /* enum approval_state */
    struct store_approval_end end; /* once it is not open */
};

struct memory_store {
    struct arena arena;
    const instant *clock; /* the database's */
    int64_t epoch;        /* of the leases the node holds */
    bool locked;          /* by a load, until the commit that follows */
    ARRAY(struct instruction) instructions;
    ARRAY(struct store_identity) identities;
    ARRAY(struct quote) quotes;
    ARRAY(struct store_rate) rates;
    ARRAY(struct store_corridor) corridors;
    ARRAY(struct store_delta) balances;
    ARRAY(struct store_transfer) transfers;
    ARRAY(struct store_transition) transitions;
    ARRAY(struct memory_message) messages;
    ARRAY(struct store_attempt) attempts;
    ARRAY(struct memory_event) events;
    ARRAY(struct store_input) inputs;
    ARRAY(struct store_case) cases;
    ARRAY(struct memory_operator) operators;
    ARRAY(struct memory_approval) approvals;
    ARRAY(struct store_command) commands;
    int64_t position; /* -1: never consumed */
    uint8_t last_hash[32];
    size_t commits;
};

void memory_store_init(struct memory_store *store, const instant *clock);
void memory_store_wipe(struct memory_store *store);
enum store_outcome memory_store_commit(struct memory_store *store, const struct store_commit *commit);
/* `loaded` holds arrays from `arena`. */
void memory_store_load(struct memory_store *store, const struct store_load *load, struct arena *arena,
                       struct store_loaded *loaded);
/* The named reads that flow and jobs use; the cells are from `arena`. Aborts on a name it does not know. */
void memory_store_read(struct memory_store *store, const char *name, const char *const *parameters,
                       struct arena *arena, struct store_table *out);
/* The newest version of a corridor, 0: there is none. */
int64_t memory_store_version(const struct memory_store *store, const char *corridor);
/* Somebody who may use the API, with a certificate made of one letter. */
void memory_store_enrol(struct memory_store *store, const char *name, char letter, int role);
/* NULL: there is none. */
struct memory_approval *memory_store_approval(const struct memory_store *store, const struct uuid *id);
/* Available funds of a corridor's account, by core/ledger.h. */
int64_t memory_store_available(const struct memory_store *store, int role);

#endif
