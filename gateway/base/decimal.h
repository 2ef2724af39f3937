#ifndef PONTIS_BASE_DECIMAL_H
#define PONTIS_BASE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A positive decimal: mantissa / 10^scale. */
struct decimal {
    int64_t mantissa;
    int32_t scale;
};

enum { DECIMAL_TEXT_SIZE = 32 };

enum decimal_error {
    DECIMAL_OK,
    DECIMAL_NOT_A_NUMBER,    /* anything but digits with at most one point between digits */
    DECIMAL_TOO_MANY_DIGITS, /* more fraction digits than allowed (a trailing zero counts) */
    DECIMAL_TOO_LARGE,       /* does not fit */
};

/* Reads digits[.digits]: no sign, exponent, space or leading point. `max_scale` bounds the digits behind the
 * point. */
enum decimal_error decimal_parse(const char *text, size_t length, int32_t max_scale, struct decimal *out);
/* Reads an amount into minor units of a currency with `minor_digits` decimals ("12.3" with 2 is 1230). */
enum decimal_error decimal_parse_minor(const char *text, size_t length, int32_t minor_digits, int64_t *out);
/* "12.30"; all `scale` digits are printed. */
void decimal_format(struct decimal decimal, char out[DECIMAL_TEXT_SIZE]);
void decimal_format_minor(int64_t minor_units, int32_t minor_digits, char out[DECIMAL_TEXT_SIZE]);
/* 10^exponent; exponent 0..18. */
int64_t decimal_power(int32_t exponent);

#endif
