#include "core/payment.h"

const char *const fixed_side_names[] = {"source", "target", NULL};

static const struct field party_fields[] = {
    FIELD(party, name, FIELD_TEXT),
    FIELD(party, street, FIELD_TEXT),
    FIELD(party, building, FIELD_TEXT),
    FIELD(party, post_code, FIELD_TEXT),
    FIELD(party, town, FIELD_TEXT),
    FIELD(party, country, FIELD_TEXT),
    FIELD(party, lei, FIELD_TEXT),
    FIELD(party, identification, FIELD_TEXT),
    {.name = NULL},
};
const struct record party_record = {"party", sizeof(struct party), party_fields};

static const struct field payment_fields[] = {
    FIELD(payment, uetr, FIELD_UUID),
    FIELD(payment, end_to_end_id, FIELD_TEXT),
    FIELD(payment, instruction_id, FIELD_TEXT),
    FIELD_OF_RECORD(payment, debtor, &party_record),
    FIELD(payment, debtor_account, FIELD_TEXT),
    FIELD(payment, debtor_agent, FIELD_TEXT),
    FIELD_OF_RECORD(payment, creditor, &party_record),
    FIELD(payment, creditor_account, FIELD_TEXT),
    FIELD(payment, creditor_agent, FIELD_TEXT),
    FIELD_OF_CHOICE(payment, fixed_side, fixed_side_names),
    FIELD(payment, source_currency, FIELD_TEXT),
    FIELD(payment, source_amount, FIELD_INTEGER),
    FIELD(payment, target_currency, FIELD_TEXT),
    FIELD(payment, target_amount, FIELD_INTEGER),
    FIELD(payment, rate, FIELD_DECIMAL),
    FIELD(payment, fx_provider, FIELD_TEXT),
    FIELD(payment, quote_id, FIELD_UUID),
    FIELD(payment, limit_amount, FIELD_INTEGER),
    FIELD(payment, purpose, FIELD_TEXT),
    FIELD(payment, remittance, FIELD_TEXT),
    FIELD(payment, acceptance_time, FIELD_INSTANT),
    {.name = NULL},
};
const struct record payment_record = {"payment", sizeof(struct payment), payment_fields};
