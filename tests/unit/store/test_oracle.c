/* "When the connection dies at COMMIT: n under my epoch means committed, go on; n-1 means run the same batch
 * again; anything else means fenced: drop everything, send nothing." Here backends die for real. */

#include <criterion/criterion.h>

#include "tests/unit/store/house.h"
#include "tests/unit/store/rows.h"

static struct house house;
static struct store *store;
static struct row_posting funding; /* 100.00 SGD into PEER_PREFUND */
static struct store_commit commit;

#define WAITING                                                                                              \
    "FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'pontis:home/1'"
#define AT_COMMIT WAITING " AND wait_event = 'SyncRep'"
#define AT_LOCK   WAITING " AND wait_event_type = 'Lock'"
#define COUNTER   "SELECT credits_posted FROM balance WHERE role = 'PEER_PREFUND'"

static void set_up(void) {
    house_open(&house);
    store = house_store(&house, "home/1");
    static struct store_corridor corridor;
    corridor = row_corridor();
    struct store_commit apply = {.corridors = &corridor, .corridor_count = 1};
    assert_outcome(&house, store, &apply, STORE_COMMITTED);
    row_post(&funding, 1, POSTING_DIRECT, ACCOUNT_FUNDING, ACCOUNT_PEER_PREFUND, "SGD", 10000);
    commit = (struct store_commit){
        .transfers = &funding.transfer, .transfer_count = 1, .deltas = funding.deltas, .delta_count = 2};
}

static void tear_down(void) {
    store_close(store);
    house_close(&house);
}

TestSuite(oracle, .init = set_up, .fini = tear_down);

Test(oracle, killed_at_commit_with_the_record_written_is_committed_once) {
    struct told told;
    house_hang_commits(&house);
    house_start_commit(store, &commit, &told);
    house_run_until_number(&house, "SELECT count(*) " AT_COMMIT);
    cr_assert_eq(told.count, 0, "nothing is told while COMMIT waits");
    house_free_commits(&house);
    house_number(&house, "SELECT pg_terminate_backend(pid) " AT_COMMIT);
    house_await(&house, &told, 2);
    cr_assert_eq(told.outcomes[0], STORE_UNKNOWN);
    cr_assert_eq(told.outcomes[1], STORE_COMMITTED);
    cr_assert_eq(house_number(&house, COUNTER), 10000);
    struct store_commit empty = {0};
    assert_outcome(&house, store, &empty, STORE_COMMITTED);
}

Test(oracle, killed_before_commit_is_to_be_run_again_and_counts_once) {
    PGconn *blocker = postgres_connect(&house.postgres, house.database);
    postgres_do(blocker, "BEGIN; SELECT * FROM pontis.balance FOR UPDATE");
    struct told told;
    house_start_commit(store, &commit, &told);
    house_run_until_number(&house, "SELECT count(*) " AT_LOCK);
    house_number(&house, "SELECT pg_terminate_backend(pid) " AT_LOCK);
    house_await(&house, &told, 2);
    cr_assert_eq(told.outcomes[0], STORE_UNKNOWN);
    cr_assert_eq(told.outcomes[1], STORE_RETRY);
    cr_assert_eq(house_number(&house, COUNTER), 0);
    postgres_do(blocker, "COMMIT");
    PQfinish(blocker);
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
    cr_assert_eq(house_number(&house, COUNTER), 10000);
}

Test(oracle, replaced_while_in_doubt_is_fenced_although_it_committed) {
    struct told told;
    house_hang_commits(&house);
    house_start_commit(store, &commit, &told);
    house_run_until_number(&house, "SELECT count(*) " AT_COMMIT);
    house_free_commits(&house);
    /* Taking the name over ends the old backend in the middle of its COMMIT. */
    struct store *successor = house_store(&house, "home/1");
    house_await(&house, &told, 2);
    cr_assert_eq(told.outcomes[0], STORE_UNKNOWN);
    cr_assert_eq(told.outcomes[1], STORE_FENCED);
    cr_assert_eq(house_number(&house, COUNTER), 10000);
    store_close(successor);
}

Test(oracle, a_success_with_a_cancelled_wait_for_the_replica_is_in_doubt_until_confirmed) {
    struct told told;
    house_hang_commits(&house);
    house_start_commit(store, &commit, &told);
    house_run_until_number(&house, "SELECT count(*) " AT_COMMIT);
    house_free_commits(&house);
    house_number(&house, "SELECT pg_cancel_backend(pid) " AT_COMMIT);
    house_await(&house, &told, 2);
    cr_assert_eq(told.outcomes[0], STORE_UNKNOWN);
    cr_assert_eq(told.outcomes[1], STORE_COMMITTED);
    cr_assert_eq(house_number(&house, COUNTER), 10000);
}

Test(oracle, killed_between_batches_nothing_is_in_doubt) {
    house_number(&house, "SELECT pg_terminate_backend(pid) " WAITING);
    struct told told;
    house_start_commit(store, &commit, &told);
    house_await(&house, &told, 1);
    /* The death may be seen before or after the commit was handed in. */
    size_t last = 0;
    if (told.outcomes[0] == STORE_UNKNOWN) {
        house_await(&house, &told, 2);
        last = 1;
    }
    if (told.outcomes[last] == STORE_RETRY)
        assert_outcome(&house, store, &commit, STORE_COMMITTED);
    cr_assert_eq(house_number(&house, COUNTER), 10000);
}

Test(oracle, it_asks_until_the_database_is_back) {
    struct told told;
    house_hang_commits(&house);
    house_start_commit(store, &commit, &told);
    house_run_until_number(&house, "SELECT count(*) " AT_COMMIT);
    house_free_commits(&house);
    house_allow_sessions(&house, false);
    house_number(&house, "SELECT pg_terminate_backend(pid) " AT_COMMIT);
    house_await(&house, &told, 1);
    cr_assert_eq(told.outcomes[0], STORE_UNKNOWN);
    struct told next;
    struct store_commit empty = {0};
    house_start_commit(store, &empty, &next);
    house_await(&house, &next, 1);
    cr_assert_eq(next.outcomes[0], STORE_RETRY, "what comes meanwhile is to come again");
    cr_assert_eq(told.count, 1, "still in doubt");
    house_allow_sessions(&house, true);
    house_await(&house, &told, 2);
    cr_assert_eq(told.outcomes[1], STORE_COMMITTED);
    cr_assert_eq(house_number(&house, COUNTER), 10000);
}
