#ifndef PONTIS_HOST_SETTINGS_H
#define PONTIS_HOST_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/findings.h"

/* The settings of one gateway, out of the table in settings_keys.c, which says of each key what it means, its
 * type, range and default. Strings are owned by the settings; one that was not given and has no default is
 * NULL. Durations are milliseconds. Files are paths; those of credentials are resolved. */
struct settings {
    char *name;
    char *database;
    char *database_password_file;
    char *owner_database;
    char *owner_database_password_file;
    int64_t workers;
    struct {
        char *brokers;
        char *topic_in;
        char *topic_out;
        char *incarnation;
        char *group;
        int64_t fetch_wait;
        struct {
            char *protocol;
            char *ca;
            char *certificate;
            char *key;
            char *mechanism;
            char *username;
            char *password_file;
        } security;
    } bus;
    struct {
        char *listen;
    } peer;
    struct {
        char *listen;
        char *operators;
    } api;
    struct {
        char *listen;
        bool public;
    } admin;
    struct {
        char *ca;
        char *certificate;
        char *key;
    } tls;
    struct {
        char *key;
        char *certificate;
        char *peer_certificates;
    } signing;
    struct {
        char *format;
        char *level;
    } log;
    struct {
        char *endpoint;
    } tracing;
    struct {
        int64_t drain;
    } shutdown;
    struct {
        int64_t silence;
    } supervisor;
    struct {
        char *url;
        char *ca;
        char *certificate;
        char *key;
    } client;

    char *file;                    /* that was read; NULL: none is there */
    struct settings_value *values; /* one a row of settings_keys */
};

/* Where a value comes from, the weakest first. */
enum settings_source { SOURCE_DEFAULT, SOURCE_FILE, SOURCE_VARIABLE, SOURCE_FLAG };

struct settings_value {
    char *text; /* as it was written; NULL: not given, and there is no default */
    enum settings_source source;
    int line; /* of SOURCE_FILE */
};

#define SETTINGS_DEFAULT_FILE "/etc/pontis/pontis.yaml"

/* Who needs a key: a gateway; `pontis migrate`, which is the schema's owner; a verb that calls a gateway. */
enum settings_use { SETTINGS_OF_GATEWAY, SETTINGS_OF_OWNER, SETTINGS_OF_CLIENT };

/* What settings are read from. Everything is borrowed, for as long as they may be read again. */
struct settings_request {
    enum settings_use use; /* of a gateway all keys are read and judged; of others only theirs */
    bool is_rehearsal;     /* it is not the gateway that asks: a credential it has may not be here, a note */
    const char *file; /* of --settings; NULL: PONTIS_SETTINGS, else SETTINGS_DEFAULT_FILE where it is there */
    const char *const *flags; /* of --set: "bus.group=home", ... */
    size_t flag_count;
    char *const *environment; /* "PONTIS_WORKERS=2", ...; ends with NULL */
};

/* Reads and judges all of it: flag before variable before file before default. Adds what is wrong; true when
 * `findings` then holds no error. *out holds in any case what could be read, for settings_free.
 * Looks into no file that a setting names. */
bool settings_read(const struct settings_request *request, struct findings *findings, struct settings **out);
void settings_free(struct settings *settings);

/* `current` with those values of `next` that a running gateway can take over; the caller frees it. */
struct settings *settings_merge(const struct settings *current, const struct settings *next);
/* Do the two hold different values for the index-th key? */
bool settings_differ(const struct settings *left, const struct settings *right, size_t index);

enum { SETTINGS_WHERE_SIZE = 192 };

/* "flag --set workers", "variable PONTIS_WORKERS", "/etc/pontis/pontis.yaml:12", "default". */
void settings_where(const struct settings *settings, size_t index, char out[SETTINGS_WHERE_SIZE]);

#endif
