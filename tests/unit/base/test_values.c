#include <criterion/criterion.h>
#include <string.h>

#include "base/decimal.h"
#include "base/instant.h"
#include "base/text.h"
#include "base/uuid.h"

Test(decimal, reads_plain_amounts_only) {
    int64_t minor;
    cr_assert_eq(decimal_parse_minor("12.3", 4, 2, &minor), DECIMAL_OK);
    cr_assert_eq(minor, 1230);
    cr_assert_eq(decimal_parse_minor("0", 1, 0, &minor), DECIMAL_OK);
    cr_assert_eq(minor, 0);
    static const char *const wrong[] = {"",    ".",  "1.", ".5",  "+1",    "-1",
                                        "1e3", " 1", "1 ", "1,0", "1.2.3", "0x1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        cr_assert_eq(decimal_parse_minor(wrong[i], strlen(wrong[i]), 2, &minor), DECIMAL_NOT_A_NUMBER, "%s",
                     wrong[i]);
}

Test(decimal, refuses_what_does_not_fit) {
    int64_t minor;
    cr_assert_eq(decimal_parse_minor("1.234", 5, 2, &minor), DECIMAL_TOO_MANY_DIGITS);
    cr_assert_eq(decimal_parse_minor("9223372036854775807", 19, 0, &minor), DECIMAL_OK);
    cr_assert_eq(decimal_parse_minor("9223372036854775808", 19, 0, &minor), DECIMAL_TOO_LARGE);
    cr_assert_eq(decimal_parse_minor("92233720368547758.08", 20, 2, &minor), DECIMAL_TOO_LARGE);
    cr_assert_eq(decimal_parse_minor("92233720368547759", 17, 2, &minor), DECIMAL_TOO_LARGE);
}

Test(decimal, prints_every_digit_of_its_scale) {
    char text[DECIMAL_TEXT_SIZE];
    decimal_format_minor(5, 2, text);
    cr_assert_str_eq(text, "0.05");
    decimal_format_minor(INT64_MIN, 3, text);
    cr_assert_str_eq(text, "-9223372036854775.808");
    decimal_format_minor(700, 0, text);
    cr_assert_str_eq(text, "700");
}

Test(instant, keeps_milliseconds_and_turns_zones_into_utc) {
    instant time;
    char text[INSTANT_TEXT_SIZE];
    static const char *const same[] = {"2026-11-24T13:45:00.123Z", "2026-11-24T21:45:00.123+08:00",
                                       "2026-11-24T13:45:00.123999Z", "2026-11-24T08:15:00.123-05:30"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        cr_assert(instant_parse(same[i], strlen(same[i]), &time), "%s", same[i]);
        instant_format(time, text);
        cr_assert_str_eq(text, "2026-11-24T13:45:00.123Z");
    }
}

Test(instant, refuses_dates_that_do_not_exist) {
    instant time;
    static const char *const wrong[] = {
        "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-24T24:00:00Z",
        "2026-11-24T13:45:00",  "2026-11-24",           "2026-11-24T13:45:00.Z",
        "2026-11-24 13:45:00Z", "1969-12-31T23:59:59Z", "2026-11-24T13:45:00+8:00"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        cr_assert_not(instant_parse(wrong[i], strlen(wrong[i]), &time), "%s", wrong[i]);
    cr_assert(instant_parse("2028-02-29T00:00:00Z", 20, &time));
}

Test(instant, every_day_of_four_centuries_survives_the_round_trip) {
    for (int64_t day = 0; day < 146097; day++) {
        char text[INSTANT_TEXT_SIZE];
        instant back;
        instant_format(day * 86400000 + 1, text);
        cr_assert(instant_parse(text, strlen(text), &back));
        cr_assert_eq(back, day * 86400000 + 1, "%s", text);
    }
}

Test(uuid, has_one_text_form) {
    struct uuid uuid;
    char text[UUID_TEXT_SIZE];
    const char *form = "3f0e2c52-5c7b-4f7e-9a55-0c5d7f6f2a11";
    cr_assert(uuid_parse_v4(form, 36, &uuid));
    uuid_format(&uuid, text);
    cr_assert_str_eq(text, form);
    cr_assert_not(uuid_parse("3F0E2C52-5C7B-4F7E-9A55-0C5D7F6F2A11", 36, &uuid));
    cr_assert_not(uuid_parse("3f0e2c525c7b-4f7e-9a55-0c5d7f6f2a111", 36, &uuid));
    cr_assert_not(uuid_parse_v4("3f0e2c52-5c7b-1f7e-9a55-0c5d7f6f2a11", 36, &uuid));
    cr_assert_not(uuid_parse_v4("3f0e2c52-5c7b-4f7e-1a55-0c5d7f6f2a11", 36, &uuid));
}

Test(uuid, of_a_later_time_sorts_later) {
    uint8_t most[16], least[16] = {0};
    memset(most, 255, sizeof most);
    struct uuid earlier = uuid_from_time(1000, most), later = uuid_from_time(1001, least);
    cr_assert_lt(uuid_compare(&earlier, &later), 0);
    cr_assert_eq(earlier.bytes[6] >> 4, 7);
}

Test(text, fits_or_stays_empty) {
    char to[5];
    cr_assert(text_copy(to, sizeof to, "abcd", 4));
    cr_assert_str_eq(to, "abcd");
    cr_assert_not(text_copy(to, sizeof to, "abcde", 5));
    cr_assert_str_eq(to, "");
    cr_assert_not(text_copy(to, sizeof to, "a\0b", 3));
}

Test(text, knows_the_standards_forms) {
    cr_assert(text_is_bic("MASGSGSG"));
    cr_assert(text_is_bic("BOTHTHBKXXX"));
    cr_assert_not(text_is_bic("MASGSGS"));
    cr_assert_not(text_is_bic("MASG1GSG"));
    cr_assert_not(text_is_bic("masgsgsg"));
    cr_assert(text_is_reference("INV/2026-1"));
    cr_assert_not(text_is_reference("/INV"));
    cr_assert_not(text_is_reference("INV//1"));
    cr_assert_not(text_is_reference(""));
    cr_assert(text_is_latin("Siew & Sons [2]"));
    cr_assert_not(text_is_latin("Zo\xc3\xab"));
    cr_assert_eq(text_distance("maximun", "maximum"), 1);
}
