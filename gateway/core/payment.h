#ifndef PONTIS_CORE_PAYMENT_H
#define PONTIS_CORE_PAYMENT_H

#include "base/decimal.h"
#include "base/instant.h"
#include "base/record.h"
#include "base/uuid.h"

/* Caps are ISO 20022's; every array is one longer for the closing zero. */
enum {
    NAME_SIZE = 141,
    REFERENCE_SIZE = 36,
    ACCOUNT_SIZE = 35,
    BIC_SIZE = 12,
    COUNTRY_SIZE = 3,
    CURRENCY_SIZE = 4,
    CODE_SIZE = 5,      /* an external code: purpose, status reason */
    CORRIDOR_SIZE = 36, /* a corridor's name */
    REMITTANCE_SIZE = 141,
    REASON_TEXT_SIZE = 106, /* Max105Text of AddtlInf */
};

/* PostalAddress24 and PartyIdentification135, what a cross-border transfer needs of them. */
struct party {
    char name[NAME_SIZE];
    char street[71];
    char building[17];
    char post_code[17];
    char town[141];
    char country[COUNTRY_SIZE];
    char lei[21];                        /* organisations */
    char identification[REFERENCE_SIZE]; /* persons: national identity number (FATF R.16) */
};

enum fixed_side { FIXED_SOURCE, FIXED_TARGET };
extern const char *const fixed_side_names[]; /* "source", "target" */

/* The canonical payment: what every event, message, table and API says of one. Amounts are minor units. */
struct payment {
    struct uuid uetr;
    char end_to_end_id[REFERENCE_SIZE];
    char instruction_id[REFERENCE_SIZE];
    struct party debtor;
    char debtor_account[ACCOUNT_SIZE];
    char debtor_agent[BIC_SIZE];
    struct party creditor;
    char creditor_account[ACCOUNT_SIZE];
    char creditor_agent[BIC_SIZE];
    int fixed_side; /* enum fixed_side */
    char source_currency[CURRENCY_SIZE];
    int64_t source_amount; /* 0 while not computed */
    char target_currency[CURRENCY_SIZE];
    int64_t target_amount; /* 0 while not computed */
    struct decimal rate;   /* target units per source unit; mantissa 0 while unknown */
    char fx_provider[REFERENCE_SIZE];
    struct uuid quote_id; /* nil: none */
    int64_t limit_amount; /* without a quote: source fixed, the least target; target fixed, the most source;
                             0: none */
    char purpose[CODE_SIZE]; /* ExternalPurpose1Code */
    char remittance[REMITTANCE_SIZE];
    instant acceptance_time; /* AccptncDtTm */
};

extern const struct record party_record;
extern const struct record payment_record;

#endif
