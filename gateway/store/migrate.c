#include "store/migrate.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buffer.h"
#include "base/text.h"
#include "host/log.h"
#include "store/migration.h"

extern const struct embedded_file store_migrations[];

static const struct migrate_patience usual_patience = {
    .lock = 1000, .pause = 2000, .tries = 20, .turn = 60000};

enum { APPLIED_NUMBER, APPLIED_HASH, APPLIED_COMPATIBLE_FROM };

/* The column came later than the table: to_jsonb names it only where it is. */
#define SELECT_APPLIED                                                                                       \
    "SELECT number, hash, coalesce((to_jsonb(m) ->> 'compatible_from')::int, number)"                        \
    " FROM pontis.migration m ORDER BY number"

/* One run: the session, and what it works by. */
struct run {
    PGconn *session;
    const struct embedded_file *files;
    const struct migrate_patience *patience;
    PGresult *applied; /* rows of SELECT_APPLIED; NULL: there is no schema yet */
};

static int newest_of(const struct embedded_file *files) {
    int newest = 0;
    for (const struct embedded_file *file = files; file->name; file++)
        newest = (int)strtol(file->name, NULL, 10);
    return newest;
}

int migrate_newest(void) {
    return newest_of(store_migrations);
}

/* ---- statements ---- */

static void on_notice(void *context, const PGresult *notice) {
    (void)context;
    const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *state = PQresultErrorField(notice, PG_DIAG_SQLSTATE);
    bool exists = state && (text_equal(state, "42P06") || text_equal(state, "42P07"));
    if (!exists)
        log_write(LOG_INFO, "migration.notice", "severity", severity, "text",
                  PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY), NULL);
}

/* Somebody else's lock, or a cycle of them. */
static bool is_contention(const PGresult *answer) {
    const char *state = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
    return state && (text_equal(state, "55P03") || text_equal(state, "40P01"));
}

static struct result failure_of(PGconn *session, const PGresult *answer, const char *what) {
    const char *text = PQresultErrorField(answer, PG_DIAG_MESSAGE_PRIMARY);
    if (!text)
        text = PQerrorMessage(session);
    int length = (int)strcspn(text, "\n");
    if (PQstatus(session) == CONNECTION_BAD || is_contention(answer))
        return result_retry("%s: %.*s", what, length, text);
    return result_fatal("%s: %.*s", what, length, text);
}

static struct result outcome_of(PGconn *session, PGresult *answer, const char *what) {
    ExecStatusType status = PQresultStatus(answer);
    struct result result = result_ok();
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        result = failure_of(session, answer, what);
    PQclear(answer);
    return result;
}

/* One or more statements without parameters. */
static struct result execute(PGconn *session, const char *what, const char *sql) {
    return outcome_of(session, PQexec(session, sql), what);
}

static struct result set_milliseconds(PGconn *session, const char *name, int value) {
    char text[16];
    snprintf(text, sizeof text, "%dms", value);
    const char *values[] = {name, text};
    PGresult *answer =
        PQexecParams(session, "SELECT set_config($1, $2, false)", 2, NULL, values, NULL, NULL, 0);
    return outcome_of(session, answer, name);
}

/* ---- what the database has ---- */

static struct result read_applied(struct run *run) {
    PQclear(run->applied);
    run->applied = PQexec(run->session, SELECT_APPLIED);
    if (PQresultStatus(run->applied) == PGRES_TUPLES_OK)
        return result_ok();
    return failure_of(run->session, run->applied, "applied migrations");
}

static int applied_cell(const PGresult *applied, int row, int column) {
    return (int)strtol(PQgetvalue(applied, row, column), NULL, 10);
}

/* The SHA-256 of the applied migration with that number, or NULL. */
static const char *applied_hash(const PGresult *applied, int number) {
    for (int row = 0; row < PQntuples(applied); row++)
        if (applied_cell(applied, row, APPLIED_NUMBER) == number)
            return PQgetvalue(applied, row, APPLIED_HASH);
    return NULL;
}

/* Migrations newer than `ours` must be ones that a program of ours goes on working with. */
static struct result check_newer(const PGresult *applied, int ours) {
    for (int row = 0; row < PQntuples(applied); row++) {
        int number = applied_cell(applied, row, APPLIED_NUMBER);
        int from = applied_cell(applied, row, APPLIED_COMPATIBLE_FROM);
        if (number > ours && from > ours)
            return result_fatal("the database is newer than this program: its migration %d wants programs "
                                "of schema %d or later, this one has %d",
                                number, from, ours);
    }
    return result_ok();
}

/* What is applied and what we carry must be the same, as far as both have it. */
static struct result check_applied(const struct run *run, const struct migration *migration) {
    const char *hash = applied_hash(run->applied, migration->number);
    if (hash && !text_equal(hash, migration->hash))
        return result_fatal("%s was applied with other content; migrations never change", migration->name);
    return result_ok();
}

