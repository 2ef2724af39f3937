#ifndef PONTIS_ADAPTERS_ISO20022_SIGNATURE_H
#define PONTIS_ADAPTERS_ISO20022_SIGNATURE_H

#include <libxml/tree.h>
#include <stddef.h>

#include "base/result.h"

/* One signature profile, made and accepted in no other form: AppHdr/Sgntr/Signature with one Reference,
 * URI="", enveloped-signature then exclusive canonicalisation, SHA-256, ECDSA-SHA256 with a P-256 key.
 * KeyInfo holds a KeyName, the SHA-256 of the signer's public key in hex, and only selects among pinned keys.
 * What is signed is the whole document of which `header` is a part, so what is read after verifying was
 * signed. */

#define SIGNATURE_SPACE "http://www.w3.org/2000/09/xmldsig#"

enum { SIGNATURE_PIN_SIZE = 65 }; /* SHA-256 of a SubjectPublicKeyInfo, lower-case hex */

/* Our own key. */
struct signature_key;
/* FATAL when a file cannot be read, the key is not P-256, or the certificate is another key's. */
MUST_USE struct result signature_key_load(const char *key_file, const char *certificate_file,
                                          struct signature_key **out);
void signature_key_free(struct signature_key *key);
const char *signature_key_pin(const struct signature_key *key);

/* The keys a peer may sign with: those of the PEM file's certificates that a pin names. */
struct signature_trust;
/* FATAL when the file cannot be read or no certificate in it is pinned. `pins` may hold "" entries. */
MUST_USE struct result signature_trust_load(const char *certificates_file,
                                            const char (*pins)[SIGNATURE_PIN_SIZE], size_t count,
                                            struct signature_trust **out);
void signature_trust_free(struct signature_trust *trust);

/* Adds Sgntr as the last child of the header and signs the document. FATAL when the key cannot. */
MUST_USE struct result signature_sign(const struct signature_key *key, xmlNodePtr header);
/* Is there a signature of exactly this profile's form? SIGNATURE_MISSING or SIGNATURE_FORM. */
MUST_USE struct result signature_check_form(xmlNodePtr header);
/* Refuses with SIGNATURE_MISSING, SIGNATURE_FORM or SIGNATURE_INVALID. */
MUST_USE struct result signature_verify(const struct signature_trust *trust, xmlNodePtr header);

#endif
