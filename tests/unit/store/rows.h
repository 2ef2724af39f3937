#ifndef PONTIS_TESTS_STORE_ROWS_H
#define PONTIS_TESTS_STORE_ROWS_H

#include "flow/ports.h"

/* Rows for commits. Ids and times follow from small numbers, so that a test reads as a story. */

/* A uuid that is different for every pair; sorted by `kind`, then `number`. */
struct uuid row_id(uint32_t kind, uint32_t number);
/* A payment of corridor sg-th in a state; its id and UETR follow from the number. */
struct store_instruction row_instruction(uint32_t number, int state, int64_t version_before);
struct store_identity row_identity(uint32_t number);
struct store_input row_input(uint32_t number, int64_t offset);
struct store_transition row_transition(uint32_t number, const struct store_instruction *instruction);
struct store_message row_message(uint32_t number, const char *type, int direction);
struct store_wallet_event row_wallet_event(uint32_t number);
struct store_position row_position(int64_t lease_epoch, int64_t from, int64_t to);

/* Corridor sg-th, version 1, SGD to THB, with every account it needs. */
struct store_corridor row_corridor(void);
/* A posting with both its deltas, in the order debit, credit. */
struct row_posting {
    struct store_transfer transfer;
    struct store_delta deltas[2];
};
void row_post(struct row_posting *out, uint32_t number, int phase, int debit_role, int credit_role,
              const char *currency, int64_t amount);

enum { ROW_NOW = 1000 };                 /* seconds after ROW_EPOCH */
#define ROW_EPOCH INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */
#define ROW_DOCUMENT                                                                                         \
    "corridor.name=sg-th\ncorridor.home.name=Monetary Authority of Singapore\ncorridor.home.bic=MASGSGSG\n"  \
    "corridor.peer.name=Bank of Thailand\ncorridor.peer.bic=BOTHTHBK\ncorridor.fx_provider_1=GLOBEXFX\n"     \
    "corridor.fx_provider_2=MERLIONFX\n"
/* SQL: GLOBEXFX without a corridor that speaks of it. */
#define ROW_ENROL_PROVIDER                                                                                   \
    "INSERT INTO participant (code, legal_name, role) VALUES ('GLOBEXFX', 'Globex FX', 'fx_provider')"
#define ROW_LEASE "partition:home.from-wallet:one:0"

#endif