/* ---- one migration ---- */

static struct result record(const struct run *run, const struct migration *migration) {
    char number[16], from[16];
    snprintf(number, sizeof number, "%d", migration->number);
    snprintf(from, sizeof from, "%d", migration->compatible_from);
    const char *values[] = {number, migration->hash, migration->name, from};
    PGresult *answer = PQexecParams(
        run->session,
        "INSERT INTO pontis.migration (number, hash, name, compatible_from) VALUES ($1, $2, $3, $4)", 4, NULL,
        values, NULL, NULL, 0);
    return outcome_of(run->session, answer, migration->name);
}

static struct result apply_once(const struct run *run, const struct migration *migration) {
    TRY(execute(run->session, migration->name, "BEGIN"));
    TRY(execute(run->session, migration->name, migration->sql));
    TRY(record(run, migration));
    return execute(run->session, migration->name, "COMMIT");
}

/* Names the oldest transaction that holds a lock on what is ours. */
static struct result held_up(const struct run *run, const struct migration *migration) {
    PGresult *answer = PQexec(
        run->session,
        "SELECT a.pid, a.usename, a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
        " JOIN pg_class c ON c.oid = l.relation WHERE l.granted AND a.pid <> pg_backend_pid()"
        " AND a.datname = current_database() AND c.relnamespace = 'pontis'::regnamespace"
        " ORDER BY a.xact_start NULLS LAST LIMIT 1");
    struct result result =
        result_retry("%s: tables are locked; tried %d times, nothing of it is applied; try again",
                     migration->name, run->patience->tries);
    if (PQresultStatus(answer) == PGRES_TUPLES_OK && PQntuples(answer))
        result =
            result_retry("%s: tables are locked by process %s (%s, %s); tried %d times, nothing of it is "
                         "applied",
                         migration->name, PQgetvalue(answer, 0, 0), PQgetvalue(answer, 0, 1),
                         PQgetvalue(answer, 0, 2), run->patience->tries);
    PQclear(answer);
    return result;
}

static void pause_for(int milliseconds) {
    struct timespec left = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    while (nanosleep(&left, &left) != 0)
        continue;
}

static struct result apply(const struct run *run, const struct migration *migration) {
    for (int try = 1; try <= run->patience->tries; try++) {
        struct result result = apply_once(run, migration);
        if (result_is_ok(&result)) {
            log_write(LOG_INFO, "migration.applied", "name", migration->name, NULL);
            return result;
        }
        if (result.kind != RESULT_RETRY || PQstatus(run->session) == CONNECTION_BAD)
            return result;
        TRY(execute(run->session, migration->name, "ROLLBACK"));
        log_write(LOG_WARNING, "migration.locked", "name", migration->name, "detail", result.detail, NULL);
        if (try < run->patience->tries)
            pause_for(run->patience->pause);
    }
    return held_up(run, migration);
}

/* ---- all of them ---- */

static struct result take_turn(const struct run *run) {
    TRY(set_milliseconds(run->session, "lock_timeout", run->patience->turn));
    /* The lock leaves with the connection. */
    PGresult *answer = PQexec(run->session, "SELECT pg_advisory_lock(hashtext('pontis.migration'))");
    if (is_contention(answer)) {
        PQclear(answer);
        return result_retry("another pontis migrate works on this database; try again when it has ended");
    }
    TRY(outcome_of(run->session, answer, "lock"));
    return set_milliseconds(run->session, "lock_timeout", run->patience->lock);
}

/* Only what is missing: ALTER TABLE would lock the table even where it has nothing to do. */
static struct result prepare_house(const struct run *run) {
    return execute(run->session, "schema",
                   "CREATE SCHEMA IF NOT EXISTS pontis;"
                   "CREATE TABLE IF NOT EXISTS pontis.migration ("
                   "    number int PRIMARY KEY, hash text NOT NULL, name text NOT NULL,"
                   "    at timestamptz NOT NULL DEFAULT now());"
                   "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_attribute WHERE attname = 'compatible_from'"
                   "    AND attrelid = 'pontis.migration'::regclass) THEN"
                   "    ALTER TABLE pontis.migration ADD COLUMN compatible_from int; END IF; END $$");
}

static struct result bring_all(const struct run *run) {
    TRY(check_newer(run->applied, newest_of(run->files)));
    for (const struct embedded_file *file = run->files; file->name; file++) {
        struct migration migration;
        TRY(migration_read(file, &migration));
        TRY(check_applied(run, &migration));
        if (!applied_hash(run->applied, migration.number))
            TRY(apply(run, &migration));
    }
    return execute(run->session, "rights", "SELECT pontis.grant_rights()");
}

