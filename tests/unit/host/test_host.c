#include <criterion/criterion.h>

#include "host/digest.h"

Test(digest, hex_there_and_back) {
    uint8_t hash[32];
    digest_sha256("abc", 3, hash);
    char text[65];
    digest_to_hex(hash, 32, text);
    cr_assert_str_eq(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    struct buffer bytes;
    buffer_init(&bytes, 64);
    cr_assert(digest_from_hex(text, 64, &bytes));
    cr_assert_arr_eq(bytes.data, hash, 32);
    cr_assert_not(digest_from_hex("0g", 2, &bytes));
    cr_assert_not(digest_from_hex("012", 3, &bytes));
    buffer_wipe(&bytes);
}
