/* "Each worker has one row (worker, epoch, batch number). A batch's first statement moves the number from n-1
 * to n, or raises." "A zombie commits nothing." */

#include <criterion/criterion.h>
#include <string.h>

#include "tests/unit/store/house.h"
#include "tests/unit/store/rows.h"

static struct house house;
static struct store *store;

static void set_up(void) {
    house_open(&house);
    store = house_store(&house, "home/1");
}

static void tear_down(void) {
    store_close(store);
    house_close(&house);
}

TestSuite(fence, .init = set_up, .fini = tear_down);

Test(fence, every_batch_moves_the_number_by_one) {
    struct store_commit empty = {0};
    for (int i = 0; i < 3; i++)
        assert_outcome(&house, store, &empty, STORE_COMMITTED);
    cr_assert_eq(house_number(&house, "SELECT batch FROM worker WHERE name = 'home/1' AND epoch = 1"), 3);
}

Test(fence, a_failed_batch_does_not_move_it) {
    struct store_instruction stale = row_instruction(1, STATE_SENT, 4);
    struct store_commit bad = {.instructions = &stale, .instruction_count = 1}, empty = {0};
    assert_outcome(&house, store, &bad, STORE_CONFLICT);
    cr_assert_eq(house_number(&house, "SELECT batch FROM worker"), 0);
    assert_outcome(&house, store, &empty, STORE_COMMITTED);
    cr_assert_eq(house_number(&house, "SELECT batch FROM worker"), 1);
}

Test(fence, who_takes_the_name_fences_the_one_before) {
    struct store_identity identity = row_identity(1);
    struct store_commit commit = {.identities = &identity, .identity_count = 1}, empty = {0};
    assert_outcome(&house, store, &empty, STORE_COMMITTED);
    struct store *successor = house_store(&house, "home/1");
    assert_outcome(&house, store, &commit, STORE_FENCED);
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM identity"), 0, "a zombie commits nothing");
    assert_outcome(&house, successor, &commit, STORE_COMMITTED);
    assert_outcome(&house, store, &empty, STORE_FENCED);
    cr_assert_eq(house_number(&house, "SELECT epoch FROM worker"), 2);
    cr_assert_eq(house_number(&house, "SELECT batch FROM worker"), 1);
    store_close(successor);
}

Test(fence, the_guard_alone_stops_a_zombie_whose_session_lives) {
    struct store_identity identity = row_identity(1);
    struct store_commit commit = {.identities = &identity, .identity_count = 1}, empty = {0};
    assert_outcome(&house, store, &empty, STORE_COMMITTED);
    postgres_do(house.session, "UPDATE worker SET epoch = 2");
    struct told told;
    house_start_commit(store, &commit, &told);
    house_await(&house, &told, 1);
    cr_assert_eq(told.outcomes[0], STORE_FENCED);
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM identity"), 0);
    postgres_do(house.session, "UPDATE worker SET epoch = 1, batch = 7");
    assert_outcome(&house, store, &commit, STORE_FENCED);
}

Test(fence, two_workers_do_not_disturb_each_other) {
    struct store *other = house_store(&house, "home/2");
    struct store_commit empty = {0};
    assert_outcome(&house, store, &empty, STORE_COMMITTED);
    assert_outcome(&house, other, &empty, STORE_COMMITTED);
    assert_outcome(&house, store, &empty, STORE_COMMITTED);
    cr_assert_eq(house_number(&house, "SELECT sum(batch) FROM worker"), 3);
    store_close(other);
}

Test(fence, commits_handed_in_together_run_one_after_the_other) {
    struct store_identity first = row_identity(1), second = row_identity(2);
    struct store_commit a = {.identities = &first, .identity_count = 1};
    struct store_commit b = {.identities = &first, .identity_count = 1}; /* a conflict with the one before */
    struct store_commit c = {.identities = &second, .identity_count = 1};
    struct told told[3];
    house_start_commit(store, &a, &told[0]);
    house_start_commit(store, &b, &told[1]);
    house_start_commit(store, &c, &told[2]);
    house_await(&house, &told[2], 1);
    cr_assert_eq(told[0].outcomes[0], STORE_COMMITTED);
    cr_assert_eq(told[1].outcomes[0], STORE_CONFLICT);
    cr_assert_eq(told[2].outcomes[0], STORE_COMMITTED);
}

Test(fence, a_long_name_and_a_database_without_schema_are_told) {
    struct store *none;
    struct store_settings long_name = {house.conninfo,
                                       "a-name-that-is-far-too-long-to-be-shown-whole-by-postgres"};
    struct result opened = store_open(&long_name, house.base, &none);
    cr_assert_eq(opened.kind, RESULT_FATAL);
    char conninfo[POSTGRES_CONNINFO_SIZE];
    postgres_conninfo(&house.postgres, "postgres", "pontis_app", conninfo);
    struct store_settings no_schema = {conninfo, "home/1"};
    opened = store_open(&no_schema, house.base, &none);
    cr_assert_eq(opened.kind, RESULT_FATAL, "%s", opened.detail);
    cr_assert_not_null(strstr(opened.detail, "pontis migrate"));
    struct store_settings nowhere = {"host=/nonexistent dbname=x", "home/1"};
    opened = store_open(&nowhere, house.base, &none);
    cr_assert_eq(opened.kind, RESULT_RETRY);
}
