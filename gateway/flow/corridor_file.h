#ifndef PONTIS_FLOW_CORRIDOR_FILE_H
#define PONTIS_FLOW_CORRIDOR_FILE_H

#include "base/buffer.h"
#include "core/corridor.h"

/* Reads the YAML of a corridor (deploy/sandbox/corridors shows one). Amounts are decimal strings of the
 * currency their key speaks of, durations a number with ms, s, min, h or d. REFUSE with CORRIDOR_FILE:
 * `where` is "FILE:LINE: key", `detail` says what was expected. */
MUST_USE struct result corridor_file_read(struct bytes yaml, const char *file_name, struct corridor *out);
/* Makes "FILE:LINE: key" of a refusal's `where` that is a key at the left edge of the file: what a later
 * check of the corridor says. */
void corridor_file_locate(struct bytes yaml, const char *file_name, struct result *refusal);

#endif
