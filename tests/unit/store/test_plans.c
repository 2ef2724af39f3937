/* "A joined UPDATE locks in heap order (tried)": so no plan of a committing session may depend on what the
 * tables hold. Each must walk the array, in its order, and find the rows by index. */

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "store/query.h"
#include "store/state.h"
#include "tests/unit/store/house.h"

static struct house house;
static PGconn *session;

static void set_up(void) {
    house_open(&house);
    const char *names[] = {"dbname", "options", NULL};
    const char *values[] = {house.conninfo, STORE_COMMITTING_OPTIONS, NULL};
    session = PQconnectdbParams(names, values, 1);
    cr_assert_eq(PQstatus(session), CONNECTION_OK, "%s", PQerrorMessage(session));
}

static void tear_down(void) {
    PQfinish(session);
    house_close(&house);
}

TestSuite(plans, .init = set_up, .fini = tear_down);

static size_t parameters_of(const char *sql) {
    size_t most = 0;
    for (const char *at = strchr(sql, '$'); at; at = strchr(at + 1, '$')) {
        size_t number = strtoul(at + 1, NULL, 10);
        most = number > most ? number : most;
    }
    return most;
}

/* The generic plan, as text. */
static void explain(const char *query, struct buffer *plan) {
    const char *sql = query_text(query);
    struct buffer text;
    buffer_init(&text, 1 << 16);
    buffer_addf(&text, "PREPARE %s AS %s", query, sql);
    postgres_do(session, text.data);
    buffer_reset(&text);
    buffer_addf(&text, "EXPLAIN (COSTS OFF) EXECUTE %s (", query);
    for (size_t i = 0; i < parameters_of(sql); i++)
        buffer_add_string(&text, i ? ", NULL" : "NULL");
    buffer_add_string(&text, ")");
    PGresult *answer = PQexec(session, text.data);
    cr_assert_eq(PQresultStatus(answer), PGRES_TUPLES_OK, "%s", PQerrorMessage(session));
    buffer_init(plan, 1 << 16);
    for (int row = 0; row < PQntuples(answer); row++)
        buffer_addf(plan, "%s\n", PQgetvalue(answer, row, 0));
    PQclear(answer);
    buffer_wipe(&text);
    postgres_do(session, "DEALLOCATE ALL");
}

/* The array first, then the table by index. */
static void assert_walks_array(const char *query, const char *array, const char *by_index) {
    struct buffer plan;
    explain(query, &plan);
    const char *outer = strstr(plan.data, array), *inner = strstr(plan.data, by_index);
    cr_expect(outer && inner && outer < inner && !strstr(plan.data, "Hash Join") &&
                  !strstr(plan.data, "Merge Join") && !strstr(plan.data, "Seq Scan"),
              "%s:\n%s", query, plan.data);
    buffer_wipe(&plan);
}

/* Found by the array, sorted, then locked one after the other. */
static void assert_locks_in_order(const char *query, const char *key, const char *by_index) {
    struct buffer plan;
    explain(query, &plan);
    const char *sorts = strstr(plan.data, key), *reads = strstr(plan.data, "CTE Scan on wanted w"),
               *locks = strstr(plan.data, "LockRows"), *last = locks ? strstr(locks, by_index) : NULL;
    cr_expect(sorts && reads && last && sorts < reads && reads < locks, "%s:\n%s", query, plan.data);
    buffer_wipe(&plan);
}

static void assert_all(void) {
    assert_locks_in_order("commit_lock_instructions", "Sort Key: x_1.id",
                          "Index Scan using instruction_pkey");
    assert_locks_in_order("commit_lock_balances", "Sort Key: x_1.id", "Index Scan using balance_pkey");
    assert_walks_array("load_instructions", "Function Scan on k", "Index Scan using instruction_key");
    assert_walks_array("load_identities", "Function Scan on unnest k", "Index Scan using identity_00_pkey");
    assert_walks_array("load_quotes", "Function Scan on unnest k", "Index Scan using quote_pkey");
    assert_walks_array("commit_instructions_changed", "Function Scan on u",
                       "Index Scan using instruction_pkey");
    assert_walks_array("commit_attempts", "CTE Scan on latest l", "Index Scan using delivery_pkey");
    assert_walks_array("commit_attempt_ends", "CTE Scan on arrived a", "Index Scan using delivery_pkey");
    assert_walks_array("commit_published", "Function Scan on unnest u",
                       "Index Scan using wallet_event_unpublished_pkey");
    assert_walks_array("commit_deltas", "CTE Scan on delta d", "Index Scan using balance_pkey");
    assert_walks_array("commit_lock_instructions", "Function Scan on k", "Index Scan using instruction_key");
    assert_walks_array("commit_lock_balances", "Function Scan on unnest k", "using account_");
    assert_walks_array("commit_transfers", "Function Scan on u", "Index Scan using account_key");
}

Test(plans, of_empty_tables) {
    assert_all();
}

static void fill(int rows) {
    char sql[2048];
    snprintf(
        sql, sizeof sql,
        "INSERT INTO instruction SELECT gen_random_uuid(), 'c', 'outbound', 'payment', gen_random_uuid(), "
        "'SENT',"
        "    1, NULL, '', '', 'SGD', 2, 1, 'THB', 2, 1, now(), '' FROM generate_series(1, %d);"
        "INSERT INTO delivery SELECT gen_random_uuid(), false FROM generate_series(1, %d);"
        "INSERT INTO wallet_event_unpublished SELECT gen_random_uuid(), now() FROM generate_series(1, %d);"
        "INSERT INTO participant (code, legal_name, role) VALUES ('MASGSGSG', 'MAS', 'operator_bank');"
        "INSERT INTO account (corridor, role, owner, currency, minor_digits, participant)"
        "    SELECT 'c' || n, 'DOMESTIC', '', 'SGD', 2, 'MASGSGSG' FROM generate_series(1, %d) AS n;"
        "INSERT INTO balance (account, role) SELECT id, role FROM account;"
        "ANALYZE",
        rows, rows, rows, rows);
    postgres_do(house.session, sql);
}

Test(plans, of_a_handful_of_rows) {
    fill(3);
    assert_all();
}

Test(plans, of_many_rows) {
    fill(20000);
    assert_all();
}

Test(plans, no_commit_reads_a_table_from_end_to_end) {
    fill(3);
    char name[QUERY_NAME_SIZE];
    for (size_t i = 0; query_name(i, name); i++) {
        struct buffer plan;
        if (!query_commits(name))
            continue;
        explain(name, &plan);
        cr_expect_null(strstr(plan.data, "Seq Scan on"), "%s:\n%s", name, plan.data);
        buffer_wipe(&plan);
    }
}
