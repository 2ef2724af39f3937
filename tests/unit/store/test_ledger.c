/* "Ledger rows balance by construction: one row = one transfer; composite keys force both accounts to that
 * currency." "CHECK (available >= 0) is the limit." */

#include <criterion/criterion.h>

#include "base/text.h"
#include "tests/unit/store/house.h"
#include "tests/unit/store/rows.h"

static struct house house;
static struct store *store;
static uint32_t next_number;

static void set_up(void) {
    house_open(&house);
    store = house_store(&house, "home/1");
    struct store_corridor corridor = row_corridor();
    struct store_commit apply = {.corridors = &corridor, .corridor_count = 1};
    assert_outcome(&house, store, &apply, STORE_COMMITTED);
}

static void tear_down(void) {
    cr_expect_eq(house_number(&house, "SELECT count(*) FROM ledger_check"), 0,
                 "positions equal the sum of postings");
    store_close(store);
    house_close(&house);
}

TestSuite(ledger, .init = set_up, .fini = tear_down);

static enum store_outcome commit_posting(const struct row_posting *posting) {
    struct store_commit commit = {
        .transfers = &posting->transfer, .transfer_count = 1, .deltas = posting->deltas, .delta_count = 2};
    return house_commit(&house, store, &commit);
}

static enum store_outcome post(int phase, int debit_role, int credit_role, const char *currency,
                               int64_t amount) {
    struct row_posting posting;
    row_post(&posting, ++next_number, phase, debit_role, credit_role, currency, amount);
    return commit_posting(&posting);
}

static long available(const char *role) {
    char sql[128];
    snprintf(sql, sizeof sql, "SELECT available(b) FROM balance b WHERE role = '%s'", role);
    return house_number(&house, sql);
}

Test(ledger, foreign_prefund_is_an_asset_that_is_never_overdrawn) {
    cr_assert_eq(post(POSTING_PENDING, ACCOUNT_FX, ACCOUNT_FOREIGN_PREFUND, "THB", 1), STORE_CHECK);
    cr_assert_eq(post(POSTING_DIRECT, ACCOUNT_FOREIGN_PREFUND, ACCOUNT_FUNDING, "THB", 500), STORE_COMMITTED);
    cr_assert_eq(post(POSTING_PENDING, ACCOUNT_FX, ACCOUNT_FOREIGN_PREFUND, "THB", 300), STORE_COMMITTED);
    cr_assert_eq(available("FOREIGN_PREFUND"), 200, "what is pending is gone already");
    cr_assert_eq(post(POSTING_PENDING, ACCOUNT_FX, ACCOUNT_FOREIGN_PREFUND, "THB", 201), STORE_CHECK);
    cr_assert_eq(post(POSTING_POST, ACCOUNT_FX, ACCOUNT_FOREIGN_PREFUND, "THB", 300), STORE_COMMITTED);
    cr_assert_eq(available("FOREIGN_PREFUND"), 200, "posting changes nothing in what is left");
    cr_assert_eq(post(POSTING_PENDING, ACCOUNT_FX, ACCOUNT_FOREIGN_PREFUND, "THB", 200), STORE_COMMITTED);
    cr_assert_eq(post(POSTING_VOID, ACCOUNT_FX, ACCOUNT_FOREIGN_PREFUND, "THB", 200), STORE_COMMITTED);
    cr_assert_eq(available("FOREIGN_PREFUND"), 200, "voiding gives it back");
}

Test(ledger, peer_prefund_is_a_liability_that_is_never_overdrawn) {
    cr_assert_eq(post(POSTING_DIRECT, ACCOUNT_FUNDING, ACCOUNT_PEER_PREFUND, "SGD", 500), STORE_COMMITTED);
    cr_assert_eq(post(POSTING_PENDING, ACCOUNT_PEER_PREFUND, ACCOUNT_DOMESTIC, "SGD", 500), STORE_COMMITTED);
    cr_assert_eq(available("PEER_PREFUND"), 0);
    cr_assert_eq(post(POSTING_PENDING, ACCOUNT_PEER_PREFUND, ACCOUNT_DOMESTIC, "SGD", 1), STORE_CHECK);
    cr_assert_eq(post(POSTING_POST, ACCOUNT_PEER_PREFUND, ACCOUNT_DOMESTIC, "SGD", 500), STORE_COMMITTED);
    cr_assert_eq(available("PEER_PREFUND"), 0);
}

static enum store_outcome reserve(int64_t amount, int64_t most) {
    struct row_posting posting;
    row_post(&posting, ++next_number, POSTING_PENDING, ACCOUNT_FX, ACCOUNT_FOREIGN_PREFUND, "THB", amount);
    posting.deltas[1].most_pending = most;
    return commit_posting(&posting);
}

