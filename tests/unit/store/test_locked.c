/* "A batch failing twice is reloaded with its rows locked in key order and then cannot fail by contention":
 * two workers on one database, one of which always changes the rows between the other's load and commit. */

#include <criterion/criterion.h>
#include <string.h>

#include "base/text.h"
#include "tests/unit/store/house.h"
#include "tests/unit/store/rows.h"

static struct house house;
static struct store *store, *rival;
static char corridor_name[1][CORRIDOR_SIZE] = {"sg-th"};

enum { ROWS = 20 };

static void post(struct store *by, uint32_t number, int phase, int debit, int credit, int64_t amount,
                 enum store_outcome wanted) {
    struct row_posting posting;
    row_post(&posting, number, phase, debit, credit, "THB", amount);
    struct store_commit commit = {
        .transfers = &posting.transfer, .transfer_count = 1, .deltas = posting.deltas, .delta_count = 2};
    assert_outcome(&house, by, &commit, wanted);
}

static void set_up(void) {
    house_open(&house);
    store = house_store(&house, "home/1");
    rival = house_store(&house, "home/2");
    struct store_corridor corridor = row_corridor();
    struct store_instruction rows[ROWS];
    for (uint32_t i = 0; i < ROWS; i++)
        rows[i] = row_instruction(i, STATE_RESERVED, 0);
    struct store_commit commit = {
        .corridors = &corridor, .corridor_count = 1, .instructions = rows, .instruction_count = ROWS};
    struct store_commit nothing = {0};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
    assert_outcome(&house, rival, &nothing, STORE_COMMITTED); /* its session is there to lock with */
    post(store, 1, POSTING_DIRECT, ACCOUNT_FOREIGN_PREFUND, ACCOUNT_FUNDING, 1000, STORE_COMMITTED);
}

static void tear_down(void) {
    store_close(store);
    store_close(rival);
    house_close(&house);
}

TestSuite(locked, .init = set_up, .fini = tear_down);

/* ---- loading ---- */

struct loaded {
    bool came;
    struct result result;
    struct instruction instructions[ROWS];
    struct store_corridor_view view;
    size_t keys;
};

static void on_load(void *context, struct result result, const struct store_loaded *rows) {
    struct loaded *loaded = context;
    loaded->came = true;
    loaded->result = result;
    if (!rows)
        return;
    memcpy(loaded->instructions, rows->instructions, loaded->keys * sizeof *loaded->instructions);
    loaded->view = rows->corridors[0];
}

static bool has_come(void *context) {
    return ((struct loaded *)context)->came;
}

static void start_load(struct store *by, struct store_load *load, struct loaded *loaded) {
    struct store_port port;
    store_fill_port(by, &port);
    *loaded = (struct loaded){.keys = load->key_count};
    port.load(port.self, load, on_load, loaded);
}

static struct result await_load(struct loaded *loaded) {
    house_run_until(&house, has_come, loaded);
    return loaded->result;
}

/* All instructions, backwards, and the corridor's balances. */
static struct store_load load_of(struct instruction_key keys[ROWS], size_t count) {
    for (uint32_t i = 0; i < count; i++)
        keys[i] = row_instruction((uint32_t)count - 1 - i, STATE_RESERVED, 0).after.key;
    return (struct store_load){.keys = keys,
                               .key_count = count,
                               .corridors = (const char(*)[CORRIDOR_SIZE])corridor_name,
                               .corridor_count = 1,
                               .lock = true};
}

static void load_locked(struct store *by, size_t count, struct loaded *loaded) {
    static struct instruction_key keys[ROWS];
    static struct store_load load;
    load = load_of(keys, count);
    start_load(by, &load, loaded);
    struct result result = await_load(loaded);
    cr_assert(result_is_ok(&result), "%s", result.detail);
}

static void advance(struct loaded *loaded, struct store_instruction *rows) {
    for (size_t i = 0; i < loaded->keys; i++) {
        rows[i] = (struct store_instruction){loaded->instructions[i], loaded->instructions[i].version};
        rows[i].after.version++;
    }
}

/* ---- what others do meanwhile waits ---- */

#define RIVAL_WAITS                                                                                          \
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "                              \
    "AND application_name = 'pontis:home/2' AND wait_event_type = 'Lock'"

