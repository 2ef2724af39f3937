/* Numbered migrations, each in a transaction with its SHA-256 recorded. */

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/migrate.h"
#include "store/migration.h"
#include "tests/unit/store/house.h"

extern const struct embedded_file store_migrations[];

enum { FILES_MOST = 100 };

static struct house house;
static char owner[POSTGRES_CONNINFO_SIZE];

/* The binary's migrations and more behind them. */
static struct embedded_file files[FILES_MOST];
static size_t file_count;

static void add_file(const char *name, const char *text) {
    cr_assert(file_count + 1 < FILES_MOST);
    files[file_count++] = (struct embedded_file){name, text, strlen(text)};
}

static const struct migrate_patience hasty = {.lock = 50, .pause = 10, .tries = 3, .turn = 50};
static const struct migrate_patience patient = {.lock = 50, .pause = 10, .tries = 10000, .turn = 20000};

static struct result run_files(const struct migrate_patience *patience) {
    struct migrate_order order = {.conninfo = owner, .files = files, .patience = patience};
    return migrate_run_order(&order);
}

#define assert_ok(result) cr_assert(result_is_ok(&(result)), "%s", (result).detail)
#define assert_says(result, wanted, text)                                                                    \
    do {                                                                                                     \
        cr_assert_eq((result).kind, wanted, "%s", (result).detail);                                          \
        cr_assert_not_null(strstr((result).detail, text), "%s", (result).detail);                            \
    } while (0)

static void set_up(void) {
    house_open(&house);
    postgres_conninfo(&house.postgres, house.database, "postgres", owner);
    for (const struct embedded_file *file = store_migrations; file->name; file++)
        files[file_count++] = *file;
}

static void tear_down(void) {
    house_close(&house);
}

TestSuite(migrate, .init = set_up, .fini = tear_down);

Test(migrate, a_second_run_changes_nothing) {
    long before = house_number(&house, "SELECT sum(xmin::text::bigint) FROM migration");
    struct result result = migrate_run(owner);
    cr_assert(result_is_ok(&result), "%s", result.detail);
    cr_assert_eq(house_number(&house, "SELECT sum(xmin::text::bigint) FROM migration"), before);
    cr_assert_eq(house_number(&house, "SELECT max(number) FROM migration"), migrate_newest());
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM migration WHERE length(hash) = 64"),
                 migrate_newest());
}

Test(migrate, an_applied_migration_never_changes) {
    postgres_do(house.session, "UPDATE migration SET hash = repeat('0', 64) WHERE number = 2");
    struct result result = migrate_run(owner);
    cr_assert_eq(result.kind, RESULT_FATAL);
    cr_assert_not_null(strstr(result.detail, "0002_workers.sql"), "%s", result.detail);
}

Test(migrate, a_newer_database_is_left_alone_and_not_opened) {
    postgres_do(house.session, "INSERT INTO migration (number, hash, name) VALUES (9999, 'x', 'x')");
    struct result result = migrate_run(owner);
    cr_assert_eq(result.kind, RESULT_FATAL);
    struct store_settings settings = {house.conninfo, "home/1"};
    struct store *store;
    result = store_open(&settings, house.base, &store);
    cr_assert_eq(result.kind, RESULT_FATAL, "%s", result.detail);
}

Test(migrate, one_that_fails_leaves_nothing_of_itself) {
    postgres_do(house.session,
                "DROP SCHEMA pontis CASCADE; CREATE SCHEMA pontis; CREATE TABLE pontis.transfer (x int)");
    struct result result = migrate_run(owner);
    cr_assert_eq(result.kind, RESULT_FATAL);
    cr_assert_not_null(strstr(result.detail, "0006_ledger.sql"), "%s", result.detail);
    cr_assert_eq(house_number(&house, "SELECT max(number) FROM migration"), 5);
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM pg_tables WHERE tablename = 'account'"), 0);
    postgres_do(house.session, "DROP TABLE pontis.transfer");
    result = migrate_run(owner);
    cr_assert(result_is_ok(&result), "it goes on where it stopped: %s", result.detail);
}

