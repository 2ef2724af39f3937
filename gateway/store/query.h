#ifndef PONTIS_STORE_QUERY_H
#define PONTIS_STORE_QUERY_H

#include <stdbool.h>
#include <stddef.h>

/* The statements of sql/queries by name: "payment_show" is payment_show.sql. Those whose name starts with
 * "commit_" run on the committing connection, all others on the reading one; those that start with "load_" on
 * either. */

/* The statement's text, or NULL: there is none of that name. */
const char *query_text(const char *name);
/* May it run on the committing connection, on the reading one? */
bool query_commits(const char *name);
bool query_reads(const char *name);
/* The name at `index` in alphabetical order, NULL behind the last; `out` of QUERY_NAME_SIZE holds it. */
enum { QUERY_NAME_SIZE = 64 };
const char *query_name(size_t index, char *out);

#endif
