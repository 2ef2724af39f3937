#ifndef PONTIS_CORE_CORRIDOR_H
#define PONTIS_CORE_CORRIDOR_H

#include "core/payment.h"

enum { CORRIDOR_MAX_PROVIDERS = 8, CORRIDOR_MAX_PINS = 4, CORRIDOR_MAX_PURPOSES = 32 };

/* One end of a corridor. */
struct corridor_system {
    char name[NAME_SIZE];
    char country[COUNTRY_SIZE];
    char bic[BIC_SIZE];
    char currency[CURRENCY_SIZE];
};

/* The rulebook of one corridor, as its YAML file says it: an immutable numbered version. Amounts are minor
 * units of the currency named beside them, durations milliseconds. */
struct corridor {
    char name[CORRIDOR_SIZE];
    int64_t version; /* given at `corridor apply`; 0 in a file */
    bool open;
    struct corridor_system home; /* ours */
    struct corridor_system peer;
    char adapter[REFERENCE_SIZE]; /* dialect: "peer" */
    char payment_version[16];     /* "pacs.008.001.13" */
    char status_version[16];      /* "pacs.002.001.15" */
    char endpoint[257];           /* https URL the peer's messages are posted to */
    char peer_certificate_pins[CORRIDOR_MAX_PINS]
                              [65]; /* SHA-256 of the peer's TLS certificate's public key, hex */
    char peer_signing_pins[CORRIDOR_MAX_PINS][65]; /* SHA-256 of the public keys the peer signs with, hex */
    struct {
        int64_t minimum; /* home currency, per payment */
        int64_t maximum;
        int64_t total_reserved; /* peer currency, sum not yet final; 0: no limit */
    } limits;
    struct {
        int64_t queue_age;         /* longest wait in RESERVED before it is refused */
        int64_t answer;            /* from sending to the first repetition */
        int64_t repeat;            /* between repetitions */
        int64_t credit;            /* from credit.requested to its repetition */
        int64_t maximum_execution; /* AccptncDtTm to first sight at the receiver */
    } timing;
    struct {
        char providers[CORRIDOR_MAX_PROVIDERS][REFERENCE_SIZE];
        int64_t quote_validity;
    } fx;
    bool acsc_is_final;
};

/* A system (name, country, BIC, currency), and the corridor as one flat record: pins and providers are
 * numbered. */
extern const struct record corridor_system_record;
extern const struct record corridor_record;

#endif
