#ifndef PONTIS_HOST_INSPECT_H
#define PONTIS_HOST_INSPECT_H

#include "host/settings.h"

/* Looks into the files that the settings of one use name: that they can be read, that nobody else can read
 * the secret ones, that certificates and keys are some, go together, are in date and come from the CA beside
 * them. Adds what is wrong. Reaches no network. */
void inspect_settings(const struct settings *settings, enum settings_use use, struct findings *findings);

#endif
