#ifndef PONTIS_BASE_RECORD_H
#define PONTIS_BASE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/result.h"

/* What a struct is made of, as a table: one description serves canonical bytes, JSON and comparison. */
enum field_type {
    FIELD_TEXT,    /* char[], capped */
    FIELD_UUID,    /* struct uuid */
    FIELD_INTEGER, /* int64_t */
    FIELD_INSTANT, /* instant */
    FIELD_DECIMAL, /* struct decimal */
    FIELD_BOOLEAN, /* bool */
    FIELD_CHOICE,  /* an enum (int) whose names stand in `choices`, NULL at the end */
    FIELD_DIGEST,  /* uint8_t[32], printed as hex */
    FIELD_RECORD,  /* a struct described by `record` */
};

struct record;

struct field {
    const char *name;
    enum field_type type;
    size_t offset;
    size_t size;
    const char *const *choices;
    const struct record *record;
};

/* Ends with a field without a name. */
struct record {
    const char *name;
    size_t size;
    const struct field *fields;
};

#define FIELD(owner, member, kind)                                                                           \
    { #member, kind, offsetof(struct owner, member), sizeof(((struct owner *)0)->member), NULL, NULL }
#define FIELD_OF_CHOICE(owner, member, names)                                                                \
    {                                                                                                        \
#member, FIELD_CHOICE, offsetof(struct owner, member), sizeof(((struct owner *)0)->member), names,   \
            NULL                                                                                             \
    }
#define FIELD_OF_RECORD(owner, member, described)                                                            \
    {                                                                                                        \
#member, FIELD_RECORD, offsetof(struct owner, member), sizeof(((struct owner *)0)->member), NULL,    \
            described                                                                                        \
    }

/* Is the member empty (zero, "", nil, or a record of empty members)? */
bool field_is_empty(const struct field *field, const void *owner);
/* One member as text, without its name; nothing for a record. */
void field_format(const struct field *field, const void *owner, struct buffer *out);
/* The way back. False when the text is no value of the field. */
bool field_parse(const struct field *field, void *owner, const char *text, size_t length);

/* Canonical bytes: a line "path=value\n" for each member that is not empty, in the table's order; nested
 * names are joined by '.'; in values '\\' is "\\\\" and a line feed is "\\n". Equal values give equal bytes.
 */
void record_write(const struct record *record, const char *prefix, const void *value, struct buffer *out);
/* Reads the lines that start with `prefix` into a zeroed value; lines of other prefixes are passed over. An
 * unknown path or a bad value: false. */
bool record_read(const struct record *record, const char *prefix, struct bytes canonical, void *value);

#endif
