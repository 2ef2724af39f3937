#ifndef PONTIS_HOST_FINDINGS_H
#define PONTIS_HOST_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/array.h"
#include "base/result.h"

enum { FINDING_TEXT_SIZE = 224 };

/* Can it be lived with? A note is only what could not be judged here. */
enum finding_weight { FINDING_ERROR, FINDING_WARNING, FINDING_NOTE };

/* One thing that is wrong with what an operator wrote, for a person. */
struct finding {
    enum finding_weight weight;
    char where[192];              /* "/etc/pontis/pontis.yaml:12", "variable PONTIS_WORKERS" */
    char key[64];                 /* "bus.brokers"; "" when it is no single key's */
    char text[FINDING_TEXT_SIZE]; /* what is wrong, and what was expected */
};

/* All of them, in the order they were found. Zeroed: none. */
struct findings {
    ARRAY(struct finding) list;
};

void findings_wipe(struct findings *findings);
/* "error", "warning", "note". */
extern const char *const finding_weight_names[];

void findings_error(struct findings *findings, const char *where, const char *key, const char *format, ...)
    PRINTF_LIKE(4, 5);
void findings_warn(struct findings *findings, const char *where, const char *key, const char *format, ...)
    PRINTF_LIKE(4, 5);
void findings_note(struct findings *findings, const char *where, const char *key, const char *format, ...)
    PRINTF_LIKE(4, 5);
/* Is there one that weighs as much, or more? */
bool findings_has(const struct findings *findings, enum finding_weight weight);

enum { FINDING_LINE_SIZE = 512 };

/* "WHERE: KEY: TEXT", without what is empty. */
void finding_line(const struct finding *finding, char out[FINDING_LINE_SIZE]);

#endif
