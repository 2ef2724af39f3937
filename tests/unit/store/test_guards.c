/* "An UPDATE that matches no row does not stop a pipeline: the COMMIT behind it succeeds. So every guard is a
 * function that raises, and the rest of the pipeline is skipped." "Inserts use no ON CONFLICT." "Contention
 * is never quarantined; only a data error is halved." */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
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

TestSuite(guards, .init = set_up, .fini = tear_down);

static enum store_outcome put(const struct store_instruction *rows, size_t count) {
    struct store_commit commit = {.instructions = rows, .instruction_count = count};
    return house_commit(&house, store, &commit);
}

Test(guards, an_instruction_is_updated_only_at_the_version_it_was_loaded) {
    struct store_instruction row = row_instruction(1, STATE_RECEIVED, 0);
    cr_assert_eq(put(&row, 1), STORE_COMMITTED);
    row = row_instruction(1, STATE_RESERVED, 1);
    cr_assert_eq(put(&row, 1), STORE_COMMITTED);
    cr_assert_eq(put(&row, 1), STORE_CONFLICT, "version 1 is gone");
    cr_assert_eq(house_number(&house, "SELECT version FROM instruction WHERE state = 'RESERVED'"), 2);
}

Test(guards, one_stale_row_takes_the_whole_batch_with_it) {
    struct store_instruction good = row_instruction(1, STATE_RECEIVED, 0);
    cr_assert_eq(put(&good, 1), STORE_COMMITTED);
    struct store_instruction both[] = {row_instruction(1, STATE_RESERVED, 1),
                                       row_instruction(2, STATE_RESERVED, 1)};
    struct store_identity identity = row_identity(1);
    struct store_wallet_event event = row_wallet_event(1);
    struct store_commit commit = {.identities = &identity,
                                  .identity_count = 1,
                                  .instructions = both,
                                  .instruction_count = 2,
                                  .wallet_events = &event,
                                  .wallet_event_count = 1};
    assert_outcome(&house, store, &commit, STORE_CONFLICT);
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM identity"), 0, "what came before the guard");
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM wallet_event"), 0, "what came behind it");
    cr_assert_eq(house_number(&house, "SELECT version FROM instruction"), 1);
}

Test(guards, the_same_key_never_makes_a_second_instruction) {
    struct store_instruction first = row_instruction(1, STATE_RECEIVED, 0),
                             second = row_instruction(2, STATE_RECEIVED, 0);
    second.after.key = first.after.key;
    cr_assert_eq(put(&first, 1), STORE_COMMITTED);
    cr_assert_eq(put(&second, 1), STORE_CONFLICT);
    second.after.key.direction = INBOUND;
    cr_assert_eq(put(&second, 1), STORE_COMMITTED, "a UETR is never a key alone");
}

Test(guards, a_final_never_changes_whatever_version_is_named) {
    struct store_instruction row = row_instruction(1, STATE_SETTLED, 0);
    cr_assert_eq(put(&row, 1), STORE_COMMITTED);
    row = row_instruction(1, STATE_REJECTED, 1);
    cr_assert_eq(put(&row, 1), STORE_BAD_ROW);
    row = row_instruction(1, STATE_SETTLED, 1);
    row.after.closed = true;
    cr_assert_eq(put(&row, 1), STORE_COMMITTED, "what the wallet did with the lock is noted");
}

Test(guards, every_state_of_core_has_a_place) {
    for (int state = STATE_RECEIVED; state < STATE_COUNT; state++) {
        struct store_instruction row = row_instruction((uint32_t)state, state, 0);
        cr_assert_eq(put(&row, 1), STORE_COMMITTED, "%s", state_names[state]);
    }
}

Test(guards, a_name_is_taken_once_for_ever) {
    struct store_identity identity = row_identity(1);
    struct store_commit commit = {.identities = &identity, .identity_count = 1};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
    assert_outcome(&house, store, &commit, STORE_CONFLICT);
}

/* ---- positions ---- */

static int64_t claimed_epoch(void) {
    struct store_claim claim;
    struct result result = house_claim(&house, store, ROW_LEASE, &claim);
    cr_assert(result_is_ok(&result), "%s", result.detail);
    return claim.epoch;
}

static enum store_outcome move(int64_t lease_epoch, int64_t from, int64_t to) {
    struct store_position position = row_position(lease_epoch, from, to);
    struct store_commit commit = {.positions = &position, .position_count = 1};
    return house_commit(&house, store, &commit);
}

Test(guards, a_position_moves_by_compare_and_set) {
    int64_t epoch = claimed_epoch();
    cr_assert_eq(move(epoch, 5, 6), STORE_CONFLICT, "a partition starts at 0");
    cr_assert_eq(move(epoch, 0, 3), STORE_COMMITTED);
    cr_assert_eq(move(epoch, 0, 3), STORE_CONFLICT);
    cr_assert_eq(move(epoch, 3, 3), STORE_CONFLICT, "it moves on or not at all");
    cr_assert_eq(move(epoch, 3, 10), STORE_COMMITTED, "offsets may be sparse");
    struct store_claim claim;
    struct result again = house_claim(&house, store, ROW_LEASE, &claim);
    cr_assert(result_is_ok(&again));
    cr_assert_eq(claim.epoch, epoch);
    cr_assert_eq(claim.position, 10);
    cr_assert_eq(claim.last_hash[31], 10);
}