Test(migrate, an_owner_without_special_rights_can_do_it) {
    postgres_do(house.session, "DROP SCHEMA pontis CASCADE");
    char sql[128];
    snprintf(sql, sizeof sql, "GRANT CREATE ON DATABASE %s TO pontis_owner", house.database);
    postgres_do(house.session, sql);
    postgres_do(house.session, "ALTER ROLE pontis_owner LOGIN");
    postgres_conninfo(&house.postgres, house.database, "pontis_owner", owner);
    struct result result = migrate_run(owner);
    cr_assert(result_is_ok(&result), "%s", result.detail);
    struct store *store = house_store(&house, "home/1");
    struct store_commit empty = {0};
    assert_outcome(&house, store, &empty, STORE_COMMITTED);
    store_close(store);
}

Test(migrate, no_database_is_to_be_tried_again) {
    struct result result = migrate_run("host=/nonexistent dbname=x");
    cr_assert_eq(result.kind, RESULT_RETRY);
}

Test(migrate, one_that_fails_in_the_middle_stops_the_row_and_leaves_what_was_done) {
    add_file("9001_good.sql", "CREATE TABLE pontis.first (x int);");
    add_file("9002_bad.sql", "CREATE TABLE pontis.second (x int); SELECT 1 / 0;");
    add_file("9003_good.sql", "CREATE TABLE pontis.third (x int);");
    struct result result = run_files(&hasty);
    assert_says(result, RESULT_FATAL, "9002_bad.sql");
    cr_assert_eq(house_number(&house, "SELECT max(number) FROM migration"), 9001);
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM pg_tables WHERE tablename = 'first'"), 1);
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM pg_tables WHERE tablename = 'second'"), 0);
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM pg_tables WHERE tablename = 'third'"), 0);
    file_count -= 2;
    add_file("9002_good.sql", "CREATE TABLE pontis.second (x int);");
    add_file("9003_good.sql", "CREATE TABLE pontis.third (x int);");
    result = run_files(&hasty);
    assert_ok(result);
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM migration WHERE number > 9000"), 3);
}

Test(migrate, one_that_would_end_its_transaction_is_not_begun) {
    add_file("9001_half.sql", "CREATE TABLE pontis.half (x int);\n-- so\ncommit; SELECT 1;");
    struct result result = run_files(&hasty);
    assert_says(result, RESULT_FATAL, "9001_half.sql: commit");
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM pg_tables WHERE tablename = 'half'"), 0);
}

/* ---- several at once, and locks of others ---- */

static void *migrate_in_thread(void *result) {
    *(struct result *)result = run_files(&patient);
    return NULL;
}

Test(migrate, two_at_once_take_turns) {
    postgres_do(house.session, "DROP SCHEMA pontis CASCADE");
    struct result one, other;
    pthread_t first, second;
    cr_assert_eq(pthread_create(&first, NULL, migrate_in_thread, &one), 0);
    cr_assert_eq(pthread_create(&second, NULL, migrate_in_thread, &other), 0);
    cr_assert_eq(pthread_join(first, NULL), 0);
    cr_assert_eq(pthread_join(second, NULL), 0);
    assert_ok(one);
    assert_ok(other);
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM migration"), migrate_newest());
}

Test(migrate, one_that_never_ends_is_not_waited_for_without_end) {
    postgres_do(house.session, "SELECT pg_advisory_lock(hashtext('pontis.migration'))");
    struct result result = run_files(&hasty);
    assert_says(result, RESULT_RETRY, "another pontis migrate");
}

static const char *const ADD_COLUMN = "ALTER TABLE pontis.instruction ADD COLUMN x int;";

static bool has_column(void) {
    return house_number(&house, "SELECT count(*) FROM pg_attribute WHERE attname = 'x' AND NOT attisdropped"
                                "    AND attrelid = 'pontis.instruction'::regclass") == 1;
}

