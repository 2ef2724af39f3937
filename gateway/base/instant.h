#ifndef PONTIS_BASE_INSTANT_H
#define PONTIS_BASE_INSTANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Milliseconds since 1970-01-01T00:00:00Z; 0 means "none". */
typedef int64_t instant;

enum { INSTANT_TEXT_SIZE = 25 };

/* "2026-11-24T13:45:00.123Z": RFC 3339 in UTC with milliseconds. Years 1970 to 9999. */
void instant_format(instant time, char out[INSTANT_TEXT_SIZE]);
/* Reads RFC 3339 / xs:dateTime with a zone (Z or +hh:mm); digits behind the millisecond are cut. Without a
 * zone, or for a date that does not exist: false. */
bool instant_parse(const char *text, size_t length, instant *out);
/* "2026-11-24", the UTC date. */
void instant_format_date(instant time, char out[11]);

#endif
