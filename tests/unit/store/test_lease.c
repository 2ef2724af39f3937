/* "A Kafka partition is owned through a lease row with an epoch." "A stopped worker's backend can hold its
 * rows: takeover uses lock_timeout, then pg_terminate_backend." */

#include <criterion/criterion.h>

#include "tests/unit/store/house.h"
#include "tests/unit/store/rows.h"

static struct house house;
static struct store *first, *second;

static void set_up(void) {
    house_open(&house);
    first = house_store(&house, "home/1");
    second = house_store(&house, "home/2");
}

static void tear_down(void) {
    store_close(first);
    store_close(second);
    house_close(&house);
}

TestSuite(lease, .init = set_up, .fini = tear_down);

static int64_t claim(struct store *store) {
    struct store_claim claim;
    struct result result = house_claim(&house, store, ROW_LEASE, &claim);
    cr_assert(result_is_ok(&result), "%s", result.detail);
    return claim.epoch;
}

static void run_out(void) {
    postgres_do(house.session, "UPDATE lease SET expires_at = now() - interval '1 second'");
}

Test(lease, one_holds_it_and_prolongs_it) {
    cr_assert_eq(claim(first), 1);
    cr_assert_eq(claim(second), 0, "held by another");
    cr_assert_eq(claim(first), 1, "prolonged, under the same epoch");
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM lease WHERE expires_at > now() + interval '4 s'"),
                 1);
}

Test(lease, a_partition_never_consumed_says_so) {
    struct store_claim claim;
    struct result result = house_claim(&house, first, ROW_LEASE, &claim);
    cr_assert(result_is_ok(&result));
    cr_assert_eq(claim.position, -1);
}

Test(lease, one_that_ran_out_goes_to_who_asks_and_the_one_before_is_fenced) {
    int64_t epoch = claim(first);
    run_out();
    cr_assert_eq(claim(second), epoch + 1);
    cr_assert_eq(claim(first), 0);
    struct store_position position = row_position(epoch, 0, 4);
    struct store_commit commit = {.positions = &position, .position_count = 1};
    assert_outcome(&house, first, &commit, STORE_FENCED);
    position.lease_epoch = epoch + 1;
    assert_outcome(&house, second, &commit, STORE_COMMITTED);
}

Test(lease, one_that_ran_out_unnoticed_is_simply_prolonged) {
    int64_t epoch = claim(first);
    run_out();
    cr_assert_eq(claim(first), epoch);
}

Test(lease, a_restarted_worker_takes_its_own_leases_at_once) {
    int64_t epoch = claim(first);
    struct store *restarted = house_store(&house, "home/1");
    cr_assert_eq(claim(restarted), epoch + 1);
    struct store_claim claim;
    struct result result = house_claim(&house, first, ROW_LEASE, &claim);
    cr_assert_eq(result.kind, RESULT_FATAL, "the one before was replaced");
    store_close(restarted);
}

static bool second_has_it(void *context) {
    int64_t *epoch = context;
    struct store_claim claim;
    struct result result = house_claim(&house, second, ROW_LEASE, &claim);
    *epoch = claim.epoch;
    cr_assert(result_is_ok(&result) || result.kind == RESULT_RETRY, "%s", result.detail);
    return claim.epoch != 0;
}

Test(lease, a_holder_stopped_in_the_middle_of_its_commit_is_ended) {
    int64_t epoch = claim(first), taken = 0;
    struct store_position position = row_position(epoch, 0, 4);
    struct store_commit commit = {.positions = &position, .position_count = 1};
    struct told told;
    house_hang_commits(&house);
    house_start_commit(first, &commit, &told);
    house_run_until_number(&house, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                                   "AND wait_event = 'SyncRep'");
    house_free_commits(&house);
    /* Its transaction holds the lease's row: nobody can write that the time is over, so time must pass. */
    house_run_until(&house, second_has_it, &taken);
    cr_assert_eq(taken, epoch + 1);
    house_await(&house, &told, 2);
    cr_assert_eq(told.outcomes[0], STORE_UNKNOWN);
    cr_assert_eq(told.outcomes[1], STORE_COMMITTED, "the record had been written");
    struct store_claim claim;
    struct result result = house_claim(&house, second, ROW_LEASE, &claim);
    cr_assert(result_is_ok(&result));
    cr_assert_eq(claim.position, 4, "the successor goes on behind it");
}
