#include "core/currency.h"

#include <stddef.h>

#include "base/text.h"

/* ISO 4217 minor units: those that are not 2, then currencies with 2 that corridors have been asked for. */
static const struct {
    char code[4];
    int32_t digits;
} currencies[] = {
    {"BHD", 3}, {"BIF", 0}, {"CLP", 0}, {"DJF", 0}, {"GNF", 0}, {"IQD", 3}, {"ISK", 0}, {"JOD", 3},
    {"JPY", 0}, {"KMF", 0}, {"KRW", 0}, {"KWD", 3}, {"LYD", 3}, {"OMR", 3}, {"PYG", 0}, {"RWF", 0},
    {"TND", 3}, {"UGX", 0}, {"VND", 0}, {"VUV", 0}, {"XAF", 0}, {"XOF", 0}, {"XPF", 0}, {"AED", 2},
    {"ARS", 2}, {"AUD", 2}, {"BDT", 2}, {"BND", 2}, {"BRL", 2}, {"CAD", 2}, {"CHF", 2}, {"CNY", 2},
    {"COP", 2}, {"CZK", 2}, {"DKK", 2}, {"EGP", 2}, {"EUR", 2}, {"GBP", 2}, {"GHS", 2}, {"HKD", 2},
    {"HUF", 2}, {"IDR", 2}, {"ILS", 2}, {"INR", 2}, {"JMD", 2}, {"KES", 2}, {"KHR", 2}, {"KZT", 2},
    {"LAK", 2}, {"LKR", 2}, {"MAD", 2}, {"MMK", 2}, {"MNT", 2}, {"MOP", 2}, {"MUR", 2}, {"MXN", 2},
    {"MYR", 2}, {"NGN", 2}, {"NOK", 2}, {"NPR", 2}, {"NZD", 2}, {"PEN", 2}, {"PHP", 2}, {"PKR", 2},
    {"PLN", 2}, {"QAR", 2}, {"RON", 2}, {"SAR", 2}, {"SEK", 2}, {"SGD", 2}, {"THB", 2}, {"TRY", 2},
    {"TWD", 2}, {"TZS", 2}, {"UAH", 2}, {"USD", 2}, {"UYU", 2}, {"UZS", 2}, {"XCD", 2}, {"ZAR", 2},
    {"ZMW", 2},
};

int32_t currency_minor_digits(const char *code) {
    for (size_t i = 0; i < sizeof currencies / sizeof *currencies; i++)
        if (text_equal(currencies[i].code, code))
            return currencies[i].digits;
    return -1;
}
