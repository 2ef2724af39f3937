#ifndef PONTIS_API_QUERY_H
#define PONTIS_API_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/result.h"

enum { QUERY_VALUE_SIZE = 64 };

/* A parameter that a route knows, and what a request gave it. */
struct query_parameter {
    const char *name;
    bool is_given;
    char value[QUERY_VALUE_SIZE]; /* decoded; printable ASCII */
};

/* Reads "name=value&..." into the parameters a route knows. REFUSE with REQUEST_MALFORMED and the parameter's
 * name as pointer: one it does not know, one given twice, and a value that is no text. */
MUST_USE struct result query_read(const char *query, struct query_parameter *parameters, size_t count);

#endif
