#ifndef PONTIS_CORE_CURRENCY_H
#define PONTIS_CORE_CURRENCY_H

#include <stdint.h>

/* Decimals of a currency's minor unit (ISO 4217): 2 for "SGD", 0 for "JPY"; -1 for a code Pontis does not
 * know. */
int32_t currency_minor_digits(const char *code);

#endif
