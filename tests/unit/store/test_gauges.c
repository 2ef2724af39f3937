/* What Prometheus is told of the database: read by index from what is not finished, and true. */

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/migrate.h"
#include "store/query.h"
#include "tests/unit/store/house.h"
#include "tests/unit/store/rows.h"

static struct house house;
static struct store *store;

static void set_up(void) {
    house_open(&house);
    store = house_store(&house, "home/1");
    struct store_corridor corridor = row_corridor();
    struct store_commit apply = {.corridors = &corridor, .corridor_count = 1};
    assert_outcome(&house, store, &apply, STORE_COMMITTED);
}

static void tear_down(void) {
    store_close(store);
    house_close(&house);
}

TestSuite(gauges, .init = set_up, .fini = tear_down);

static const char *cell(const char *query, size_t row, size_t column) {
    return house_cell(&house, store, query, NULL, 0, row, column);
}

static void put(struct store_instruction *rows, size_t count) {
    struct store_commit commit = {.instructions = rows, .instruction_count = count};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
}

Test(gauges, open_payments_are_those_with_a_timer_that_have_not_ended) {
    struct store_instruction rows[] = {row_instruction(1, STATE_IN_DOUBT, 0),
                                       row_instruction(2, STATE_IN_DOUBT, 0),
                                       row_instruction(3, STATE_SETTLED, 0)};
    for (size_t i = 0; i < 3; i++)
        rows[i].after.due_at = ROW_EPOCH + 1000;
    put(rows, 3);
    cr_assert_eq(house_rows(&house, store, "gauges_open_payments", NULL, 0), 1);
    cr_assert_str_eq(cell("gauges_open_payments", 0, 0), "sg-th");
    cr_assert_str_eq(cell("gauges_open_payments", 0, 1), "outbound");
    cr_assert_str_eq(cell("gauges_open_payments", 0, 2), "IN_DOUBT");
    cr_assert_str_eq(cell("gauges_open_payments", 0, 3), "2");
    cr_assert_gt(strtod(cell("gauges_open_payments", 0, 4), NULL), 86400,
                 "received in the year's first hour");
}

Test(gauges, backlogs_are_counted_also_when_they_are_empty) {
    cr_assert_eq(house_rows(&house, store, "gauges_backlog", NULL, 0), 4);
    for (size_t row = 0; row < 4; row++)
        cr_expect_str_eq(cell("gauges_backlog", row, 1), "0");
    struct store_instruction waiting = row_instruction(1, STATE_RESERVED, 0);
    put(&waiting, 1);
    struct store_wallet_event event = row_wallet_event(1);
    struct store_commit commit = {.wallet_events = &event, .wallet_event_count = 1};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
    cr_expect_str_eq(cell("gauges_backlog", 0, 0), "payments");
    cr_expect_str_eq(cell("gauges_backlog", 0, 1), "1");
    cr_expect_str_eq(cell("gauges_backlog", 2, 0), "events");
    cr_expect_str_eq(cell("gauges_backlog", 2, 1), "1");
}

Test(gauges, headroom_is_told_of_accounts_that_may_not_be_overdrawn_alone) {
    struct row_posting posting;
    row_post(&posting, 1, POSTING_DIRECT, ACCOUNT_FOREIGN_PREFUND, ACCOUNT_FUNDING, "THB", 500000);
    struct store_commit fund = {
        .transfers = &posting.transfer, .transfer_count = 1, .deltas = posting.deltas, .delta_count = 2};
    assert_outcome(&house, store, &fund, STORE_COMMITTED);
    size_t rows = house_rows(&house, store, "gauges_accounts", NULL, 0);
    cr_assert_gt(rows, 4);
    for (size_t row = 0; row < rows; row++) {
        bool guarded = strstr(cell("gauges_accounts", row, 1), "PREFUND") != NULL;
        cr_expect_eq(cell("gauges_accounts", row, 5) != NULL, guarded);
        if (!text_equal(cell("gauges_accounts", row, 1), "FOREIGN_PREFUND"))
            continue;
        cr_expect_str_eq(cell("gauges_accounts", row, 4), "5000.00");
        cr_expect_str_eq(cell("gauges_accounts", row, 5), "5000.00");
    }
}

static void expect_numbers(const char *program, const char *schema, const char *oldest) {
    const char *const parameters[] = {program};
    cr_expect_str_eq(house_cell(&house, store, "schema_numbers", parameters, 1, 0, 0), schema);
    cr_expect_str_eq(house_cell(&house, store, "schema_numbers", parameters, 1, 0, 1), oldest);
}

Test(gauges, the_schema_says_which_programs_it_suits) {
    char newest[16];
    snprintf(newest, sizeof newest, "%d", migrate_newest());
    expect_numbers(newest, newest, "0");
    postgres_do(house.session, "INSERT INTO pontis.migration (number, hash, name, compatible_from)"
                               " VALUES (9001, '', '', 7), (9002, '', '', NULL)");
    expect_numbers("9001", "9002", "9002");
    expect_numbers("9002", "9002", "0");
    postgres_do(house.session, "DELETE FROM pontis.migration WHERE number = 9002");
    expect_numbers("9000", "9001", "7");
}

/* A hundred thousand payments that ended must not be read to count those that have not. */
Test(gauges, finished_payments_are_not_read) {
    postgres_do(house.session,
                "INSERT INTO pontis.instruction SELECT gen_random_uuid(), 'c', 'outbound', 'payment',"
                " gen_random_uuid(), 'SETTLED', 1, NULL, '', '', 'SGD', 2, 1, 'THB', 2, 1, now(), ''"
                " FROM generate_series(1, 20000); ANALYZE pontis.instruction");
    static const char *const queries[] = {"gauges_open_payments", "gauges_backlog", "status_in_doubt"};
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        struct buffer explain;
        buffer_init(&explain, 1 << 16);
        buffer_addf(&explain, "EXPLAIN (COSTS OFF) %s", query_text(queries[i]));
        PGresult *plan = PQexec(house.session, explain.data);
        cr_assert_eq(PQresultStatus(plan), PGRES_TUPLES_OK, "%s", PQerrorMessage(house.session));
        for (int row = 0; row < PQntuples(plan); row++)
            cr_expect_null(strstr(PQgetvalue(plan, row, 0), "Seq Scan on instruction"), "%s", queries[i]);
        PQclear(plan);
        buffer_wipe(&explain);
    }
}
