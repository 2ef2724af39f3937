#ifndef PONTIS_CLI_MIGRATE_H
#define PONTIS_CLI_MIGRATE_H

#include <stdbool.h>

/* Brings the owner's database forward and prints the schema's number, and enrols the operators of a file
 * (NULL: none is named) where nobody is; with `plan` prints what it would do, and does nothing. Returns an
 * exit_code. */
int migrate_command(const char *owner_conninfo, const char *operators_file, bool plan, bool as_json);
/* Lets gateways start on a database that was restored or promoted. Returns an exit_code. */
int migrate_accept_command(const char *owner_conninfo);

#endif
