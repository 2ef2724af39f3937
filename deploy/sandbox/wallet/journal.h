#ifndef PONTIS_WALLET_JOURNAL_H
#define PONTIS_WALLET_JOURNAL_H

#include <jansson.h>

#include "base/result.h"

/* An append-only file of JSON lines. A line is in the operating system's hands before journal_append returns:
 * a killed process loses nothing, and a line torn by the kill is cut off at the next start. */
struct journal;

typedef void (*journal_line)(void *context, const json_t *line);

/* Opens or creates the file and hands every whole line to `replay`. */
MUST_USE struct result journal_open(const char *path, journal_line replay, void *context,
                                    struct journal **out);
/* Aborts when the line cannot be written: the book would no longer be what the file says. */
void journal_append(struct journal *journal, const json_t *line);
void journal_close(struct journal *journal);

#endif
