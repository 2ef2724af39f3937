#include "core/corridor.h"

static const struct field system_fields[] = {
    FIELD(corridor_system, name, FIELD_TEXT),
    FIELD(corridor_system, country, FIELD_TEXT),
    FIELD(corridor_system, bic, FIELD_TEXT),
    FIELD(corridor_system, currency, FIELD_TEXT),
    {.name = NULL},
};
const struct record corridor_system_record = {"corridor_system", sizeof(struct corridor_system),
                                              system_fields};

/* A member of a part of the corridor, under a flat name. */
#define PART(flat_name, kind, member)                                                                        \
    {                                                                                                        \
        .name = (flat_name), .type = (kind), .offset = offsetof(struct corridor, member),                    \
        .size = sizeof(((struct corridor *)0)->member)                                                       \
    }

static const struct field corridor_fields[] = {
    FIELD(corridor, name, FIELD_TEXT),
    FIELD(corridor, version, FIELD_INTEGER),
    FIELD(corridor, open, FIELD_BOOLEAN),
    FIELD_OF_RECORD(corridor, home, &corridor_system_record),
    FIELD_OF_RECORD(corridor, peer, &corridor_system_record),
    FIELD(corridor, adapter, FIELD_TEXT),
    FIELD(corridor, payment_version, FIELD_TEXT),
    FIELD(corridor, status_version, FIELD_TEXT),
    FIELD(corridor, endpoint, FIELD_TEXT),
    PART("peer_certificate_pin_1", FIELD_TEXT, peer_certificate_pins[0]),
    PART("peer_certificate_pin_2", FIELD_TEXT, peer_certificate_pins[1]),
    PART("peer_certificate_pin_3", FIELD_TEXT, peer_certificate_pins[2]),
    PART("peer_certificate_pin_4", FIELD_TEXT, peer_certificate_pins[3]),
    PART("peer_signing_pin_1", FIELD_TEXT, peer_signing_pins[0]),
    PART("peer_signing_pin_2", FIELD_TEXT, peer_signing_pins[1]),
    PART("peer_signing_pin_3", FIELD_TEXT, peer_signing_pins[2]),
    PART("peer_signing_pin_4", FIELD_TEXT, peer_signing_pins[3]),
    PART("limits_minimum", FIELD_INTEGER, limits.minimum),
    PART("limits_maximum", FIELD_INTEGER, limits.maximum),
    PART("limits_total_reserved", FIELD_INTEGER, limits.total_reserved),
    PART("timing_queue_age", FIELD_INTEGER, timing.queue_age),
    PART("timing_answer", FIELD_INTEGER, timing.answer),
    PART("timing_repeat", FIELD_INTEGER, timing.repeat),
    PART("timing_credit", FIELD_INTEGER, timing.credit),
    PART("timing_maximum_execution", FIELD_INTEGER, timing.maximum_execution),
    PART("fx_provider_1", FIELD_TEXT, fx.providers[0]),
    PART("fx_provider_2", FIELD_TEXT, fx.providers[1]),
    PART("fx_provider_3", FIELD_TEXT, fx.providers[2]),
    PART("fx_provider_4", FIELD_TEXT, fx.providers[3]),
    PART("fx_provider_5", FIELD_TEXT, fx.providers[4]),
    PART("fx_provider_6", FIELD_TEXT, fx.providers[5]),
    PART("fx_provider_7", FIELD_TEXT, fx.providers[6]),
    PART("fx_provider_8", FIELD_TEXT, fx.providers[7]),
    PART("fx_quote_validity", FIELD_INTEGER, fx.quote_validity),
    FIELD(corridor, acsc_is_final, FIELD_BOOLEAN),
    {.name = NULL},
};
const struct record corridor_record = {"corridor", sizeof(struct corridor), corridor_fields};
