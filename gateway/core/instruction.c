#include "core/instruction.h"

#include "base/text.h"
#include "core/event.h"

const char *const direction_names[] = {"outbound", "inbound", NULL};
const char *const instruction_kind_names[] = {"payment", NULL};
const char *const state_names[] = {"NONE",     "RECEIVED", "HELD",    "RESERVED",         "SENT",
                                   "ACCEPTED", "IN_DOUBT", "SETTLED", "CREDIT_REQUESTED", "CREDIT_IN_DOUBT",
                                   "CREDITED", "REJECTED", "BLOCKED", "CANCELLED",        NULL};

bool state_is_final(int state) {
    return state == STATE_SETTLED || state == STATE_CREDITED || state == STATE_REJECTED ||
           state == STATE_BLOCKED || state == STATE_CANCELLED;
}

bool instruction_key_equal(const struct instruction_key *left, const struct instruction_key *right) {
    return uuid_equal(&left->uetr, &right->uetr) && left->direction == right->direction &&
           left->kind == right->kind && text_equal(left->corridor, right->corridor);
}

static const struct field key_fields[] = {
    FIELD(instruction_key, corridor, FIELD_TEXT),
    FIELD_OF_CHOICE(instruction_key, direction, direction_names),
    FIELD_OF_CHOICE(instruction_key, kind, instruction_kind_names),
    FIELD(instruction_key, uetr, FIELD_UUID),
    {.name = NULL},
};
const struct record instruction_key_record = {"instruction_key", sizeof(struct instruction_key), key_fields};

static const struct field instruction_fields[] = {
    FIELD(instruction, id, FIELD_UUID),
    FIELD_OF_RECORD(instruction, key, &instruction_key_record),
    FIELD_OF_CHOICE(instruction, state, state_names),
    FIELD(instruction, version, FIELD_INTEGER),
    FIELD(instruction, corridor_version, FIELD_INTEGER),
    FIELD_OF_RECORD(instruction, payment, &payment_record),
    FIELD(instruction, content_hash, FIELD_DIGEST),
    FIELD(instruction, wallet_source, FIELD_TEXT),
    FIELD(instruction, lock_id, FIELD_UUID),
    FIELD(instruction, lock_amount, FIELD_INTEGER),
    FIELD(instruction, expires_at, FIELD_INSTANT),
    FIELD(instruction, message_id, FIELD_TEXT),
    FIELD(instruction, business_message_id, FIELD_TEXT),
    FIELD(instruction, transaction_id, FIELD_TEXT),
    FIELD(instruction, attempts, FIELD_INTEGER),
    FIELD(instruction, reason_code, FIELD_TEXT),
    FIELD(instruction, reason_text, FIELD_TEXT),
    FIELD(instruction, reason_field, FIELD_TEXT),
    FIELD(instruction, closed, FIELD_BOOLEAN),
    FIELD_OF_CHOICE(instruction, peer_status, peer_status_names),
    FIELD(instruction, told_version, FIELD_INTEGER),
    FIELD(instruction, received_at, FIELD_INSTANT),
    FIELD(instruction, due_at, FIELD_INSTANT),
    FIELD(instruction, traceparent, FIELD_TEXT),
    {.name = NULL},
};
const struct record instruction_record = {"instruction", sizeof(struct instruction), instruction_fields};
