#ifndef PONTIS_HOST_SETTINGS_KEYS_H
#define PONTIS_HOST_SETTINGS_KEYS_H

#include "base/buffer.h"
#include "host/settings.h"

/* The one table of keys: reading, variables, judging, printing and the default file are made of it. */

enum setting_type {
    SETTING_TEXT,
    SETTING_NAME,     /* letters, digits, '-', '_' and '.' */
    SETTING_CONNINFO, /* libpq's, without a password */
    SETTING_INTEGER,
    SETTING_DURATION, /* "500ms", "10s", "5min", "2h", "1d"; kept in milliseconds */
    SETTING_BOOLEAN,
    SETTING_ADDRESS, /* numeric HOST:PORT */
    SETTING_URL,     /* http or https */
    SETTING_CHOICE,
    SETTING_FILE,   /* a path, or credential:NAME */
    SETTING_SECRET, /* the same, of a file that others may not read */
    SETTING_TYPES,
};

extern const char *const setting_type_names[SETTING_TYPES];

struct settings_key {
    const char *path; /* "bus.brokers" */
    enum setting_type type;
    size_t offset;            /* in struct settings: char *, int64_t or bool, as the type wants */
    const char *default_text; /* NULL: none */
    bool optional;            /* may be without a value */
    bool reloadable;          /* taken over by a running gateway */
    enum settings_use use;    /* who needs it; its file may be one that others cannot read */
    int64_t least, most;      /* integers and milliseconds; of a text its length; both 0: any */
    const char *unit;         /* of an integer, or of a duration that is a bare number */
    const char *choices;      /* "logfmt json" */
    const char *variable;     /* NULL: PONTIS_ and the path in capitals */
    const char *example;
    const char *help;
};

struct settings_section {
    const char *path; /* "bus.security" */
    const char *help;
};

extern const struct settings_key settings_keys[];
extern const size_t settings_key_count;
extern const struct settings_section settings_sections[];
extern const size_t settings_section_count;

/* The index of a key, or settings_key_count. */
size_t settings_key_find(const char *path);
/* Is it a section, as "bus"? */
bool settings_is_section(const char *path);
/* The path nearest to what was written. */
const char *settings_nearest_path(const char *path);

enum { SETTINGS_VARIABLE_SIZE = 80 };

/* "PONTIS_BUS_BROKERS". */
void settings_key_variable(const struct settings_key *key, char out[SETTINGS_VARIABLE_SIZE]);
/* The index of the key that a variable sets, or settings_key_count. */
size_t settings_key_of_variable(const char *name, size_t length);
/* A variable that is read, but sets no key: PONTIS_SETTINGS. */
bool settings_is_other_variable(const char *name, size_t length);
/* The variable nearest to what was written. */
void settings_nearest_variable(const char *name, char out[SETTINGS_VARIABLE_SIZE]);

/* "a whole number from 0 to 64": what is expected of a value. */
void settings_key_expects(const struct settings_key *key, struct buffer *out);

/* The default settings file: every key explained, none set. */
void settings_write_default(struct buffer *out);

#endif
