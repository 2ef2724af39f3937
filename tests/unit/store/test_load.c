/* "Load takes no locks": what a batch needs, by key; what does not exist is nil. */

#include <criterion/criterion.h>
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

TestSuite(load, .init = set_up, .fini = tear_down);

static struct result load_result;
static bool load_came;
static struct instruction instructions[3];
static struct store_identity identities[3];
static struct quote quotes[3];
static struct store_corridor_view views[3];

static const struct store_load *asked;

static void on_load(void *context, struct result result, const struct store_loaded *loaded) {
    (void)context;
    load_came = true;
    load_result = result;
    if (!loaded)
        return;
    memcpy(instructions, loaded->instructions, asked->key_count * sizeof *instructions);
    memcpy(identities, loaded->identities, asked->identity_count * sizeof *identities);
    memcpy(quotes, loaded->quotes, asked->quote_count * sizeof *quotes);
    memcpy(views, loaded->corridors, asked->corridor_count * sizeof *views);
}

static bool has_come(void *context) {
    (void)context;
    return load_came;
}

static struct result load(const struct store_load *what) {
    struct store_port port;
    store_fill_port(store, &port);
    asked = what;
    load_came = false;
    port.load(port.self, what, on_load, NULL);
    house_run_until(&house, has_come, NULL);
    return load_result;
}

static void load_ok(const struct store_load *what) {
    struct result result = load(what);
    cr_assert(result_is_ok(&result), "%s", result.detail);
}

Test(load, what_does_not_exist_is_nil) {
    struct instruction_key key = row_instruction(1, STATE_RECEIVED, 0).after.key;
    struct uuid id = row_id(3, 1);
    char names[1][CORRIDOR_SIZE] = {"sg-th"};
    struct store_load what = {&key, 1, &id, 1, &id, 1, (const char(*)[CORRIDOR_SIZE])names, 1, false};
    load_ok(&what);
    cr_assert(uuid_is_nil(&instructions[0].id));
    cr_assert(uuid_is_nil(&identities[0].key));
    cr_assert(uuid_is_nil(&quotes[0].id));
    cr_assert_str_eq(views[0].corridor, "sg-th");
    cr_assert_eq(views[0].foreign_headroom, 0);
    cr_assert_eq(views[0].best_rate.rate.mantissa, 0);
    cr_assert_eq(views[0].version, 0);
}

Test(load, nothing_asked_is_nothing_answered) {
    struct store_load nothing = {0};
    load_ok(&nothing);
}

Test(load, an_instruction_comes_back_as_it_was_handed_in) {
    struct store_instruction rows[] = {row_instruction(1, STATE_RECEIVED, 0),
                                       row_instruction(2, STATE_SENT, 0)};
    text_set(rows[1].after.payment.remittance, REMITTANCE_SIZE, "line \\ and \"quote\" {,}");
    rows[1].after.due_at = ROW_EPOCH;
    rows[1].after.lock_id = row_id(10, 1);
    struct store_commit commit = {.instructions = rows, .instruction_count = 2};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
    struct instruction_key keys[] = {rows[1].after.key, row_instruction(9, STATE_RECEIVED, 0).after.key,
                                     rows[0].after.key};
    struct store_load what = {.keys = keys, .key_count = 3};
    load_ok(&what);
    cr_assert_arr_eq(&instructions[0], &rows[1].after, sizeof *instructions);
    cr_assert(uuid_is_nil(&instructions[1].id));
    cr_assert_arr_eq(&instructions[2], &rows[0].after, sizeof *instructions);
}

Test(load, an_identity_comes_with_its_hash_and_instruction) {
    struct store_identity rows[] = {row_identity(1), row_identity(200)};
    rows[1].instruction = (struct uuid){{0}};
    struct store_commit commit = {.identities = rows, .identity_count = 2};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
    struct uuid keys[] = {rows[1].key, rows[0].key};
    struct store_load what = {.identities = keys, .identity_count = 2};
    load_ok(&what);
    cr_assert_arr_eq(&identities[0], &rows[1], sizeof *identities);
    cr_assert_arr_eq(&identities[1], &rows[0], sizeof *identities);
}

