#ifndef PONTIS_CORE_CONTENT_H
#define PONTIS_CORE_CONTENT_H

#include "core/corridor.h"

enum { FIELD_PATH_SIZE = 96 };

/* What is wrong with a payment's own content, whichever way it goes: parties (FATF recommendation 16, CPMI's
 * town and country), accounts, agents, characters, codes. Returns an enum reason, REASON_NONE when all is
 * well; `field` gets the JSON pointer of the member at fault ("/payment/debtor/town"). */
int content_check(const struct payment *payment, char field[FIELD_PATH_SIZE]);
/* Does the payment carry the corridor's two currencies, from `source` to `target`? */
int content_check_currencies(const struct payment *payment, const struct corridor_system *source,
                             const struct corridor_system *target, char field[FIELD_PATH_SIZE]);

#endif
