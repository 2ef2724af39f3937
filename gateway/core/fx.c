#include "core/fx.h"

#include "core/reasons.h"

typedef __int128 wide;

static bool times_power(wide value, int32_t exponent, wide *out) {
    for (; exponent > 0; exponent--)
        if (__builtin_mul_overflow(value, (wide)10, &value))
            return false;
    *out = value;
    return true;
}

/* Positive numbers only. */
static wide divide_half_to_even(wide numerator, wide denominator) {
    wide quotient = numerator / denominator, rest = numerator % denominator;
    wide missing = denominator - rest;
    if (rest > missing || (rest == missing && quotient % 2))
        quotient++;
    return quotient;
}

/* numerator * 10^exponent / denominator; a negative exponent goes below the line. */
static bool scaled_quotient(wide numerator, wide denominator, int32_t exponent, wide *out) {
    bool fits = exponent >= 0 ? times_power(numerator, exponent, &numerator)
                              : times_power(denominator, -exponent, &denominator);
    if (fits)
        *out = divide_half_to_even(numerator, denominator);
    return fits;
}

struct result fx_compute(int fixed_side, int64_t fixed_amount, struct decimal rate, int32_t source_digits,
                         int32_t target_digits, int64_t *computed) {
    int32_t exponent = target_digits - source_digits - rate.scale;
    wide value = 0;
    bool fits = fixed_side == FIXED_SOURCE
                    ? scaled_quotient((wide)fixed_amount * rate.mantissa, 1, exponent, &value)
                    : scaled_quotient(fixed_amount, rate.mantissa, -exponent, &value);
    if (!fits || value > INT64_MAX)
        return result_refuse(REASON_AMOUNT_TOO_LARGE, "", "the converted amount does not fit");
    if (value == 0)
        return result_refuse(REASON_AMOUNT_ZERO, "", "the converted amount rounds to zero");
    *computed = (int64_t)value;
    return result_ok();
}

/* Everything in units of 10^-(source digits + rate scale) of a target unit, times 10^target digits, so that
 * no division rounds. */
bool fx_agrees(int64_t source_amount, int64_t target_amount, struct decimal rate, int32_t source_digits,
               int32_t target_digits) {
    int32_t exponent = source_digits + rate.scale - target_digits;
    wide one = 1, target, source = (wide)source_amount * rate.mantissa, rate_unit = rate.mantissa,
         half = ((wide)source_amount + 1) / 2;
    bool fits = exponent >= 0 ? times_power(1, exponent, &one)
                              : times_power(source, -exponent, &source) &&
                                    times_power(rate_unit, -exponent, &rate_unit) &&
                                    times_power(half, -exponent, &half);
    if (!fits || __builtin_mul_overflow((wide)target_amount, one, &target))
        return false;
    wide difference = target > source ? target - source : source - target;
    return difference <= one + rate_unit + half;
}
