#include "core/decision.h"

const char *const account_role_names[] = {"DOMESTIC",      "FX",      "FOREIGN_PREFUND", "PEER_PREFUND",
                                          "BLOCKED_FUNDS", "FUNDING", "SUSPENSE",        NULL};
const char *const posting_phase_names[] = {"pending", "post", "void", "direct", NULL};
const char *const wallet_event_type_names[] = {"corridor.transfer.received.v1",
                                               "corridor.transfer.sent.v1",
                                               "corridor.transfer.accepted.v1",
                                               "corridor.transfer.in_doubt.v1",
                                               "corridor.transfer.settled.v1",
                                               "corridor.transfer.rejected.v1",
                                               "corridor.transfer.cancelled.v1",
                                               "corridor.transfer.blocked.v1",
                                               "corridor.credit.requested.v1",
                                               "corridor.event.refused.v1",
                                               "corridor.alert.v1",
                                               NULL};
const char *const peer_message_names[] = {"none", "payment", "status", "repeat", NULL};
const char *const verdict_names[] = {"applied", "repeated", "recorded", "refused", NULL};

static const struct field quote_fields[] = {
    FIELD(quote, id, FIELD_UUID),
    FIELD(quote, corridor, FIELD_TEXT),
    FIELD(quote, provider, FIELD_TEXT),
    FIELD(quote, source_currency, FIELD_TEXT),
    FIELD(quote, target_currency, FIELD_TEXT),
    FIELD_OF_CHOICE(quote, fixed_side, fixed_side_names),
    FIELD(quote, source_amount, FIELD_INTEGER),
    FIELD(quote, target_amount, FIELD_INTEGER),
    FIELD(quote, rate, FIELD_DECIMAL),
    FIELD(quote, expires_at, FIELD_INSTANT),
    FIELD(quote, expired, FIELD_BOOLEAN),
    FIELD(quote, used_by, FIELD_UUID),
    {.name = NULL},
};
const struct record quote_record = {"quote", sizeof(struct quote), quote_fields};

static const struct field rate_offer_fields[] = {
    FIELD(rate_offer, provider, FIELD_TEXT),
    FIELD(rate_offer, rate, FIELD_DECIMAL),
    FIELD(rate_offer, valid_until, FIELD_INSTANT),
    {.name = NULL},
};
const struct record rate_offer_record = {"rate_offer", sizeof(struct rate_offer), rate_offer_fields};

static const struct field seen_fields[] = {
    FIELD(seen, now, FIELD_INSTANT),
    FIELD(seen, new_instruction, FIELD_UUID),
    FIELD(seen, new_uetr, FIELD_UUID),
    FIELD(seen, message_id, FIELD_TEXT),
    FIELD_OF_RECORD(seen, quote, &quote_record),
    FIELD_OF_RECORD(seen, best_rate, &rate_offer_record),
    FIELD(seen, headroom, FIELD_INTEGER),
    FIELD(seen, reserved, FIELD_INTEGER),
    FIELD(seen, peer_open, FIELD_BOOLEAN),
    FIELD(seen, lock_known, FIELD_BOOLEAN),
    {.name = NULL},
};
const struct record seen_record = {"seen", sizeof(struct seen), seen_fields};