Test(migrate, a_table_that_stays_locked_is_given_up_and_its_holder_named) {
    add_file("9001_column.sql", ADD_COLUMN);
    PGconn *reader = postgres_connect(&house.postgres, house.database);
    postgres_do(reader,
                "SET application_name = 'long-report'; BEGIN; SELECT count(*) FROM pontis.instruction");
    struct result result = run_files(&hasty);
    assert_says(result, RESULT_RETRY, "9001_column.sql: tables are locked by process");
    cr_assert_not_null(strstr(result.detail, "long-report"), "%s", result.detail);
    cr_assert_eq(house_number(&house, "SELECT max(number) FROM migration"), migrate_newest());
    cr_assert_not(has_column());
    PQfinish(reader);
    result = run_files(&hasty);
    assert_ok(result);
    cr_assert(has_column());
}

/* Relations of two databases may have the same numbers, as those of a corridor each in one cluster do. */
Test(migrate, a_table_locked_in_another_database_is_not_named) {
    char database[48], sql[128];
    snprintf(database, sizeof database, "%s_other", house.database);
    PGconn *session = postgres_connect(&house.postgres, "postgres");
    postgres_do(session, "SELECT pg_advisory_lock(1)");
    snprintf(sql, sizeof sql, "CREATE DATABASE %s TEMPLATE migrated", database);
    postgres_do(session, sql);
    PQfinish(session);
    PGconn *elsewhere = postgres_connect(&house.postgres, database);
    postgres_do(elsewhere, "BEGIN; SELECT count(*) FROM pontis.instruction");
    PGconn *reader = postgres_connect(&house.postgres, house.database);
    postgres_do(reader,
                "SET application_name = 'long-report'; BEGIN; SELECT count(*) FROM pontis.instruction");
    add_file("9001_column.sql", ADD_COLUMN);
    struct result result = run_files(&hasty);
    assert_says(result, RESULT_RETRY, "long-report");
    PQfinish(reader);
    PQfinish(elsewhere);
}

/* How often somebody was seen to begin to wait for a lock. */
static void await_tries(int wanted) {
    long before = 0;
    while (wanted > 0) {
        long waiting =
            house_number(&house, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                                 "    AND datname = current_database()");
        wanted -= waiting > before;
        before = waiting;
    }
}

Test(migrate, between_its_tries_others_work_and_it_goes_on_when_the_lock_is_free) {
    add_file("9001_column.sql", ADD_COLUMN);
    PGconn *reader = postgres_connect(&house.postgres, house.database);
    postgres_do(reader, "BEGIN; SELECT count(*) FROM pontis.instruction");
    struct result result;
    pthread_t migrator;
    cr_assert_eq(pthread_create(&migrator, NULL, migrate_in_thread, &result), 0);
    await_tries(2);
    postgres_do(house.session, "SET lock_timeout = '10s'");
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM instruction"), 0, "it does not queue behind");
    PQfinish(reader);
    cr_assert_eq(pthread_join(migrator, NULL), 0);
    assert_ok(result);
    cr_assert(has_column());
}

/* ---- an older program on a newer schema ---- */

static struct store *open_store(const char *worker, struct result *result) {
    struct store_settings settings = {house.conninfo, worker};
    struct store *store = NULL;
    *result = store_open(&settings, house.base, &store);
    return store;
}

static char *compatible_from(int number, const char *sql) {
    static char text[256];
    snprintf(text, sizeof text, "-- compatible-from: %d\n%s", number, sql);
    return text;
}

Test(migrate, an_older_program_goes_on_and_starts_again_on_a_schema_that_is_compatible_with_it) {
    struct store *running = house_store(&house, "home/1");
    struct store_commit empty = {0};
    assert_outcome(&house, running, &empty, STORE_COMMITTED);
    add_file("9001_column.sql", compatible_from(migrate_newest(), ADD_COLUMN));
    struct result result = run_files(&hasty);
    assert_ok(result);
    assert_outcome(&house, running, &empty, STORE_COMMITTED);
    store_close(running);
    running = house_store(&house, "home/1");
    assert_outcome(&house, running, &empty, STORE_COMMITTED);
    store_close(running);
    result = migrate_run(owner);
    assert_ok(result);
    cr_assert_eq(house_number(&house, "SELECT max(number) FROM migration"), 9001, "there is no way back");
}

