#ifndef PONTIS_STORE_RESULT_FIELDS_H
#define PONTIS_STORE_RESULT_FIELDS_H

#include "store/request.h"

/* What an error or a notice of the server says. */

/* Makes the end FAILED, with SQLSTATE, constraint and message. */
void result_fields_take(const PGresult *answer, struct request_end *end);
/* FATAL, PANIC or no word of the server at all: whether the statement counted is not known. */
bool result_fields_ends_session(const PGresult *answer);
/* A wait for synchronous replication was given up: the server says success, yet a failover may undo it. */
bool result_fields_warns(const PGresult *notice);

#endif
