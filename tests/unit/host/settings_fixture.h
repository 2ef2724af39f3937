#ifndef PONTIS_TESTS_HOST_SETTINGS_FIXTURE_H
#define PONTIS_TESTS_HOST_SETTINGS_FIXTURE_H

#include "host/settings_keys.h"

/* Settings out of texts. */
extern const char whole_file[];

/* What a test reads from; NULL: no file, no flags, no variables. */
struct given {
    const char *file; /* its text */
    const char *const *flags;
    char *const *variables;
    enum settings_use use;
    bool is_rehearsal;
};

struct read {
    struct settings *settings;
    struct findings findings;
    bool is_right;
    char path[64]; /* of the file */
};

void read_settings(const struct given *given, struct read *out);
void read_wipe(struct read *read);

/* The file with a line put behind it. */
const char *whole_file_and(const char *line);
/* Is there a finding that says all this? Any of them may be NULL. */
bool has_finding(const struct read *read, const char *where, const char *key, const char *text);
/* All findings, for a failing test's message. */
const char *findings_text(const struct read *read);

/* Reads the whole file with one flag and wants a finding of its key that says what was expected. */
void expect_refused(const char *flag, const char *expected);
/* The same flag is taken. */
void expect_taken(const char *flag);

#endif
