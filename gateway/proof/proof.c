#include "proof/proof.h"

#include <assert.h>
#include <openssl/evp.h>
#include <string.h>

static void hash_parts(uint8_t prefix, const void *first, size_t first_length, const void *second,
                       size_t second_length, uint8_t out[PROOF_HASH_SIZE]) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned int size = 0;
    int done = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) &&
               EVP_DigestUpdate(context, &prefix, 1) && EVP_DigestUpdate(context, first, first_length) &&
               EVP_DigestUpdate(context, second, second_length) && EVP_DigestFinal_ex(context, out, &size);
    assert(done && size == PROOF_HASH_SIZE);
    EVP_MD_CTX_free(context);
}

void proof_leaf(const char *record, size_t length, const uint8_t salt[PROOF_HASH_SIZE],
                uint8_t out[PROOF_HASH_SIZE]) {
    hash_parts(0, salt, PROOF_HASH_SIZE, record, length, out);
}

void proof_node(const uint8_t left[PROOF_HASH_SIZE], const uint8_t right[PROOF_HASH_SIZE],
                uint8_t out[PROOF_HASH_SIZE]) {
    hash_parts(1, left, PROOF_HASH_SIZE, right, PROOF_HASH_SIZE, out);
}

/* The largest power of two smaller than count (count > 1). */
static size_t split_of(size_t count) {
    size_t split = 1;
    while (split * 2 < count)
        split *= 2;
    return split;
}

void proof_root(const uint8_t (*leaves)[PROOF_HASH_SIZE], size_t count, uint8_t out[PROOF_HASH_SIZE]) {
    if (count == 0) {
        int done = EVP_Digest("", 0, out, NULL, EVP_sha256(), NULL);
        assert(done == 1);
        return;
    }
    if (count == 1) {
        memcpy(out, leaves[0], PROOF_HASH_SIZE);
        return;
    }
    uint8_t left[PROOF_HASH_SIZE], right[PROOF_HASH_SIZE];
    size_t split = split_of(count);
    proof_root(leaves, split, left);
    proof_root(leaves + split, count - split, right);
    proof_node(left, right, out);
}
