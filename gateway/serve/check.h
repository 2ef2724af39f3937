#ifndef PONTIS_SERVE_CHECK_H
#define PONTIS_SERVE_CHECK_H

#include "host/settings.h"

/* Looks into everything a gateway's settings name, as far as that needs no other machine, and adds what is
 * wrong. False when that cannot be lived with. For a start, a reload and `pontis config check`. */
bool check_settings(const struct settings *settings, struct findings *findings);

/* One line of the log for each. */
void check_log(const struct findings *findings);

#endif
