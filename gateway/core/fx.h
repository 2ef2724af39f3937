#ifndef PONTIS_CORE_FX_H
#define PONTIS_CORE_FX_H

#include "base/result.h"
#include "core/payment.h"

/* Foreign exchange (money.md, section 4). A rate is target units per source unit; amounts are minor units;
 * `source_digits` and `target_digits` are the currencies' decimals. */

/* The other side of a fixed amount, rounded half to even. REFUSE: AMOUNT_TOO_LARGE when it does not fit,
 * AMOUNT_ZERO when it rounds to nothing. */
MUST_USE struct result fx_compute(int fixed_side, int64_t fixed_amount, struct decimal rate,
                                  int32_t source_digits, int32_t target_digits, int64_t *computed);
/* A receiver's check: do both amounts agree with the rate, within one target unit + rate x one source unit +
 * source x half the rate's last decimal? */
bool fx_agrees(int64_t source_amount, int64_t target_amount, struct decimal rate, int32_t source_digits,
               int32_t target_digits);

#endif
