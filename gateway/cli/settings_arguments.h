#ifndef PONTIS_CLI_SETTINGS_ARGUMENTS_H
#define PONTIS_CLI_SETTINGS_ARGUMENTS_H

#include "host/settings.h"

/* Where a verb's settings come from: --settings, every --set, the environment. Borrows the arguments. */
struct settings_arguments {
    struct settings_request request;
    const char **flags;
};

void settings_arguments_init(int argc, char **argv, enum settings_use use, struct settings_arguments *out);
void settings_arguments_wipe(struct settings_arguments *arguments);

/* Reads them and says on stderr what is wrong. EXIT_DONE, and the caller frees *out; EXIT_CONFIGURATION, and
 * there is none. */
int settings_arguments_read(const struct settings_arguments *arguments, struct settings **out);

/* Says on stderr what was found. */
void settings_arguments_tell(const struct findings *findings);

#endif