static struct result run_open(const struct migrate_order *order, struct run *run) {
    *run = (struct run){.session = PQconnectdb(order->conninfo),
                        .files = order->files ? order->files : store_migrations,
                        .patience = order->patience ? order->patience : &usual_patience};
    if (PQstatus(run->session) != CONNECTION_OK)
        return failure_of(run->session, NULL, "database");
    PQsetNoticeReceiver(run->session, on_notice, NULL);
    return execute(run->session, "session",
                   "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0");
}

static void run_close(struct run *run) {
    PQclear(run->applied);
    PQfinish(run->session);
}

static struct result bring(struct run *run) {
    TRY(take_turn(run));
    TRY(prepare_house(run));
    TRY(read_applied(run));
    return bring_all(run);
}

struct result migrate_run_order(const struct migrate_order *order) {
    struct run run;
    struct result result = run_open(order, &run);
    if (result_is_ok(&result))
        result = bring(&run);
    run_close(&run);
    return result;
}

struct result migrate_run(const char *owner_conninfo) {
    struct migrate_order order = {.conninfo = owner_conninfo};
    return migrate_run_order(&order);
}

/* ---- the plan ---- */

static struct result read_applied_if_any(struct run *run) {
    PGresult *answer = PQexec(run->session, "SELECT 1 WHERE to_regclass('pontis.migration') IS NOT NULL");
    bool exists = PQntuples(answer) > 0;
    TRY(outcome_of(run->session, answer, "applied migrations"));
    return exists ? read_applied(run) : result_ok();
}

static struct result tell_all(struct run *run, migrate_tell *tell, void *context) {
    TRY(read_applied_if_any(run));
    TRY(check_newer(run->applied, newest_of(run->files)));
    for (const struct embedded_file *file = run->files; file->name; file++) {
        struct migration migration;
        TRY(migration_read(file, &migration));
        TRY(check_applied(run, &migration));
        tell(context, &migration, applied_hash(run->applied, migration.number) != NULL);
    }
    return result_ok();
}

struct result migrate_plan(const struct migrate_order *order, migrate_tell *tell, void *context) {
    struct run run;
    struct result result = run_open(order, &run);
    if (result_is_ok(&result))
        result = tell_all(&run, tell, context);
    run_close(&run);
    return result;
}

/* ---- may this binary work with it? ---- */

static struct result missing_or_lost(PGconn *session, const PGresult *answer) {
    const char *state = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
    if (state && (text_equal(state, "42P01") || text_equal(state, "3F000")))
        return result_fatal("the schema is missing: run pontis migrate");
    const char *text = PQerrorMessage(session);
    if (state && strncmp(state, "57", 2) != 0)
        return result_fatal("database: %.*s", (int)strcspn(text, "\n"), text);
    return result_retry("database: %.*s", (int)strcspn(text, "\n"), text);
}

static struct result check_number(const PGresult *applied) {
    int rows = PQntuples(applied);
    int newest = rows ? applied_cell(applied, rows - 1, APPLIED_NUMBER) : 0;
    if (newest < migrate_newest())
        return result_fatal("the database's schema has number %d, this program wants %d: run pontis migrate",
                            newest, migrate_newest());
    return check_newer(applied, migrate_newest());
}

static struct result check_schema(PGconn *session) {
    PGresult *applied = PQexec(session, SELECT_APPLIED);
    struct result result = PQresultStatus(applied) == PGRES_TUPLES_OK ? check_number(applied)
                                                                      : missing_or_lost(session, applied);
    PQclear(applied);
    return result;
}

static struct result check_timeline(PGconn *session) {
    PGresult *answer = PQexec(session, "SELECT pontis.is_known_timeline()");
    struct result result = result_ok();
    if (PQresultStatus(answer) != PGRES_TUPLES_OK)
        result = missing_or_lost(session, answer);
    else if (!text_equal(PQgetvalue(answer, 0, 0), "t"))
        result = result_fatal("the database was restored or promoted: compare its books with the peer's "
                              "(runbook restore), then pontis migrate --accept-restored");
    PQclear(answer);
    return result;
}

struct result migrate_check(struct pg_conn *session) {
    TRY(check_schema(session));
    return check_timeline(session);
}

/* ---- a restored database ---- */

static struct result accept_timeline(const struct run *run, const char *who) {
    char how[96];
    snprintf(how, sizeof how, "accepted by %s", who);
    const char *values[] = {how};
    PGresult *answer =
        PQexecParams(run->session, "SELECT pontis.accept_timeline($1)", 1, NULL, values, NULL, NULL, 0);
    return outcome_of(run->session, answer, "timeline");
}

struct result migrate_accept_restored(const char *owner_conninfo, const char *who) {
    struct migrate_order order = {.conninfo = owner_conninfo};
    struct run run;
    struct result result = run_open(&order, &run);
    if (result_is_ok(&result))
        result = accept_timeline(&run, who);
    run_close(&run);
    return result;
}
