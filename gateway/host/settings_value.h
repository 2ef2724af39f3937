#ifndef PONTIS_HOST_SETTINGS_VALUE_H
#define PONTIS_HOST_SETTINGS_VALUE_H

#include "host/settings_keys.h"

enum { VALUE_WHY_SIZE = 192 };

/* Judges a value as it was written and puts it into its place in `settings`. `credentials` is the folder of
 * systemd's credentials, NULL: there is none. False, with what is wrong and what was expected. */
bool settings_value_set(const struct settings_key *key, const char *text, const char *credentials,
                        struct settings *settings, char why[VALUE_WHY_SIZE]);

/* Is it "credential:NAME", of a key that may be one? */
bool settings_value_is_credential(const struct settings_key *key, const char *text);

/* Frees what settings_value_set put there. */
void settings_value_wipe(const struct settings_key *key, struct settings *settings);

/* Copies from one to the other, in place of what is there. */
void settings_value_copy(const struct settings_key *key, const struct settings *from, struct settings *to);

#endif
