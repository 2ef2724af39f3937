#ifndef PONTIS_PROOF_PROOF_H
#define PONTIS_PROOF_PROOF_H

#include <stddef.h>
#include <stdint.h>

/* Merkle hashing after RFC 6962, section 2.1: a leaf is SHA-256(0x00 || data), a node SHA-256(0x01 || left ||
 * right). */
enum { PROOF_HASH_SIZE = 32 };

/* The leaf of one record: its data is the 32 bytes of salt, kept beside the record, and the record itself.
 * The salt keeps a leaf from telling its record to one who can only guess it. */
void proof_leaf(const char *record, size_t length, const uint8_t salt[PROOF_HASH_SIZE],
                uint8_t out[PROOF_HASH_SIZE]);
void proof_node(const uint8_t left[PROOF_HASH_SIZE], const uint8_t right[PROOF_HASH_SIZE],
                uint8_t out[PROOF_HASH_SIZE]);
/* The root over `count` leaves, in order; of no leaves, SHA-256 of nothing. */
void proof_root(const uint8_t (*leaves)[PROOF_HASH_SIZE], size_t count, uint8_t out[PROOF_HASH_SIZE]);

#endif