Test(load, a_quote_says_who_used_it) {
    struct quote made = {.id = row_id(9, 1),
                         .corridor = "sg-th",
                         .provider = "GLOBEXFX",
                         .source_currency = "SGD",
                         .target_currency = "THB",
                         .fixed_side = FIXED_TARGET,
                         .source_amount = INT64_MAX,
                         .target_amount = 258706,
                         .rate = {258706, 4},
                         .expires_at = INT64_C(4102444800123)};
    struct store_commit commit = {.quotes = &made, .quote_count = 1};
    postgres_do(house.session, ROW_ENROL_PROVIDER);
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
    struct store_load what = {.quotes = &made.id, .quote_count = 1};
    load_ok(&what);
    cr_assert_arr_eq(&quotes[0], &made, sizeof made);
    struct store_quote_use use = {made.id, row_id(1, 7)};
    struct store_commit used = {.quote_uses = &use, .quote_use_count = 1};
    assert_outcome(&house, store, &used, STORE_COMMITTED);
    load_ok(&what);
    cr_assert(uuid_equal(&quotes[0].used_by, &use.instruction));
}

/* The gateway's own clock has no say in it. */
Test(load, a_quote_says_whether_it_has_expired_by_the_databases_clock) {
    struct quote made[] = {{.id = row_id(9, 1), .expires_at = INT64_C(4102444800000)},
                           {.id = row_id(9, 2), .expires_at = INT64_C(1577836800000)}};
    for (size_t i = 0; i < 2; i++) {
        text_set(made[i].corridor, CORRIDOR_SIZE, "sg-th");
        text_set(made[i].provider, REFERENCE_SIZE, "GLOBEXFX");
        text_set(made[i].source_currency, CURRENCY_SIZE, "SGD");
        text_set(made[i].target_currency, CURRENCY_SIZE, "THB");
        made[i].source_amount = made[i].target_amount = 1;
        made[i].rate = (struct decimal){1, 0};
    }
    struct store_commit commit = {.quotes = made, .quote_count = 2};
    postgres_do(house.session, ROW_ENROL_PROVIDER);
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
    struct uuid ids[] = {made[0].id, made[1].id};
    struct store_load what = {.quotes = ids, .quote_count = 2};
    load_ok(&what);
    cr_assert_not(quotes[0].expired);
    cr_assert(quotes[1].expired);
}

/* ---- the view of a corridor ---- */

static char corridor_names[1][CORRIDOR_SIZE] = {"sg-th"};
static const struct store_load the_corridor = {.corridors = (const char (*)[CORRIDOR_SIZE])corridor_names,
                                               .corridor_count = 1};

static void apply_corridor(void) {
    struct store_corridor corridor = row_corridor();
    struct store_commit commit = {.corridors = &corridor, .corridor_count = 1};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
}

static void post(uint32_t number, int phase, int debit, int credit, const char *currency, int64_t amount) {
    struct row_posting posting;
    row_post(&posting, number, phase, debit, credit, currency, amount);
    struct store_commit commit = {
        .transfers = &posting.transfer, .transfer_count = 1, .deltas = posting.deltas, .delta_count = 2};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
}

Test(load, a_corridor_says_what_is_left_of_its_guarded_accounts) {
    apply_corridor();
    post(1, POSTING_DIRECT, ACCOUNT_FOREIGN_PREFUND, ACCOUNT_FUNDING, "THB", 1000);
    post(2, POSTING_PENDING, ACCOUNT_FX, ACCOUNT_FOREIGN_PREFUND, "THB", 300);
    post(3, POSTING_DIRECT, ACCOUNT_FUNDING, ACCOUNT_PEER_PREFUND, "SGD", 50);
    load_ok(&the_corridor);
    cr_assert_eq(views[0].foreign_headroom, 700);
    cr_assert_eq(views[0].reserved, 300);
    cr_assert_eq(views[0].peer_headroom, 50);
}

