#ifndef PONTIS_HOST_ESCAPE_H
#define PONTIS_HOST_ESCAPE_H

#include "base/buffer.h"

/* Adds a text from anywhere so that it can stand between the quotes of JSON or logfmt: quotes and backslashes
 * escaped, control characters as blanks, bytes that are no UTF-8 as question marks. */
void escape_add(struct buffer *out, const char *text);

#endif
