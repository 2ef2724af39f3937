#include "tests/unit/store/rows.h"

#include <string.h>

#include "base/text.h"
#include "core/ledger.h"

struct uuid row_id(uint32_t kind, uint32_t number) {
    struct uuid id = {{0}};
    for (int i = 0; i < 4; i++) {
        id.bytes[3 - i] = (uint8_t)(kind >> 8 * i);
        id.bytes[15 - i] = (uint8_t)(number >> 8 * i);
    }
    id.bytes[6] = 0x70;
    id.bytes[8] = 0x80;
    return id;
}

static instant now(void) {
    return ROW_EPOCH + ROW_NOW * 1000 + 7;
}

struct store_instruction row_instruction(uint32_t number, int state, int64_t version_before) {
    struct store_instruction row = {.version_before = version_before};
    struct instruction *after = &row.after;
    after->id = row_id(1, number);
    text_set(after->key.corridor, sizeof after->key.corridor, "sg-th");
    after->key.uetr = row_id(2, number);
    after->state = state;
    after->version = version_before + 1;
    after->corridor_version = 1;
    after->payment.uetr = after->key.uetr;
    text_set(after->payment.debtor.name, sizeof after->payment.debtor.name, "Tan Mei Ling");
    text_set(after->payment.source_currency, sizeof after->payment.source_currency, "SGD");
    after->payment.source_amount = 10050;
    text_set(after->payment.target_currency, sizeof after->payment.target_currency, "THB");
    after->payment.target_amount = 260000;
    after->payment.rate = (struct decimal){258706, 4};
    after->received_at = now();
    return row;
}

struct store_identity row_identity(uint32_t number) {
    struct store_identity row = {.key = row_id(3, number), .instruction = row_id(1, number)};
    memset(row.content_hash, (int)number, sizeof row.content_hash);
    return row;
}

struct store_input row_input(uint32_t number, int64_t offset) {
    struct store_input row = {.id = row_id(4, number),
                              .door = "wallet",
                              .topic = "home.from-wallet",
                              .incarnation = "one",
                              .offset = offset,
                              .source = "/wallet/home",
                              .payload = bytes_of_string("{\"a\":1}"),
                              .disposition = "applied",
                              .instruction = row_id(1, number),
                              .at = now()};
    return row;
}

struct store_transition row_transition(uint32_t number, const struct store_instruction *instruction) {
    struct store_transition row = {.id = row_id(5, number),
                                   .instruction = instruction->after.id,
                                   .version = instruction->after.version,
                                   .to = instruction->after.state,
                                   .event = EVENT_TRANSFER_INITIATED,
                                   .verdict = VERDICT_APPLIED,
                                   .corridor_version = 1,
                                   .at = now(),
                                   .record = bytes_of_string("event.type=transfer.initiated\n")};
    memset(row.salt, 0xab, sizeof row.salt);
    memset(row.leaf, 0xcd, sizeof row.leaf);
    return row;
}

struct store_message row_message(uint32_t number, const char *type, int direction) {
    struct store_message row = {.id = row_id(6, number),
                                .instruction = row_id(1, number),
                                .corridor = "sg-th",
                                .direction = direction,
                                .type = type,
                                .is_answer = direction == OUTBOUND && strncmp(type, "pacs.002", 8) == 0,
                                .message_id = "MSG-1",
                                .business_message_id = "BIZ-1",
                                .body = bytes_of_string("<a/>"),
                                .at = now()};
    return row;
}

struct store_wallet_event row_wallet_event(uint32_t number) {
    struct store_wallet_event row = {.id = row_id(7, number),
                                     .instruction = row_id(1, number),
                                     .version = 1,
                                     .type = "corridor.transfer.received.v1",
                                     .topic = "home.to-wallet",
                                     .key = "ACC-1",
                                     .body = bytes_of_string("{\"b\":\"\xc3\xa9\"}"),
                                     .at = now() + number};
    return row;
}

struct store_position row_position(int64_t lease_epoch, int64_t from, int64_t to) {
    struct store_position row = {.topic = "home.from-wallet",
                                 .incarnation = "one",
                                 .lease_epoch = lease_epoch,
                                 .from = from,
                                 .to = to};
    memset(row.last_hash, (int)to, sizeof row.last_hash);
    return row;
}

struct store_corridor row_corridor(void) {
    static const struct account_reference accounts[] = {
        {ACCOUNT_DOMESTIC, "", "SGD"},     {ACCOUNT_FOREIGN_PREFUND, "", "THB"},
        {ACCOUNT_PEER_PREFUND, "", "SGD"}, {ACCOUNT_BLOCKED_FUNDS, "", "SGD"},
        {ACCOUNT_FUNDING, "", "SGD"},      {ACCOUNT_FUNDING, "", "THB"},
        {ACCOUNT_FX, "GLOBEXFX", "SGD"},   {ACCOUNT_FX, "GLOBEXFX", "THB"},
        {ACCOUNT_FX, "MERLIONFX", "SGD"},  {ACCOUNT_FX, "MERLIONFX", "THB"},
    };
    struct store_corridor row = {.name = "sg-th",
                                 .version = 1,
                                 .document = bytes_of_string(ROW_DOCUMENT),
                                 .operator= "op",
                                 .at = now(),
                                 .accounts = accounts,
                                 .account_count = sizeof accounts / sizeof *accounts};
    return row;
}

void row_post(struct row_posting *out, uint32_t number, int phase, int debit_role, int credit_role,
              const char *currency, int64_t amount) {
    memset(out, 0, sizeof *out);
    struct posting *posting = &out->transfer.posting;
    *posting = (struct posting){
        .phase = phase, .amount = amount, .debit.role = debit_role, .credit.role = credit_role};
    text_set(posting->debit.currency, sizeof posting->debit.currency, currency);
    text_set(posting->credit.currency, sizeof posting->credit.currency, currency);
    text_set(posting->debit.owner, sizeof posting->debit.owner, debit_role == ACCOUNT_FX ? "GLOBEXFX" : "");
    text_set(posting->credit.owner, sizeof posting->credit.owner,
             credit_role == ACCOUNT_FX ? "GLOBEXFX" : "");
    out->transfer.id = row_id(8, number);
    text_set(out->transfer.corridor, sizeof out->transfer.corridor, "sg-th");
    out->transfer.at = now();
    struct ledger_change changes[2];
    ledger_apply(posting, changes);
    for (int i = 0; i < 2; i++) {
        text_set(out->deltas[i].corridor, sizeof out->deltas[i].corridor, "sg-th");
        out->deltas[i].account = changes[i].account;
        out->deltas[i].debits_pending = changes[i].debits_pending;
        out->deltas[i].debits_posted = changes[i].debits_posted;
        out->deltas[i].credits_pending = changes[i].credits_pending;
        out->deltas[i].credits_posted = changes[i].credits_posted;
    }
}
