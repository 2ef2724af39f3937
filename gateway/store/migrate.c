#include "store/migrate.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/embedded.h"
#include "base/text.h"
#include "host/digest.h"
#include "host/log.h"

extern const struct embedded_file store_migrations[];

enum { HASH_COLUMN = 1 };

static int number_of(const struct embedded_file *file) {
    return (int)strtol(file->name, NULL, 10);
}

int migrate_newest(void) {
    int newest = 0;
    for (const struct embedded_file *file = store_migrations; file->name; file++)
        newest = number_of(file);
    return newest;
}

static void on_notice(void *context, const PGresult *notice) {
    (void)context;
    const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *state = PQresultErrorField(notice, PG_DIAG_SQLSTATE);
    bool exists = state && (text_equal(state, "42P06") || text_equal(state, "42P07"));
    if (!exists)
        log_write(LOG_INFO, "migration.notice", "severity", severity, "text",
                  PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY), NULL);
}

static struct result failure_of(PGconn *connection, const PGresult *answer, const char *what) {
    const char *text = PQresultErrorField(answer, PG_DIAG_MESSAGE_PRIMARY);
    if (!text)
        text = PQerrorMessage(connection);
    int length = (int)strcspn(text, "\n");
    if (PQstatus(connection) == CONNECTION_BAD)
        return result_retry("%s: %.*s", what, length, text);
    return result_fatal("%s: %.*s", what, length, text);
}

/* One or more statements without parameters. */
static struct result run(PGconn *connection, const char *what, const char *sql) {
    PGresult *answer = PQexec(connection, sql);
    ExecStatusType status = PQresultStatus(answer);
    struct result result = result_ok();
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        result = failure_of(connection, answer, what);
    PQclear(answer);
    return result;
}

static struct result prepare_house(PGconn *connection) {
    /* Two that migrate at once take turns; the lock leaves with the connection. */
    TRY(run(connection, "lock", "SELECT pg_advisory_lock(hashtext('pontis.migration'))"));
    return run(connection, "schema",
               "CREATE SCHEMA IF NOT EXISTS pontis;"
               "CREATE TABLE IF NOT EXISTS pontis.migration ("
               "    number int PRIMARY KEY, hash text NOT NULL, name text NOT NULL,"
               "    at timestamptz NOT NULL DEFAULT now())");
}

static struct result record(PGconn *connection, const struct embedded_file *file, const char *hash) {
    char number[16];
    snprintf(number, sizeof number, "%d", number_of(file));
    const char *values[] = {number, hash, file->name};
    PGresult *answer =
        PQexecParams(connection, "INSERT INTO pontis.migration (number, hash, name) VALUES ($1, $2, $3)", 3,
                     NULL, values, NULL, NULL, 0);
    struct result result = result_ok();
    if (PQresultStatus(answer) != PGRES_COMMAND_OK)
        result = failure_of(connection, answer, file->name);
    PQclear(answer);
    return result;
}

static struct result apply(PGconn *connection, const struct embedded_file *file, const char *hash) {
    TRY(run(connection, file->name, "BEGIN"));
    TRY(run(connection, file->name, file->bytes));
    TRY(record(connection, file, hash));
    TRY(run(connection, file->name, "COMMIT"));
    log_write(LOG_INFO, "migration.applied", "name", file->name, NULL);
    return result_ok();
}

/* The row of `applied` with that number, or NULL. */
static const char *applied_hash(const PGresult *applied, int number) {
    for (int row = 0; row < PQntuples(applied); row++)
        if (strtol(PQgetvalue(applied, row, 0), NULL, 10) == number)
            return PQgetvalue(applied, row, HASH_COLUMN);
    return NULL;
}

static struct result bring(PGconn *connection, const PGresult *applied, const struct embedded_file *file) {
    uint8_t digest[DIGEST_SIZE];
    char hash[DIGEST_HEX_SIZE];
    digest_sha256(file->bytes, file->length, digest);
    digest_to_hex(digest, sizeof digest, hash);
    const char *known = applied_hash(applied, number_of(file));
    if (!known)
        return apply(connection, file, hash);
    if (!text_equal(known, hash))
        return result_fatal("%s was applied with other content; migrations never change", file->name);
    return result_ok();
}

static struct result bring_all(PGconn *connection) {
    PGresult *applied = PQexec(connection, "SELECT number, hash FROM pontis.migration ORDER BY number");
    struct result result = result_ok();
    if (PQresultStatus(applied) != PGRES_TUPLES_OK)
        result = failure_of(connection, applied, "applied migrations");
    int rows = PQntuples(applied);
    if (result_is_ok(&result) && rows &&
        strtol(PQgetvalue(applied, rows - 1, 0), NULL, 10) > migrate_newest())
        result = result_fatal("the database is newer than this program");
    for (const struct embedded_file *file = store_migrations; result_is_ok(&result) && file->name; file++)
        result = bring(connection, applied, file);
    PQclear(applied);
    return result;
}

struct result migrate_run(const char *owner_conninfo) {
    PGconn *connection = PQconnectdb(owner_conninfo);
    struct result result = result_ok();
    if (PQstatus(connection) != CONNECTION_OK)
        result = failure_of(connection, NULL, "database");
    PQsetNoticeReceiver(connection, on_notice, NULL);
    if (result_is_ok(&result))
        result = prepare_house(connection);
    if (result_is_ok(&result))
        result = bring_all(connection);
    if (result_is_ok(&result))
        result = run(connection, "rights", "SELECT pontis.grant_rights()");
    PQfinish(connection);
    return result;
}