Test(locked, what_was_loaded_under_locks_commits_whatever_another_tries) {
    static struct loaded loaded;
    struct store_instruction mine[ROWS], theirs = row_instruction(3, STATE_SENT, 1);
    struct told told, rival_told;
    struct store_commit commit = {.instructions = mine, .instruction_count = ROWS};
    struct store_commit other = {.instructions = &theirs, .instruction_count = 1};
    load_locked(store, ROWS, &loaded);
    house_start_commit(rival, &other, &rival_told);
    house_run_until_number(&house, RIVAL_WAITS);
    advance(&loaded, mine);
    house_start_commit(store, &commit, &told);
    house_await(&house, &told, 1);
    house_await(&house, &rival_told, 1);
    cr_assert_eq(told.outcomes[0], STORE_COMMITTED, "%s", told.detail);
    cr_assert_eq(rival_told.outcomes[0], STORE_CONFLICT, "%s", rival_told.detail);
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM instruction WHERE version = 2"), ROWS);
    cr_assert_eq(house_number(&house, "SELECT batch FROM worker WHERE name = 'home/1'"), 3);
}

Test(locked, an_account_seen_under_locks_still_holds_that_much_at_the_commit) {
    static struct loaded loaded;
    struct row_posting mine, theirs;
    struct told told, rival_told;
    load_locked(store, 0, &loaded);
    cr_assert_eq(loaded.view.foreign_headroom, 1000);
    row_post(&theirs, 2, POSTING_PENDING, ACCOUNT_FX, ACCOUNT_FOREIGN_PREFUND, "THB", 600);
    struct store_commit other = {
        .transfers = &theirs.transfer, .transfer_count = 1, .deltas = theirs.deltas, .delta_count = 2};
    house_start_commit(rival, &other, &rival_told);
    house_run_until_number(&house, RIVAL_WAITS);
    row_post(&mine, 3, POSTING_PENDING, ACCOUNT_FX, ACCOUNT_FOREIGN_PREFUND, "THB", 1000);
    struct store_commit commit = {
        .transfers = &mine.transfer, .transfer_count = 1, .deltas = mine.deltas, .delta_count = 2};
    house_start_commit(store, &commit, &told);
    house_await(&house, &told, 1);
    house_await(&house, &rival_told, 1);
    cr_assert_eq(told.outcomes[0], STORE_COMMITTED, "%s", told.detail);
    cr_assert_eq(rival_told.outcomes[0], STORE_CHECK, "%s", rival_told.detail);
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM ledger_check"), 0);
}

/* Both go round and round on the same rows and the same account: each round of each ends. */
static void go_round(struct store *by, uint32_t number) {
    static struct loaded loaded;
    struct store_instruction rows[ROWS];
    struct row_posting posting;
    load_locked(by, ROWS, &loaded);
    advance(&loaded, rows);
    row_post(&posting, number, POSTING_DIRECT, ACCOUNT_FUNDING, ACCOUNT_FOREIGN_PREFUND, "THB", 1);
    struct store_commit commit = {.instructions = rows,
                                  .instruction_count = ROWS,
                                  .transfers = &posting.transfer,
                                  .transfer_count = 1,
                                  .deltas = posting.deltas,
                                  .delta_count = 2};
    assert_outcome(&house, by, &commit, STORE_COMMITTED);
}

Test(locked, in_turns_nobody_loses) {
    for (uint32_t round = 0; round < 20; round++)
        go_round(round % 2 ? store : rival, 100 + round);
    cr_assert_eq(house_number(&house, "SELECT min(version) FROM instruction"), 21);
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM ledger_check"), 0);
}

static bool one_has_come(void *context) {
    struct loaded *const *both = context;
    return both[0]->came || both[1]->came;
}

static void end_loaded(struct store *by, struct loaded *loaded) {
    struct store_commit empty = {0};
    struct result result = await_load(loaded);
    cr_assert(result_is_ok(&result), "%s", result.detail);
    assert_outcome(&house, by, &empty, STORE_COMMITTED);
}

/* Two that lock the same rows in opposite orders: one waits for the other, nobody deadlocks. */
Test(locked, rows_are_locked_in_the_order_of_their_keys) {
    static struct instruction_key forth[ROWS], back[ROWS];
    static struct loaded first, second;
    struct store_load a = load_of(forth, ROWS), b = load_of(back, ROWS);
    for (size_t i = 0; i < ROWS; i++)
        forth[i] = back[ROWS - 1 - i];
    for (int round = 0; round < 20; round++) {
        start_load(store, &a, &first);
        start_load(rival, &b, &second);
        house_run_until(&house, one_has_come, (struct loaded *[]){&first, &second});
        bool is_first = first.came;
        end_loaded(is_first ? store : rival, is_first ? &first : &second);
        end_loaded(is_first ? rival : store, is_first ? &second : &first);
    }
}

