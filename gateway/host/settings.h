#ifndef PONTIS_HOST_SETTINGS_H
#define PONTIS_HOST_SETTINGS_H

#include <stdint.h>

#include "base/result.h"

/* The settings file of one gateway (YAML). Every string is owned by the settings. Paths are as the file
 * writes them; addresses are HOST:PORT with a numeric host. */
struct settings {
    char *name;           /* "home" */
    char *database;       /* libpq conninfo of the application role */
    char *owner_database; /* of the owner role; only `pontis migrate` uses it; NULL: not given */
    int64_t workers;
    struct {
        char *brokers;
        char *topic_in;
        char *topic_out;
        char *incarnation; /* of topic_in: an id of ours, another one for another topic of that name */
        char *group;
        int64_t fetch_wait; /* milliseconds a broker may hold a fetch back; 0: Kafka's default of 500 */
    } bus;
    struct {
        char *listen;
    } peer;
    struct {
        char *listen;
        char *operators; /* file: SHA-256 of an operator's certificate in hex, one a line */
    } api;
    struct {
        char *listen;
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
};

/* FATAL with file, line and key when the file cannot be used. */
MUST_USE struct result settings_load(const char *path, struct settings **out);
void settings_free(struct settings *settings);

#endif
