#ifndef PONTIS_TESTS_SUPPORT_POSTGRES_H
#define PONTIS_TESTS_SUPPORT_POSTGRES_H

#include <libpq-fe.h>
#include <stdbool.h>

/* A private PostgreSQL cluster in a folder of its own, reached by a Unix socket only; started by root it runs
 * as the unprivileged user "postgres". */
struct postgres {
    char folder[64]; /* data/ and the socket */
};

enum { POSTGRES_CONNINFO_SIZE = 256 };

/* False: initdb or the start failed; folder/log says why. */
bool postgres_start(struct postgres *postgres);
/* Stops it at once and removes the folder. */
void postgres_stop(struct postgres *postgres);
/* After a crash or a stop by a test. */
bool postgres_restart(struct postgres *postgres);

void postgres_conninfo(const struct postgres *postgres, const char *database, const char *user,
                       char out[POSTGRES_CONNINFO_SIZE]);
/* A blocking session of the superuser; aborts when it cannot be had. */
PGconn *postgres_connect(const struct postgres *postgres, const char *database);
/* Runs a statement that must succeed and copies the first cell, "" when there is none. */
const char *postgres_ask(PGconn *session, const char *sql, char *out, size_t size);
/* The same for a number, and for a statement without an answer. */
long postgres_number(PGconn *session, const char *sql);
void postgres_do(PGconn *session, const char *sql);

#endif
