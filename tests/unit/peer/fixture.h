#ifndef PONTIS_TESTS_UNIT_PEER_FIXTURE_H
#define PONTIS_TESTS_UNIT_PEER_FIXTURE_H

#include "adapters/adapter.h"
#include "tests/unit/iso20022/keys.h"

/* Both ends of the corridor sg-th, each with a signing key the other has pinned, and a stranger's key. */
struct fixture {
    struct test_key home_key;
    struct test_key away_key;
    struct test_key stranger;
    struct adapter_link *home; /* Singapore, the payer's side */
    struct adapter_link *away; /* Thailand */
    struct instruction instruction;
};

/* `is_old`: the versions of 2019. */
void fixture_init(struct fixture *fixture, bool is_old);
void fixture_wipe(struct fixture *fixture);

/* The corridor as one end sees it; its peer's pin is `pin`. */
struct corridor fixture_corridor(bool is_home, bool is_old, const char *pin);

/* Our message of the one payment (or its status, or a refusal) at a fixed time. */
struct buffer fixture_payment(struct fixture *fixture, uint8_t hash[32]);
struct buffer fixture_status(struct fixture *fixture, int status, uint8_t hash[32]);
struct buffer fixture_refusal(struct fixture *fixture, const struct result *why, const char *refused);

/* What the other end makes of bytes. */
struct result fixture_read(struct adapter_link *link, struct bytes bytes, struct adapter_incoming *out);

/* The message with its first `from` replaced by `to`; the test fails when there is none. */
struct buffer fixture_replace(struct bytes message, const char *from, const char *to);

/* Fails the test when an official schema (below $ISO20022_DIR) refuses a part of the message. Says so when
 * the variable is not set. */
void fixture_judge(struct bytes message);

#endif
