#include "base/decimal.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int64_t decimal_power(int32_t exponent) {
    assert(exponent >= 0 && exponent <= 18);
    int64_t power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_plain_number(const char *text, size_t length, size_t *fraction_digits) {
    const char *point = memchr(text, '.', length);
    size_t whole = point ? (size_t)(point - text) : length;
    *fraction_digits = point ? length - whole - 1 : 0;
    if (whole == 0 || (point && *fraction_digits == 0))
        return false;
    for (size_t i = 0; i < length; i++)
        if (text + i != point && !is_digit(text[i]))
            return false;
    return true;
}

enum decimal_error decimal_parse(const char *text, size_t length, int32_t max_scale, struct decimal *out) {
    size_t fraction_digits;
    if (!is_plain_number(text, length, &fraction_digits))
        return DECIMAL_NOT_A_NUMBER;
    if (fraction_digits > (size_t)max_scale)
        return DECIMAL_TOO_MANY_DIGITS;
    int64_t mantissa = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '.')
            continue;
        if (__builtin_mul_overflow(mantissa, 10, &mantissa) ||
            __builtin_add_overflow(mantissa, text[i] - '0', &mantissa))
            return DECIMAL_TOO_LARGE;
    }
    *out = (struct decimal){mantissa, (int32_t)fraction_digits};
    return DECIMAL_OK;
}

enum decimal_error decimal_parse_minor(const char *text, size_t length, int32_t minor_digits, int64_t *out) {
    struct decimal decimal;
    enum decimal_error error = decimal_parse(text, length, minor_digits, &decimal);
    if (error != DECIMAL_OK)
        return error;
    if (__builtin_mul_overflow(decimal.mantissa, decimal_power(minor_digits - decimal.scale), out))
        return DECIMAL_TOO_LARGE;
    return DECIMAL_OK;
}

void decimal_format(struct decimal decimal, char out[DECIMAL_TEXT_SIZE]) {
    const char *sign = decimal.mantissa < 0 ? "-" : "";
    uint64_t size = decimal.mantissa < 0 ? 0 - (uint64_t)decimal.mantissa : (uint64_t)decimal.mantissa;
    uint64_t unit = (uint64_t)decimal_power(decimal.scale);
    if (decimal.scale == 0) {
        snprintf(out, DECIMAL_TEXT_SIZE, "%s%" PRIu64, sign, size);
        return;
    }
    snprintf(out, DECIMAL_TEXT_SIZE, "%s%" PRIu64 ".%0*" PRIu64, sign, size / unit, (int)decimal.scale,
             size % unit);
}

void decimal_format_minor(int64_t minor_units, int32_t minor_digits, char out[DECIMAL_TEXT_SIZE]) {
    decimal_format((struct decimal){minor_units, minor_digits}, out);
}