Test(guards, a_position_moves_only_under_its_lease) {
    int64_t epoch = claimed_epoch();
    cr_assert_eq(move(epoch, 0, 3), STORE_COMMITTED);
    postgres_do(house.session, "UPDATE lease SET epoch = epoch + 1");
    cr_assert_eq(move(epoch, 3, 4), STORE_FENCED);
    cr_assert_eq(house_number(&house, "SELECT next_offset FROM position"), 3);
}

Test(guards, a_lost_lease_fences_what_is_done_in_its_name) {
    struct store_claim claim;
    struct result result = house_claim(&house, store, "shard:0", &claim);
    cr_assert(result_is_ok(&result));
    struct store_lease lease = {.name = "shard:0", .epoch = claim.epoch};
    struct store_commit commit = {.leases = &lease, .lease_count = 1};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
    lease.epoch++;
    assert_outcome(&house, store, &commit, STORE_FENCED);
}

Test(guards, an_input_is_kept_once) {
    struct store_input inputs[] = {row_input(1, 7), row_input(2, 7)};
    struct store_commit first = {.inputs = &inputs[0], .input_count = 1};
    struct store_commit again = {.inputs = &inputs[1], .input_count = 1};
    assert_outcome(&house, store, &first, STORE_COMMITTED);
    assert_outcome(&house, store, &again, STORE_CONFLICT);
    text_set(inputs[1].incarnation, sizeof inputs[1].incarnation, "two");
    assert_outcome(&house, store, &again, STORE_COMMITTED);
    inputs[0].id = row_id(4, 3);
    inputs[1].id = row_id(4, 4);
    inputs[0].topic[0] = inputs[1].topic[0] = '\0';
    struct store_commit messages = {.inputs = inputs, .input_count = 2};
    assert_outcome(&house, store, &messages, STORE_COMMITTED);
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM input_payload WHERE body = '{\"a\":1}'"), 4);
}

/* ---- quotes ---- */

static struct quote a_quote(uint32_t number, instant expires_at) {
    return (struct quote){.id = row_id(9, number),
                          .corridor = "sg-th",
                          .provider = "GLOBEXFX",
                          .source_currency = "SGD",
                          .target_currency = "THB",
                          .source_amount = 10000,
                          .target_amount = 258706,
                          .rate = {258706, 4},
                          .expires_at = expires_at};
}

Test(guards, a_quote_is_used_once_and_while_it_is_valid_by_the_databases_clock) {
    struct quote quotes[] = {a_quote(1, INT64_C(4102444800000)), a_quote(2, INT64_C(1577836800000))};
    struct store_commit made = {.quotes = quotes, .quote_count = 2};
    postgres_do(house.session, ROW_ENROL_PROVIDER);
    assert_outcome(&house, store, &made, STORE_COMMITTED);
    struct store_quote_use use = {.quote = quotes[0].id, .instruction = row_id(1, 1)};
    struct store_commit commit = {.quote_uses = &use, .quote_use_count = 1};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
    use.instruction = row_id(1, 2);
    assert_outcome(&house, store, &commit, STORE_CONFLICT);
    use.quote = quotes[1].id;
    assert_outcome(&house, store, &commit, STORE_CONFLICT);
}

/* ---- corridors ---- */

Test(guards, corridor_versions_are_numbered_without_a_gap) {
    struct store_corridor corridor = row_corridor();
    struct store_commit commit = {.corridors = &corridor, .corridor_count = 1};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
    assert_outcome(&house, store, &commit, STORE_CONFLICT);
    corridor.version = 3;
    assert_outcome(&house, store, &commit, STORE_CONFLICT);
    corridor.version = 2;
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM account"), 10, "accounts are made once");
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM balance"), 10);
}

/* ---- data errors ---- */

Test(guards, text_that_is_none_is_a_data_error) {
    struct store_instruction row = row_instruction(1, STATE_RECEIVED, 0);
    text_set(row.after.reason_text, sizeof row.after.reason_text, "\xff\xfe");
    cr_assert_eq(put(&row, 1), STORE_BAD_ROW);
}

Test(guards, a_batch_too_large_for_one_pipeline_is_to_be_halved) {
    size_t length = 140 * 1024 * 1024;
    char *body = must_calloc(1, length);
    struct store_message messages[] = {row_message(1, "pacs.008.001.13", OUTBOUND),
                                       row_message(2, "pacs.008.001.13", OUTBOUND)};
    messages[0].body = messages[1].body = (struct bytes){body, length};
    struct store_commit commit = {.messages = messages, .message_count = 2};
    assert_outcome(&house, store, &commit, STORE_BAD_ROW);
    free(body);
}
