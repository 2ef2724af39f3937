#ifndef PONTIS_CLI_HELP_H
#define PONTIS_CLI_HELP_H

#include <stdio.h>

#include "cli/verb.h"

/* What the program says of its verbs, out of their table. */

/* Every verb in a line, and how the program finds its gateway. */
void help_overview(FILE *to);
/* Does what it orders need another operator's approval? */
bool help_wants_approval(const struct verb *verb);
/* One verb: usage, meaning, example. */
void help_verb(FILE *to, const struct verb *verb);
/* Its usage line alone. */
void help_usage(FILE *to, const struct verb *verb);
/* The verbs whose first word this is. */
void help_group(FILE *to, const char *word);
/* Is it the first word of a verb? */
bool help_is_group(const char *word);

/* Says that the words name no verb, and which verb is nearest to them when one is near. `second` may be NULL.
 */
void help_suggest(FILE *to, const char *first, const char *second);
/* The name of the verb's option nearest to what was typed; NULL: it has none. */
const char *help_nearest_option(const struct verb *verb, const char *typed);

#endif
