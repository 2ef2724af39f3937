/* "Optimistic. Load takes no locks. Hot rows are touched last, in account order, by summed delta." "A joined
 * UPDATE locks in heap order": here the plans follow the arrays, whose order is the key's. */

#include <criterion/criterion.h>
#include <string.h>

#include "tests/unit/store/house.h"
#include "tests/unit/store/rows.h"

static struct house house;
static struct store *first, *second;

enum { ROWS = 40, ROUNDS = 30 };

static void set_up(void) {
    house_open(&house);
    first = house_store(&house, "home/1");
    second = house_store(&house, "home/2");
    struct store_corridor corridor = row_corridor();
    struct store_commit apply = {.corridors = &corridor, .corridor_count = 1};
    assert_outcome(&house, first, &apply, STORE_COMMITTED);
}

static void tear_down(void) {
    store_close(first);
    store_close(second);
    house_close(&house);
}

TestSuite(locks, .init = set_up, .fini = tear_down);

/* Both at once; the same rows, in opposite orders. */
static void run_both(const struct store_commit *forth, const struct store_commit *back, struct told told[2]) {
    house_start_commit(first, forth, &told[0]);
    house_start_commit(second, back, &told[1]);
    house_await(&house, &told[0], 1);
    house_await(&house, &told[1], 1);
}

static void assert_one_won(const struct told told[2]) {
    bool first_won = told[0].outcomes[0] == STORE_COMMITTED;
    const struct told *loser = &told[first_won ? 1 : 0];
    cr_assert_neq(told[0].outcomes[0], told[1].outcomes[0], "%s / %s", told[0].detail, told[1].detail);
    cr_assert_eq(loser->outcomes[0], STORE_CONFLICT, "%s", loser->detail);
    cr_assert_null(strstr(loser->detail, "40P01"), "%s", loser->detail);
}

Test(locks, opposite_orders_of_accounts_never_deadlock) {
    static struct row_posting forth[ROWS], back[ROWS];
    struct store_delta there[ROWS * 2], again[ROWS * 2];
    struct store_transfer out[ROWS], home[ROWS];
    struct told told[2];
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < ROWS; i++) {
            uint32_t number = (round * ROWS + i) * 2;
            row_post(&forth[i], number, POSTING_DIRECT, ACCOUNT_FUNDING, ACCOUNT_DOMESTIC, "SGD", 1);
            row_post(&back[i], number + 1, POSTING_DIRECT, ACCOUNT_DOMESTIC, ACCOUNT_FUNDING, "SGD", 1);
            out[i] = forth[i].transfer;
            home[i] = back[i].transfer;
            memcpy(&there[2 * i], forth[i].deltas, sizeof forth[i].deltas);
            memcpy(&again[2 * i], back[i].deltas, sizeof back[i].deltas);
        }
        struct store_commit a = {
            .transfers = out, .transfer_count = ROWS, .deltas = there, .delta_count = 2 * ROWS};
        struct store_commit b = {
            .transfers = home, .transfer_count = ROWS, .deltas = again, .delta_count = 2 * ROWS};
        run_both(&a, &b, told);
        cr_assert_eq(told[0].outcomes[0], STORE_COMMITTED, "%s", told[0].detail);
        cr_assert_eq(told[1].outcomes[0], STORE_COMMITTED, "%s", told[1].detail);
    }
    cr_assert_eq(house_number(&house,
                              "SELECT debits_posted FROM balance b JOIN account a ON a.id = b.account "
                              "WHERE a.role = 'DOMESTIC'"),
                 ROUNDS * ROWS);
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM ledger_check"), 0);
}

static void fill(struct store_instruction *rows, int64_t version, bool reversed) {
    for (uint32_t i = 0; i < ROWS; i++)
        rows[i] = row_instruction(reversed ? ROWS - 1 - i : i, STATE_HELD, version);
}

Test(locks, of_two_that_change_the_same_instructions_one_wins_and_the_other_decides_anew) {
    static struct store_instruction forth[ROWS], back[ROWS];
    struct told told[2];
    fill(forth, 0, true);
    struct store_commit a = {.instructions = forth, .instruction_count = ROWS};
    struct store_commit b = {.instructions = back, .instruction_count = ROWS};
    assert_outcome(&house, first, &a, STORE_COMMITTED);
    for (int64_t version = 1; version <= ROUNDS; version++) {
        fill(forth, version, false);
        fill(back, version, true);
        run_both(&a, &b, told);
        assert_one_won(told);
    }
    cr_assert_eq(house_number(&house, "SELECT min(version) FROM instruction"), ROUNDS + 1);
}

Test(locks, the_same_names_in_opposite_orders_never_deadlock) {
    struct store_identity forth[ROWS], back[ROWS];
    struct told told[2];
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < ROWS; i++) {
            forth[i] = row_identity(round * ROWS + i);
            back[ROWS - 1 - i] = forth[i];
        }
        struct store_commit a = {.identities = forth, .identity_count = ROWS};
        struct store_commit b = {.identities = back, .identity_count = ROWS};
        run_both(&a, &b, told);
        assert_one_won(told);
    }
}

Test(locks, a_row_that_stays_locked_is_contention_not_an_error) {
    PGconn *blocker = postgres_connect(&house.postgres, house.database);
    postgres_do(blocker, "BEGIN; SELECT * FROM pontis.balance FOR UPDATE");
    struct row_posting posting;
    row_post(&posting, 1, POSTING_DIRECT, ACCOUNT_FUNDING, ACCOUNT_DOMESTIC, "SGD", 1);
    struct store_commit commit = {
        .transfers = &posting.transfer, .transfer_count = 1, .deltas = posting.deltas, .delta_count = 2};
    assert_outcome(&house, first, &commit, STORE_CONFLICT);
    PQfinish(blocker);
    assert_outcome(&house, first, &commit, STORE_COMMITTED);
}
