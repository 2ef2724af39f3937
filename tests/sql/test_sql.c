/* Runs the pgTAP files of this folder on a private cluster with the migrated schema, one test a file. */

#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "store/migrate.h"
#include "tests/support/postgres.h"

#define FOLDER "PONTIS_TEST_POSTGRES"

static struct postgres cluster;

ReportHook(PRE_ALL)(struct criterion_test_set *tests) {
    (void)tests;
    if (!postgres_start(&cluster))
        abort();
    setenv(FOLDER, cluster.folder, 1);
    PGconn *session = postgres_connect(&cluster, "postgres");
    postgres_do(session, "CREATE DATABASE migrated");
    PQfinish(session);
    char conninfo[POSTGRES_CONNINFO_SIZE];
    postgres_conninfo(&cluster, "migrated", "postgres", conninfo);
    struct result migrated = migrate_run(conninfo);
    if (!result_is_ok(&migrated))
        abort();
}

ReportHook(POST_ALL)(struct criterion_global_stats *stats) {
    (void)stats;
    postgres_stop(&cluster);
}

static void read_file(const char *name, struct buffer *out) {
    char path[256], chunk[4096];
    snprintf(path, sizeof path, "%s/tests/sql/%s", SOURCE_DIR, name);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    buffer_init(out, 1 << 20);
    for (size_t count; (count = fread(chunk, 1, sizeof chunk, file)) > 0;)
        buffer_add(out, chunk, count);
    fclose(file);
}

/* The lines of all results: "ok ...", "not ok ...", "1..N" and diagnostics. */
static int judge(PGconn *session, const char *name) {
    int verdicts = 0;
    for (PGresult *answer; (answer = PQgetResult(session)); PQclear(answer)) {
        cr_assert_neq(PQresultStatus(answer), PGRES_FATAL_ERROR, "%s: %s", name,
                      PQresultErrorMessage(answer));
        for (int row = 0; row < PQntuples(answer); row++) {
            const char *line = PQnfields(answer) ? PQgetvalue(answer, row, 0) : "";
            cr_expect(strncmp(line, "not ok", 6) != 0, "%s: %s", name, line);
            cr_expect(strncmp(line, "# Looks like", 12) != 0, "%s: %s", name, line);
            verdicts += strncmp(line, "ok", 2) == 0;
        }
    }
    return verdicts;
}

static PGconn *session_with_tap(char database[32]) {
    struct postgres running;
    snprintf(running.folder, sizeof running.folder, "%s", getenv(FOLDER));
    PGconn *session = postgres_connect(&running, "postgres");
    char sql[96];
    snprintf(database, 32, "test_%d", (int)getpid());
    snprintf(sql, sizeof sql, "CREATE DATABASE %s TEMPLATE migrated", database);
    postgres_do(session, "SELECT pg_advisory_lock(1)");
    postgres_do(session, sql);
    bool has_tap =
        postgres_number(session, "SELECT count(*) FROM pg_available_extensions WHERE name = 'pgtap'") > 0;
    PQfinish(session);
    if (!has_tap)
        cr_skip_test("pgTAP is not installed (package postgresql-15-pgtap)");
    session = postgres_connect(&running, database);
    postgres_do(session, "CREATE EXTENSION pgtap SCHEMA public");
    return session;
}

static void run(const char *name) {
    char database[32];
    struct buffer text;
    PGconn *session = session_with_tap(database);
    read_file(name, &text);
    cr_assert(PQsendQuery(session, text.data));
    cr_assert_gt(judge(session, name), 0, "%s: no verdict", name);
    buffer_wipe(&text);
    PQfinish(session);
}

Test(sql, rights) {
    run("rights.sql");
}

Test(sql, schema) {
    run("schema.sql");
}

Test(sql, guards) {
    run("guards.sql");
}

Test(sql, ledger) {
    run("ledger.sql");
}

Test(sql, values) {
    run("values.sql");
}

Test(sql, operators) {
    run("operators.sql");
}
