#ifndef PONTIS_ADAPTERS_ISO20022_CHECK_H
#define PONTIS_ADAPTERS_ISO20022_CHECK_H

#include <stdbool.h>
#include <stdio.h>

#include "adapters/iso20022/schema.h"
#include "base/buffer.h"

/* Judges a message for the one who wrote it and prints
 *
 *     FILE: ok MSGID
 *     FILE:line: /element/path: rule: ISO reason code: text
 *
 * to `out`; returns the number of findings. A rule starts with the judge's name: "schema." is the official
 * schema (only when the set `official` is given; NULL: none), "profile." the usage
 * guideline. The code is "-" where ISO 20022 has none. `profile` names the usage guideline; NULL: the one
 * that the header's BizSvc names, else "peer". `schema_only`: the official schemas alone, for any message in
 * any envelope. The signature's form is judged when there is one; its key cannot be. Texts may quote values.
 */
size_t check_message(const char *path, struct bytes message, const char *profile, bool schema_only,
                     struct schema_set *official, FILE *out);

/* Is there a usage guideline of that name? */
bool check_profile_exists(const char *profile);

#endif