Test(load, a_corridor_says_which_rules_are_its_newest) {
    struct store_corridor corridor = row_corridor();
    struct store_commit commit = {.corridors = &corridor, .corridor_count = 1};
    for (corridor.version = 1; corridor.version <= 3; corridor.version++)
        assert_outcome(&house, store, &commit, STORE_COMMITTED);
    load_ok(&the_corridor);
    cr_assert_eq(views[0].version, 3);
}

static void offer(uint32_t number, const char *provider, const char *source, int64_t mantissa, int32_t scale,
                  instant valid_until) {
    struct store_rate rate = {.id = row_id(11, number), .corridor = "sg-th", .at = ROW_EPOCH + number};
    text_set(rate.offer.provider, REFERENCE_SIZE, provider);
    rate.offer.rate = (struct decimal){mantissa, scale};
    rate.offer.valid_until = valid_until;
    text_set(rate.source_currency, CURRENCY_SIZE, source);
    text_set(rate.target_currency, CURRENCY_SIZE, text_equal(source, "SGD") ? "THB" : "SGD");
    struct store_commit commit = {.rates = &rate, .rate_count = 1};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
}

static void assert_best(const char *provider, int64_t mantissa) {
    load_ok(&the_corridor);
    cr_assert_str_eq(views[0].best_rate.provider, provider);
    cr_assert_eq(views[0].best_rate.rate.mantissa, mantissa);
}

Test(load, the_best_rate_gives_the_most_target_for_the_source) {
    apply_corridor();
    offer(1, "GLOBEXFX", "SGD", 258706, 4, 0);
    assert_best("GLOBEXFX", 258706);
    cr_assert_eq(views[0].best_rate.valid_until, 0);
    offer(2, "MERLIONFX", "SGD", 25871, 3, INT64_C(4102444800000));
    assert_best("MERLIONFX", 25871); /* 25.871 is more than 25.8706 */
    cr_assert_eq(views[0].best_rate.valid_until, INT64_C(4102444800000));
    offer(3, "MERLIONFX", "SGD", 2500, 2, 0);
    assert_best("GLOBEXFX", 258706); /* a newer offer replaces, also by less */
    offer(4, "GLOBEXFX", "SGD", 999999, 4, INT64_C(1577836800000));
    assert_best("MERLIONFX", 2500); /* the newest of GLOBEXFX has run out */
    offer(5, "GLOBEXFX", "THB", 9999, 0, 0);
    assert_best("MERLIONFX", 2500); /* the way back is not this way */
}

/* ---- without a database ---- */

static bool can_load(void *context) {
    (void)context;
    struct result result = load(&the_corridor);
    cr_assert(result_is_ok(&result) || result.kind == RESULT_RETRY, "%s", result.detail);
    return result_is_ok(&result);
}

Test(load, a_lost_session_comes_back_by_itself) {
    struct store_load nothing = {0};
    load_ok(&nothing);
    for (int i = 0; i < 3; i++) {
        house_number(&house,
                     "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                     "WHERE datname = current_database() AND application_name = 'pontis-read:home/1'");
        house_run_until(&house, can_load, NULL);
    }
}

Test(load, while_there_is_no_database_it_is_to_be_tried_again) {
    struct store_load nothing = {0};
    load_ok(&nothing);
    house_allow_sessions(&house, false);
    house_number(&house, "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
                         "WHERE datname = current_database() AND application_name = 'pontis-read:home/1'");
    struct result result = load(&the_corridor);
    cr_assert_eq(result.kind, RESULT_RETRY);
    result = load(&the_corridor);
    cr_assert_eq(result.kind, RESULT_RETRY);
    house_allow_sessions(&house, true);
    house_run_until(&house, can_load, NULL);
}
