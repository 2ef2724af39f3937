#include <criterion/criterion.h>

#include "core/fx.h"
#include "core/reasons.h"

static int64_t convert(int side, int64_t fixed, int64_t mantissa, int32_t scale, int32_t source,
                       int32_t target) {
    int64_t computed = 0;
    struct result result =
        fx_compute(side, fixed, (struct decimal){mantissa, scale}, source, target, &computed);
    cr_assert(result_is_ok(&result), "%s", result.detail);
    return computed;
}

Test(fx, both_sides_can_be_fixed) {
    cr_assert_eq(convert(FIXED_SOURCE, 10000, 258125, 4, 2, 2), 258125);
    cr_assert_eq(convert(FIXED_TARGET, 258125, 258125, 4, 2, 2), 10000);
}

Test(fx, halves_go_to_the_even_neighbour) {
    cr_assert_eq(convert(FIXED_SOURCE, 3, 5, 1, 2, 2), 2, "1.5 becomes 2");
    cr_assert_eq(convert(FIXED_SOURCE, 5, 5, 1, 2, 2), 2, "2.5 becomes 2");
    cr_assert_eq(convert(FIXED_SOURCE, 7, 5, 1, 2, 2), 4, "3.5 becomes 4");
}

Test(fx, currencies_of_other_decimals) {
    cr_assert_eq(convert(FIXED_SOURCE, 10000, 1123456, 4, 2, 0), 11235, "100.00 at 112.3456 in yen");
    cr_assert_eq(convert(FIXED_TARGET, 11235, 1123456, 4, 2, 0), 10000);
    cr_assert_eq(convert(FIXED_SOURCE, 100, 377, 3, 0, 3), 37700, "100 yen in thousandths");
}

Test(fx, what_does_not_fit_is_refused) {
    int64_t computed;
    struct result large =
        fx_compute(FIXED_SOURCE, INT64_MAX, (struct decimal){INT64_MAX, 0}, 2, 2, &computed);
    cr_assert_eq(large.reason, REASON_AMOUNT_TOO_LARGE);
    struct result none = fx_compute(FIXED_SOURCE, 1, (struct decimal){1, 3}, 2, 2, &computed);
    cr_assert_eq(none.reason, REASON_AMOUNT_ZERO);
}

Test(fx, a_receiver_allows_rounding_and_nothing_more) {
    struct decimal rate = {258125, 4};
    cr_assert(fx_agrees(10000, 258125, rate, 2, 2));
    cr_assert(fx_agrees(10000, 258124, rate, 2, 2));
    cr_assert(fx_agrees(10000, 258150, rate, 2, 2), "one source unit is worth 25.8 target units");
    cr_assert_not(fx_agrees(10000, 258200, rate, 2, 2));
    cr_assert_not(fx_agrees(10000, 200000, rate, 2, 2));
    cr_assert_not(fx_agrees(INT64_MAX, INT64_MAX, (struct decimal){1, 18}, 0, 3));
}

/* What we compute, a receiver accepts: whatever the amounts and rates. */
Test(fx, computed_amounts_agree) {
    uint64_t random = 42;
    for (int i = 0; i < 20000; i++) {
        random = random * 6364136223846793005ULL + 1442695040888963407ULL;
        int64_t amount = (int64_t)(random >> 30) % 100000000 + 1;
        struct decimal rate = {(int64_t)(random >> 40) % 99999 + 1, (int32_t)(random % 7)};
        int side = (int)(random >> 20 & 1);
        int64_t other;
        struct result result = fx_compute(side, amount, rate, 2, (int32_t)(random % 4), &other);
        if (!result_is_ok(&result))
            continue;
        bool source = side == FIXED_SOURCE;
        cr_assert(fx_agrees(source ? amount : other, source ? other : amount, rate, 2, (int32_t)(random % 4)),
                  "%ld at %ld e-%d", (long)amount, (long)rate.mantissa, rate.scale);
    }
}
