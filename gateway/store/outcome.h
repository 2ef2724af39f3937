#ifndef PONTIS_STORE_OUTCOME_H
#define PONTIS_STORE_OUTCOME_H

#include "flow/ports.h"
#include "store/request.h"

/* What an SQLSTATE means for the one who asked. */

/* Of a commit whose request ended; not for REQUEST_LOST. */
enum store_outcome outcome_of(const struct request_end *end);
/* Of a reading request: OK, RETRY (no connection, contention, resources) or FATAL. */
MUST_USE struct result outcome_of_reading(const struct request_end *end);

#endif