Test(migrate, an_older_program_does_not_start_on_a_schema_that_says_it_breaks_it) {
    add_file("9001_good.sql", compatible_from(9001, ADD_COLUMN));
    struct result result = run_files(&hasty);
    assert_ok(result);
    cr_assert_null(open_store("home/1", &result));
    assert_says(result, RESULT_FATAL, "the database is newer than this program");
    result = migrate_run(owner);
    assert_says(result, RESULT_FATAL, "the database is newer than this program");
}

Test(migrate, every_newer_migration_must_be_compatible_not_only_the_newest) {
    add_file("9001_breaks.sql", ADD_COLUMN);
    add_file("9002_good.sql", compatible_from(migrate_newest(), "SELECT 1;"));
    struct result result = run_files(&hasty);
    assert_ok(result);
    cr_assert_null(open_store("home/1", &result));
    assert_says(result, RESULT_FATAL, "migration 9001");
}

Test(migrate, a_schema_that_is_behind_is_not_opened_and_says_what_to_do) {
    postgres_do(house.session, "DELETE FROM migration WHERE number = (SELECT max(number) FROM migration)");
    struct result result;
    cr_assert_null(open_store("home/1", &result));
    assert_says(result, RESULT_FATAL, "run pontis migrate");
}

Test(migrate, a_table_of_migrations_from_before_compatibility_is_brought_along) {
    postgres_do(house.session, "ALTER TABLE migration DROP COLUMN compatible_from");
    store_close(house_store(&house, "home/1"));
    add_file("9001_column.sql", compatible_from(migrate_newest(), ADD_COLUMN));
    struct result result = run_files(&hasty);
    assert_ok(result);
    store_close(house_store(&house, "home/1"));
    cr_assert_eq(house_number(&house, "SELECT compatible_from FROM migration WHERE number = 9001"),
                 migrate_newest());
}

/* ---- a restored database ---- */

Test(migrate, a_restored_database_is_not_opened_before_a_person_accepts_it) {
    store_close(house_store(&house, "home/1"));
    postgres_do(house.session, "UPDATE timeline SET number = number + 1");
    struct result result;
    cr_assert_null(open_store("home/1", &result));
    assert_says(result, RESULT_FATAL, "the database was restored or promoted");
    result = migrate_run(owner);
    assert_ok(result);
    cr_assert_null(open_store("home/1", &result), "a migration accepts nothing");
    result = migrate_accept_restored(owner, "tan");
    assert_ok(result);
    store_close(house_store(&house, "home/1"));
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM timeline WHERE accepted = 'accepted by tan'"), 1);
}

Test(migrate, another_server_with_a_copy_is_a_restored_database) {
    postgres_do(house.session, "UPDATE timeline SET system_identifier = system_identifier + 1");
    struct result result;
    cr_assert_null(open_store("home/1", &result));
    assert_says(result, RESULT_FATAL, "--accept-restored");
}

Test(migrate, a_worker_that_was_there_all_the_time_goes_on_after_a_promotion) {
    struct store *store = house_store(&house, "home/1");
    struct store_commit empty = {0};
    assert_outcome(&house, store, &empty, STORE_COMMITTED);
    postgres_do(house.session, "UPDATE timeline SET number = number + 1");
    assert_outcome(&house, store, &empty, STORE_COMMITTED);
    store_close(store);
    store_close(house_store(&house, "home/1"));
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM timeline WHERE accepted LIKE 'worker home/1 %'"),
                 1);
}

/* ---- the plan ---- */

struct plan {
    int all, applied, statements;
};

static void on_told(void *context, const struct migration *migration, bool is_applied) {
    struct plan *plan = context;
    plan->all++;
    plan->applied += is_applied;
    plan->statements += is_applied ? 0 : migration->statements;
    cr_assert_eq(strlen(migration->hash), 64);
}

static struct plan make_plan(void) {
    struct plan plan = {0};
    struct migrate_order order = {.conninfo = owner, .files = files};
    struct result result = migrate_plan(&order, on_told, &plan);
    assert_ok(result);
    return plan;
}