Test(locked, rows_held_for_too_long_are_to_be_asked_for_again) {
    static struct loaded loaded;
    PGconn *blocker = postgres_connect(&house.postgres, house.database);
    postgres_do(blocker, "BEGIN; SELECT * FROM pontis.balance FOR UPDATE");
    static struct instruction_key keys[ROWS];
    struct store_load load = load_of(keys, ROWS);
    start_load(store, &load, &loaded);
    cr_assert_eq(await_load(&loaded).kind, RESULT_RETRY);
    PQfinish(blocker);
    struct store_commit empty = {0};
    assert_outcome(&house, store, &empty, STORE_COMMITTED);
    load_locked(store, ROWS, &loaded);
}

/* ---- the transaction's end ---- */

Test(locked, a_commit_that_fails_lets_go_of_the_locks) {
    static struct loaded loaded;
    struct store_instruction stale = row_instruction(1, STATE_SENT, 7),
                             good = row_instruction(1, STATE_SENT, 1);
    struct store_commit bad = {.instructions = &stale, .instruction_count = 1};
    struct store_commit other = {.instructions = &good, .instruction_count = 1};
    load_locked(store, ROWS, &loaded);
    assert_outcome(&house, store, &bad, STORE_CONFLICT);
    assert_outcome(&house, rival, &other, STORE_COMMITTED);
}

Test(locked, the_next_load_lets_go_of_the_locks) {
    static struct loaded loaded;
    struct store_instruction row = row_instruction(1, STATE_SENT, 1);
    struct store_commit other = {.instructions = &row, .instruction_count = 1}, empty = {0};
    for (int round = 0; round < 3; round++)
        load_locked(store, ROWS, &loaded);
    struct store_load nothing = {.corridors = (const char(*)[CORRIDOR_SIZE])corridor_name,
                                 .corridor_count = 1};
    start_load(store, &nothing, &loaded);
    struct result result = await_load(&loaded);
    cr_assert(result_is_ok(&result));
    assert_outcome(&house, rival, &other, STORE_COMMITTED);
    assert_outcome(&house, store, &empty, STORE_COMMITTED);
}

#define END_SESSION                                                                                          \
    "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "                                   \
    "WHERE datname = current_database() AND application_name = 'pontis:home/1'"

/* The locks went with the session: the guards decide, as without locks. */
Test(locked, a_session_lost_between_load_and_commit_is_no_harm) {
    static struct loaded loaded;
    struct store_instruction mine[ROWS], theirs = row_instruction(3, STATE_SENT, 1);
    struct store_commit commit = {.instructions = mine, .instruction_count = ROWS};
    struct store_commit other = {.instructions = &theirs, .instruction_count = 1};
    load_locked(store, ROWS, &loaded);
    house_number(&house, END_SESSION);
    assert_outcome(&house, rival, &other, STORE_COMMITTED);
    advance(&loaded, mine);
    enum store_outcome outcome = house_commit(&house, store, &commit);
    while (outcome == STORE_RETRY)
        outcome = house_commit(&house, store, &commit);
    cr_assert_eq(outcome, STORE_CONFLICT);
    load_locked(store, ROWS, &loaded);
    advance(&loaded, mine);
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
    cr_assert_eq(house_number(&house, "SELECT min(version) FROM instruction"), 2);
}

Test(locked, killed_at_the_commit_it_is_committed_once) {
    static struct loaded loaded;
    struct row_posting posting;
    struct told told;
    row_post(&posting, 2, POSTING_DIRECT, ACCOUNT_FUNDING, ACCOUNT_FOREIGN_PREFUND, "THB", 400);
    struct store_commit commit = {
        .transfers = &posting.transfer, .transfer_count = 1, .deltas = posting.deltas, .delta_count = 2};
    load_locked(store, ROWS, &loaded);
    house_hang_commits(&house);
    house_start_commit(store, &commit, &told);
    house_run_until_number(&house, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                                   "AND application_name = 'pontis:home/1' AND wait_event = 'SyncRep'");
    house_free_commits(&house);
    house_number(&house, END_SESSION);
    house_await(&house, &told, 2);
    cr_assert_eq(told.outcomes[0], STORE_UNKNOWN);
    cr_assert_eq(told.outcomes[1], STORE_COMMITTED);
    cr_assert_eq(house_number(&house, "SELECT credits_posted FROM balance WHERE role = 'FOREIGN_PREFUND'"),
                 400);
}

Test(locked, while_a_commit_is_under_way_nothing_is_locked) {
    static struct loaded loaded;
    static struct instruction_key keys[ROWS];
    struct store_commit empty = {0};
    struct told told;
    struct store_load load = load_of(keys, ROWS);
    assert_outcome(&house, store, &empty, STORE_COMMITTED);
    house_start_commit(store, &empty, &told);
    start_load(store, &load, &loaded);
    cr_assert_eq(await_load(&loaded).kind, RESULT_RETRY);
    house_await(&house, &told, 1);
    cr_assert_eq(told.outcomes[0], STORE_COMMITTED);
}
