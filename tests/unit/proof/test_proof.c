#include <criterion/criterion.h>
#include <string.h>

#include "host/digest.h"
#include "proof/proof.h"

static const char *hex(const uint8_t hash[32]) {
    static char text[65];
    digest_to_hex(hash, 32, text);
    return text;
}

Test(proof, the_root_of_nothing) {
    uint8_t root[32];
    proof_root(NULL, 0, root);
    cr_assert_str_eq(hex(root), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

Test(proof, nodes_are_split_at_the_largest_power_of_two) {
    uint8_t leaves[5][32], left[32], right[32], want[32], root[32], pair[32];
    for (int i = 0; i < 5; i++)
        memset(leaves[i], i, 32);
    proof_node(leaves[0], leaves[1], left);
    proof_node(leaves[2], leaves[3], pair);
    proof_node(left, pair, right);
    proof_node(right, leaves[4], want);
    proof_root((const uint8_t(*)[32])leaves, 5, root);
    cr_assert_arr_eq(root, want, 32);
}

Test(proof, another_salt_makes_another_leaf) {
    uint8_t salt[32] = {0}, first[32], second[32];
    proof_leaf("record", 6, salt, first);
    salt[31] = 1;
    proof_leaf("record", 6, salt, second);
    cr_assert_arr_neq(first, second, 32);
}
