/* Numbered migrations, each in a transaction with its SHA-256 recorded. */

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "store/migrate.h"
#include "tests/unit/store/house.h"

static struct house house;
static char owner[POSTGRES_CONNINFO_SIZE];

static void set_up(void) {
    house_open(&house);
    postgres_conninfo(&house.postgres, house.database, "postgres", owner);
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
