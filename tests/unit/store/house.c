#include "tests/unit/store/house.h"

#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/clock.h"
#include "store/migrate.h"

enum { PATIENCE_SECONDS = 20 };

#define FOLDER "PONTIS_TEST_POSTGRES"

/* ---- the cluster ---- */

static struct postgres cluster;

ReportHook(PRE_ALL)(struct criterion_test_set *tests) {
    (void)tests;
    if (!postgres_start(&cluster))
        abort();
    setenv(FOLDER, cluster.folder, 1);
    PGconn *session = postgres_connect(&cluster, "postgres");
    postgres_do(session, "ALTER SYSTEM SET synchronous_commit = 'local'");
    postgres_do(session, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
    postgres_do(session, "SELECT pg_reload_conf()");
    postgres_do(session, "SET synchronous_commit = 'local'");
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

/* ---- one database a test ---- */

void house_open(struct house *house) {
    memset(house, 0, sizeof *house);
    snprintf(house->postgres.folder, sizeof house->postgres.folder, "%s", getenv(FOLDER));
    snprintf(house->database, sizeof house->database, "test_%d", (int)getpid());
    PGconn *session = postgres_connect(&house->postgres, "postgres");
    char sql[128];
    snprintf(sql, sizeof sql, "CREATE DATABASE %s TEMPLATE migrated", house->database);
    /* One copies the template at a time. */
    postgres_do(session, "SELECT pg_advisory_lock(1)");
    postgres_do(session, sql);
    PQfinish(session);
    postgres_conninfo(&house->postgres, house->database, "pontis_app", house->conninfo);
    house->session = postgres_connect(&house->postgres, house->database);
    postgres_do(house->session, "SET synchronous_commit = 'local'");
    postgres_do(house->session, "SET search_path = pontis; SET client_min_messages = 'warning'");
    house->base = event_base_new();
}

void house_close(struct house *house) {
    event_base_free(house->base);
    PQfinish(house->session);
}

struct store *house_store(struct house *house, const char *worker) {
    struct store_settings settings = {house->conninfo, worker};
    struct store *store = NULL;
    struct result opened = store_open(&settings, house->base, &store);
    cr_assert(result_is_ok(&opened), "%s", opened.detail);
    return store;
}

void house_hang_commits(struct house *house) {
    postgres_do(
        house->session,
        "CREATE TABLE IF NOT EXISTS public.hang (yes int);"
        "INSERT INTO public.hang VALUES (1);"
        "CREATE OR REPLACE FUNCTION public.hang() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$"
        "BEGIN IF EXISTS (SELECT FROM public.hang) THEN"
        "   PERFORM set_config('synchronous_commit', 'on', true); END IF; RETURN NULL; END $$;"
        "CREATE OR REPLACE TRIGGER hang AFTER UPDATE OF batch ON pontis.worker FOR EACH ROW"
        "   EXECUTE FUNCTION public.hang()");
}

void house_free_commits(struct house *house) {
    postgres_do(house->session, "DELETE FROM public.hang");
}

void house_allow_sessions(struct house *house, bool allow) {
    char sql[160];
    snprintf(sql, sizeof sql, "%s CONNECT ON DATABASE %s %s", allow ? "GRANT" : "REVOKE", house->database,
             allow ? "TO PUBLIC" : "FROM PUBLIC");
    postgres_do(house->session, sql);
}

long house_number(struct house *house, const char *sql) {
    return postgres_number(house->session, sql);
}

/* ---- the loop ---- */

static void run_once(struct house *house) {
    struct timeval soon = {0, 5000};
    event_base_loopexit(house->base, &soon);
    event_base_loop(house->base, EVLOOP_ONCE);
}

void house_run_until(struct house *house, bool (*holds)(void *context), void *context) {
    int64_t end = clock_boottime() + PATIENCE_SECONDS * 1000;
    while (!holds(context)) {
        cr_assert(clock_boottime() < end, "it never came");
        run_once(house);
    }
}

struct number_wanted {
    struct house *house;
    const char *sql;
};

static bool is_number(void *context) {
    struct number_wanted *wanted = context;
    return house_number(wanted->house, wanted->sql) != 0;
}

void house_run_until_number(struct house *house, const char *sql) {
    struct number_wanted wanted = {house, sql};
    house_run_until(house, is_number, &wanted);
}

/* ---- commits ---- */

static void on_commit(void *context, enum store_outcome outcome, const char *detail) {
    struct told *told = context;
    cr_assert(told->count < 8);
    told->outcomes[told->count++] = outcome;
    snprintf(told->detail, sizeof told->detail, "%s", detail ? detail : "");
}

void house_start_commit(struct store *store, const struct store_commit *commit, struct told *told) {
    struct store_port port;
    store_fill_port(store, &port);
    memset(told, 0, sizeof *told);
    port.commit(port.self, commit, on_commit, told);
}

struct count_wanted {
    const struct told *told;
    size_t count;
};

static bool is_told(void *context) {
    struct count_wanted *wanted = context;
    return wanted->told->count >= wanted->count;
}

void house_await(struct house *house, struct told *told, size_t count) {
    struct count_wanted wanted = {told, count};
    house_run_until(house, is_told, &wanted);
}

enum store_outcome house_commit(struct house *house, struct store *store, const struct store_commit *commit) {
    struct told told;
    house_start_commit(store, commit, &told);
    house_await(house, &told, 1);
    if (told.outcomes[0] == STORE_UNKNOWN)
        house_await(house, &told, 2);
    return told.outcomes[told.count - 1];
}

/* ---- reads ---- */

struct answer {
    bool came;
    struct result result;
    size_t row, column; /* wanted */
    size_t rows;
    const char *cell;
    struct store_claim *claim;
};

static bool has_come(void *context) {
    return ((struct answer *)context)->came;
}

static void on_read(void *context, struct result result, const struct store_table *table) {
    static char kept[4096];
    struct answer *answer = context;
    answer->came = true;
    answer->result = result;
    answer->rows = table ? table->rows : 0;
    if (!table || answer->row >= table->rows)
        return;
    cr_assert(answer->column < table->columns);
    const char *cell = table->cells[answer->row * table->columns + answer->column];
    if (cell) {
        snprintf(kept, sizeof kept, "%s", cell);
        answer->cell = kept;
    }
}

static struct answer ask(struct house *house, struct store *store, const char *query,
                         const char *const *parameters, size_t count, size_t row, size_t column) {
    struct store_port port;
    store_fill_port(store, &port);
    struct answer answer = {.row = row, .column = column};
    port.read(port.self, query, parameters, count, on_read, &answer);
    house_run_until(house, has_come, &answer);
    cr_assert(result_is_ok(&answer.result), "%s: %s", query, answer.result.detail);
    return answer;
}

const char *house_cell(struct house *house, struct store *store, const char *query,
                       const char *const *parameters, size_t count, size_t row, size_t column) {
    return ask(house, store, query, parameters, count, row, column).cell;
}

size_t house_rows(struct house *house, struct store *store, const char *query, const char *const *parameters,
                  size_t count) {
    return ask(house, store, query, parameters, count, SIZE_MAX, 0).rows;
}

static void on_claim(void *context, struct result result, const struct store_claim *claim) {
    struct answer *answer = context;
    answer->came = true;
    answer->result = result;
    if (claim)
        *answer->claim = *claim;
}

struct result house_claim(struct house *house, struct store *store, const char *lease,
                          struct store_claim *out) {
    struct store_port port;
    store_fill_port(store, &port);
    memset(out, 0, sizeof *out);
    struct answer answer = {.claim = out};
    port.claim(port.self, lease, on_claim, &answer);
    house_run_until(house, has_come, &answer);
    return answer.result;
}
