#ifndef PONTIS_TESTS_UNIT_PEER_FORGE_H
#define PONTIS_TESTS_UNIT_PEER_FORGE_H

#include "tests/unit/peer/fixture.h"

/* Signatures of any form, made and judged with xmlsec at its most trusting. */

/* What stands inside Sgntr: a template whose digests and value are empty. */
struct forge_form {
    const char *method;     /* NULL: ecdsa-sha256 */
    const char *canonical;  /* NULL: exc-c14n */
    const char *digest;     /* NULL: sha256 */
    const char *uri;        /* attributes of Reference; NULL: URI="" */
    const char *transforms; /* NULL: enveloped, then exc-c14n */
    const char *key_info;   /* NULL: KeyName of the key that signs */
    const char *behind;     /* behind KeyInfo; NULL: nothing */
};

/* The message without its Sgntr. */
struct buffer forge_strip(struct bytes message);
/* A stripped message with a signature of that form by `key`. The test fails when xmlsec cannot make it. */
struct buffer forge_sign(struct bytes stripped, const struct forge_form *form, const struct test_key *key);
/* The same with HMAC-SHA256, the secret being the public key's bytes, which everybody knows. */
struct buffer forge_hmac(struct bytes stripped, const struct test_key *key);
/* Does xmlsec with its defaults accept this? `key` NULL: with whatever key the message brings along. */
bool forge_convinces(struct bytes message, const struct test_key *key);

#endif