/* The corridor's limit on open payments, also when two workers reserve at once. */
Test(ledger, no_more_is_pending_than_the_limit_that_is_named) {
    cr_assert_eq(post(POSTING_DIRECT, ACCOUNT_FOREIGN_PREFUND, ACCOUNT_FUNDING, "THB", 500), STORE_COMMITTED);
    cr_assert_eq(reserve(200, 300), STORE_COMMITTED);
    cr_assert_eq(reserve(101, 300), STORE_CHECK);
    cr_assert_eq(reserve(100, 300), STORE_COMMITTED);
    cr_assert_eq(reserve(1, 0), STORE_COMMITTED, "0 is no limit");
    cr_assert_eq(post(POSTING_VOID, ACCOUNT_FX, ACCOUNT_FOREIGN_PREFUND, "THB", 1), STORE_COMMITTED);
}

Test(ledger, other_accounts_may_go_either_way) {
    cr_assert_eq(post(POSTING_PENDING, ACCOUNT_DOMESTIC, ACCOUNT_FX, "SGD", 900), STORE_COMMITTED);
    cr_assert_eq(post(POSTING_POST, ACCOUNT_DOMESTIC, ACCOUNT_FX, "SGD", 900), STORE_COMMITTED);
    cr_assert_eq(available("DOMESTIC"), -900);
}

Test(ledger, more_is_never_ended_than_was_pending) {
    cr_assert_eq(post(POSTING_PENDING, ACCOUNT_DOMESTIC, ACCOUNT_FX, "SGD", 5), STORE_COMMITTED);
    cr_assert_eq(post(POSTING_VOID, ACCOUNT_DOMESTIC, ACCOUNT_FX, "SGD", 6), STORE_BAD_ROW);
}

Test(ledger, two_currencies_never_meet_in_a_transfer) {
    struct row_posting posting;
    row_post(&posting, 1, POSTING_DIRECT, ACCOUNT_FUNDING, ACCOUNT_FX, "SGD", 5);
    text_set(posting.transfer.posting.credit.currency, CURRENCY_SIZE, "THB");
    cr_assert_eq(commit_posting(&posting), STORE_BAD_ROW);
}

Test(ledger, an_unknown_account_is_a_data_error) {
    struct row_posting posting;
    row_post(&posting, 1, POSTING_DIRECT, ACCOUNT_FUNDING, ACCOUNT_SUSPENSE, "SGD", 5);
    cr_assert_eq(commit_posting(&posting), STORE_BAD_ROW);
    struct store_commit deltas = {.deltas = posting.deltas, .delta_count = 2};
    assert_outcome(&house, store, &deltas, STORE_BAD_ROW);
}

Test(ledger, deltas_that_do_not_balance_are_a_data_error) {
    struct row_posting posting;
    row_post(&posting, 1, POSTING_DIRECT, ACCOUNT_FUNDING, ACCOUNT_DOMESTIC, "SGD", 5);
    posting.deltas[1].credits_posted = 6;
    cr_assert_eq(commit_posting(&posting), STORE_BAD_ROW);
    row_post(&posting, 2, POSTING_PENDING, ACCOUNT_FUNDING, ACCOUNT_DOMESTIC, "SGD", 5);
    posting.deltas[0].debits_pending = 4;
    cr_assert_eq(commit_posting(&posting), STORE_BAD_ROW);
}

Test(ledger, a_sum_that_does_not_fit_is_refused_never_wrapped) {
    cr_assert_eq(post(POSTING_DIRECT, ACCOUNT_DOMESTIC, ACCOUNT_FUNDING, "SGD", INT64_MAX), STORE_COMMITTED);
    cr_assert_eq(post(POSTING_DIRECT, ACCOUNT_DOMESTIC, ACCOUNT_FUNDING, "SGD", 1), STORE_BAD_ROW);
}

Test(ledger, an_account_named_twice_in_a_batch_is_summed_up) {
    struct row_posting a, b;
    row_post(&a, 1, POSTING_DIRECT, ACCOUNT_FUNDING, ACCOUNT_DOMESTIC, "SGD", 5);
    row_post(&b, 2, POSTING_DIRECT, ACCOUNT_FUNDING, ACCOUNT_DOMESTIC, "SGD", 7);
    struct store_transfer transfers[] = {a.transfer, b.transfer};
    struct store_delta deltas[] = {a.deltas[0], a.deltas[1], b.deltas[0], b.deltas[1]};
    struct store_commit commit = {
        .transfers = transfers, .transfer_count = 2, .deltas = deltas, .delta_count = 4};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
    cr_assert_eq(available("DOMESTIC"), 12);
}

Test(ledger, what_was_refused_left_nothing) {
    cr_assert_eq(post(POSTING_PENDING, ACCOUNT_FX, ACCOUNT_FOREIGN_PREFUND, "THB", 1), STORE_CHECK);
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM transfer"), 0);
    cr_assert_eq(house_number(&house, "SELECT sum(debits_pending + credits_pending) FROM balance"), 0);
}