Test(migrate, a_plan_tells_what_would_be_done_and_does_nothing) {
    struct plan plan = make_plan();
    cr_assert_eq(plan.all, migrate_newest());
    cr_assert_eq(plan.applied, migrate_newest());
    add_file("9001_more.sql", "SELECT 1; SELECT 2;");
    plan = make_plan();
    cr_assert_eq(plan.all - plan.applied, 1);
    cr_assert_eq(plan.statements, 2);
    postgres_do(house.session, "DROP SCHEMA pontis CASCADE");
    plan = make_plan();
    cr_assert_eq(plan.applied, 0);
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM pg_namespace WHERE nspname = 'pontis'"), 0);
}

Test(migrate, a_plan_refuses_what_a_run_would_refuse) {
    postgres_do(house.session, "UPDATE migration SET hash = repeat('0', 64) WHERE number = 2");
    struct migrate_order order = {.conninfo = owner};
    struct plan plan = {0};
    struct result result = migrate_plan(&order, on_told, &plan);
    assert_says(result, RESULT_FATAL, "0002_workers.sql");
}

/* ---- a file as data ---- */

Test(migrate, statements_are_counted_as_postgresql_counts_them) {
    postgres_do(house.session, "DROP SCHEMA pontis CASCADE; BEGIN");
    for (const struct embedded_file *file = store_migrations; file->name; file++) {
        struct migration migration;
        struct result result = migration_read(file, &migration);
        assert_ok(result);
        cr_assert(PQsendQuery(house.session, file->bytes));
        int answers = 0;
        for (PGresult *answer; (answer = PQgetResult(house.session)); PQclear(answer), answers++)
            cr_assert_neq(PQresultStatus(answer), PGRES_FATAL_ERROR, "%s", PQresultErrorMessage(answer));
        cr_assert_eq(migration.statements, answers, "%s: %d, not %d", file->name, migration.statements,
                     answers);
    }
}

Test(migration, semicolons_in_texts_names_bodies_and_comments_end_no_statement) {
    const struct {
        const char *sql;
        int statements;
    } cases[] = {
        {"", 0},
        {" ;; -- nothing; at all\n", 0},
        {"SELECT 1", 1},
        {"SELECT 1; SELECT 2;\n", 2},
        {"SELECT ';', 'it''s;', E'\\';', \";\"; SELECT 2", 2},
        {"/* a; /* b; */ c; */ SELECT 1 /* ; */;", 1},
        {"DO $$ BEGIN; END; $$; DO $a$ $$;$$ $a$; SELECT $1;", 3},
        {"SELECT x$y$z; SELECT 2", 2},
        {"SELECT 'never closed;", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct embedded_file file = {"0007_x.sql", cases[i].sql, strlen(cases[i].sql)};
        struct migration migration;
        struct result result = migration_read(&file, &migration);
        assert_ok(result);
        cr_assert_eq(migration.statements, cases[i].statements, "%s", cases[i].sql);
    }
}

Test(migration, compatible_from_is_a_number_up_to_its_own) {
    const struct {
        const char *sql;
        int from; /* 0: refused */
    } cases[] = {{"SELECT 1;", 7},
                 {"-- why\n-- compatible-from: 5\nSELECT 1;", 5},
                 {"-- compatible-from: 7\n", 7},
                 {"-- compatible-from: 8\n", 0},
                 {"-- compatible-from: 0\n", 0},
                 {"-- compatible-from: six\n", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct embedded_file file = {"0007_x.sql", cases[i].sql, strlen(cases[i].sql)};
        struct migration migration;
        struct result result = migration_read(&file, &migration);
        cr_assert_eq(result_is_ok(&result), cases[i].from != 0, "%s", cases[i].sql);
        if (cases[i].from)
            cr_assert_eq(migration.compatible_from, cases[i].from, "%s", cases[i].sql);
    }
}

/* The first nine were there before the first release. */
Test(migration, every_one_since_says_which_programs_it_keeps_working) {
    for (const struct embedded_file *file = store_migrations; file->name; file++)
        cr_expect(strtol(file->name, NULL, 10) <= 9 || strstr(file->bytes, "-- compatible-from:"),
                  "%s wants a line `-- compatible-from: N`", file->name);
}
