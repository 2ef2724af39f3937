/* Named reads: the columns and the text forms that flow, jobs, api and the auditor build on. */

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

#define NOW_TEXT  "2026-01-01T00:16:40.007Z"
#define LATER     "2026-01-01T01:00:00.000Z"
#define FIRST_ID  "00000001-0000-7000-8000-000000000001"
#define SECOND_ID "00000001-0000-7000-8000-000000000002"
#define UETR      "00000002-0000-7000-8000-000000000001"

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

TestSuite(reads, .init = set_up, .fini = tear_down);

/* ---- asking ---- */

static void assert_row(const char *query, const char *const *parameters, size_t count, size_t row,
                       const char *const *wanted) {
    for (size_t column = 0; wanted[column]; column++) {
        const char *cell = house_cell(&house, store, query, parameters, count, row, column);
        cr_assert_str_eq(cell ? cell : "(null)", wanted[column], "%s, row %zu, column %zu: %s", query, row,
                         column, cell ? cell : "(null)");
    }
}

#define PARAMETERS(...)                                                                                      \
    (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)
#define ROW(...)                                                                                             \
    (const char *const[]) {                                                                                  \
        __VA_ARGS__, NULL                                                                                    \
    }

static void put_payment(void) {
    struct store_instruction rows[] = {row_instruction(1, STATE_RESERVED, 0),
                                       row_instruction(2, STATE_REJECTED, 0)};
    rows[0].after.due_at = ROW_EPOCH + 1000;
    text_set(rows[1].after.reason_code, CODE_SIZE, "AM04");
    text_set(rows[1].after.payment.target_currency, CURRENCY_SIZE, "JPY");
    rows[1].after.key.direction = INBOUND;
    struct store_transition transitions[] = {row_transition(1, &rows[0]), row_transition(2, &rows[1])};
    transitions[1].reason = 10;
    struct store_commit commit = {
        .instructions = rows, .instruction_count = 2, .transitions = transitions, .transition_count = 2};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
}

Test(reads, every_query_is_prepared_against_the_migrated_schema) {
    char name[QUERY_NAME_SIZE];
    struct store_commit empty = {0};
    assert_outcome(&house, store, &empty,
                   STORE_COMMITTED); /* both sessions prepare all of theirs or are lost */
    (void)house_rows(&house, store, "counts", NULL, 0);
    size_t count = 0;
    while (query_name(count, name)) {
        cr_assert_not_null(query_text(name), "%s", name);
        count++;
    }
    cr_assert_gt(count, 40);
    PGconn *app = PQconnectdb(house.conninfo);
    for (size_t i = 0; query_name(i, name); i++) {
        PGresult *prepared = PQprepare(app, name, query_text(name), 0, NULL);
        cr_assert_eq(PQresultStatus(prepared), PGRES_COMMAND_OK, "%s: %s", name, PQerrorMessage(app));
        PQclear(prepared);
    }
    PQfinish(app);
}

static void on_nothing(void *context, struct result result, const struct store_table *table) {
    *(struct result *)context = result;
    cr_assert_null(table);
}

Test(reads, a_name_that_is_no_query_is_an_error) {
    struct store_port port;
    store_fill_port(store, &port);
    struct result result = result_ok();
    port.read(port.self, "no_such_query", NULL, 0, on_nothing, &result);
    cr_assert_eq(result.kind, RESULT_FATAL);
    port.read(port.self, "commit_deltas", NULL, 0, on_nothing, &result);
    cr_assert_eq(result.kind, RESULT_FATAL, "what writes is no read");
}

Test(reads, timers_and_waiting_payments_are_work_lists) {
    put_payment();
    assert_row("instructions_due", PARAMETERS(LATER, "10"), 0, ROW("sg-th", "outbound", "payment", UETR));
    cr_assert_eq(house_rows(&house, store, "instructions_due", PARAMETERS("2026-01-01T00:00:00.999Z", "10")),
                 0);
    assert_row("instructions_waiting", PARAMETERS("10"), 0, ROW("sg-th", "outbound", "payment", UETR));
    struct store_instruction sent = row_instruction(1, STATE_SENT, 1);
    struct store_commit commit = {.instructions = &sent, .instruction_count = 1};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
    cr_assert_eq(house_rows(&house, store, "instructions_due", PARAMETERS(LATER, "10")), 0);
    cr_assert_eq(house_rows(&house, store, "instructions_waiting", PARAMETERS("10")), 0);
}

Test(reads, a_payment_tells_its_story) {
    put_payment();
    assert_row("payment_show", PARAMETERS(UETR), 0,
               ROW(FIRST_ID, "sg-th", "outbound", "RESERVED", "1", "", "", NOW_TEXT));
    const char *content = house_cell(&house, store, "payment_show", PARAMETERS(UETR), 0, 8);
    struct instruction read = {0}, written = row_instruction(1, STATE_RESERVED, 0).after;
    written.due_at = ROW_EPOCH + 1000;
    cr_assert(record_read(&instruction_record, "instruction", bytes_of_string(content), &read));
    cr_assert_arr_eq(&read, &written, sizeof read);
    assert_row("payment_timeline", PARAMETERS(FIRST_ID), 0,
               ROW(NOW_TEXT, "NONE", "RESERVED", "transfer.initiated", "applied", "(null)"));
    cr_assert_not_null(house_cell(&house, store, "payment_timeline", PARAMETERS(SECOND_ID), 0, 5));
}

Test(reads, payments_are_listed_newest_first_with_amounts_in_major_units) {
    put_payment();
    assert_row("payment_list", PARAMETERS("10", NULL, NULL), 0,
               ROW("00000002-0000-7000-8000-000000000002", "sg-th", "inbound", "REJECTED", "SGD", "100.50",
                   "JPY", "260000", "AM04", NOW_TEXT));
    assert_row(
        "payment_list", PARAMETERS("10", NULL, NULL), 1,
        ROW(UETR, "sg-th", "outbound", "RESERVED", "SGD", "100.50", "THB", "2600.00", "(null)", NOW_TEXT));
    cr_assert_eq(house_rows(&house, store, "payment_list", PARAMETERS("1", NULL, NULL)), 1);
    cr_assert_eq(house_rows(&house, store, "payment_list", PARAMETERS("10", "sg-th", "RESERVED")), 1);
    cr_assert_eq(house_rows(&house, store, "payment_list", PARAMETERS("10", "th-sg", NULL)), 0);
    assert_row("counts", NULL, 0, 0, ROW("sg-th", "inbound", "REJECTED", "AM04", "1"));
    assert_row("counts", NULL, 0, 1, ROW("sg-th", "outbound", "RESERVED", "(null)", "1"));
}

Test(reads, what_an_auditor_replays) {
    put_payment();
    static const char salt[] = "abababababababababababababababababababababababababababababababab";
    static const char leaf[] = "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd";
    assert_row("transitions_replay", NULL, 0, 0,
               ROW(FIRST_ID, "1", "NONE", "transfer.initiated", "applied", "none", "RESERVED", "sg-th", "1",
                   NOW_TEXT, "event.type=transfer.initiated\n", salt, leaf));
}

/* ---- messages ---- */

static void put_answer(void) {
    put_payment();
    struct store_message messages[] = {row_message(1, "pacs.008.001.13", INBOUND),
                                       row_message(2, "pacs.002.001.15", OUTBOUND),
                                       row_message(3, "pacs.008.001.13", OUTBOUND)};
    messages[1].instruction = messages[2].instruction = row_id(1, 2);
    struct store_attempt attempts[] = {{row_id(12, 1), messages[1].id, 1, ROW_EPOCH},
                                       {row_id(12, 2), messages[1].id, 2, ROW_EPOCH + 1000},
                                       {row_id(12, 3), messages[2].id, 1, ROW_EPOCH}};
    struct store_commit commit = {
        .messages = messages, .message_count = 3, .attempts = attempts, .attempt_count = 3};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
}

#define MESSAGE(number) "00000006-0000-7000-8000-00000000000" number

static void end_attempt(const char *outcome, uint32_t number) {
    struct store_attempt_end end = {.attempt = row_id(12, number),
                                    .message = row_id(6, 2),
                                    .outcome = outcome,
                                    .http_status = 200,
                                    .at = ROW_EPOCH};
    struct store_commit commit = {.attempt_ends = &end, .attempt_end_count = 1};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
}

Test(reads, an_answer_is_undelivered_until_one_attempt_arrived) {
    put_answer();
    end_attempt("not_sent", 1);
    assert_row("messages_undelivered", PARAMETERS("2026-01-01T00:00:04.000Z", "10"), 0,
               ROW(MESSAGE("2"), SECOND_ID, "00000002-0000-7000-8000-000000000002", "sg-th", "true",
                   "3c612f3e", "2"));
    cr_assert_eq(house_rows(&house, store, "messages_undelivered", PARAMETERS(LATER, "10")), 1,
                 "a payment's message is repeated by its timer");
    cr_assert_eq(
        house_rows(&house, store, "messages_undelivered", PARAMETERS("2026-01-01T00:00:03.999Z", "10")), 0,
        "after the second attempt with more patience than after the first");
    end_attempt("delivered", 2);
    cr_assert_eq(house_rows(&house, store, "messages_undelivered", PARAMETERS(LATER, "10")), 0);
}

Test(reads, the_last_message_we_sent_for_an_instruction) {
    put_answer();
    assert_row("message_of_instruction", PARAMETERS(SECOND_ID), 0,
               ROW(MESSAGE("3"), SECOND_ID, "00000002-0000-7000-8000-000000000002", "sg-th", "false",
                   "3c612f3e", "1"));
    cr_assert_eq(house_rows(&house, store, "message_of_instruction", PARAMETERS(FIRST_ID)), 0,
                 "the peer's is not ours");
    assert_row("instruction_of_message", PARAMETERS(MESSAGE("3")), 0,
               ROW("sg-th", "inbound", "payment", "00000002-0000-7000-8000-000000000002"));
    cr_assert_eq(house_rows(&house, store, "instruction_of_message", PARAMETERS(MESSAGE("1"))), 0);
    assert_row(
        "payment_messages", PARAMETERS(FIRST_ID), 0,
        ROW(MESSAGE("1"), "pacs.008.001.13", "inbound", "MSG-1", "BIZ-1", NOW_TEXT, "(null)", "(null)"));
    assert_row("payment_messages", PARAMETERS(SECOND_ID), 0,
               ROW(MESSAGE("2"), "pacs.002.001.15", "outbound", "MSG-1", "BIZ-1", NOW_TEXT, "2", "false"));
    assert_row("message_body", PARAMETERS(MESSAGE("1")), 0, ROW("3c612f3e"));
}

Test(reads, wallet_events_wait_until_they_are_marked_published) {
    struct store_wallet_event events[] = {row_wallet_event(2), row_wallet_event(1)};
    struct store_commit commit = {.wallet_events = events, .wallet_event_count = 2};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
    assert_row(
        "wallet_events_unpublished", PARAMETERS(LATER, "10"), 0,
        ROW("00000007-0000-7000-8000-000000000001", "home.to-wallet", "ACC-1", "{\"b\":\"\xc3\xa9\"}"));
    cr_assert_eq(house_rows(&house, store, "wallet_events_unpublished", PARAMETERS(LATER, "10")), 2);
    cr_assert_eq(house_rows(&house, store, "wallet_events_unpublished", PARAMETERS(NOW_TEXT, "10")), 0);
    struct uuid published[] = {events[1].id, row_id(7, 99)};
    struct store_commit mark = {.published = published, .published_count = 2};
    assert_outcome(&house, store, &mark, STORE_COMMITTED);
    assert_outcome(&house, store, &mark, STORE_COMMITTED); /* twice is no error */
    assert_row("wallet_events_unpublished", PARAMETERS(LATER, "10"), 0,
               ROW("00000007-0000-7000-8000-000000000002"));
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM wallet_event"), 2, "history stays");
    assert_outcome(&house, store, &commit, STORE_CONFLICT);
}

/* ---- ledger and corridors ---- */

Test(reads, positions_and_postings_in_major_units) {
    put_payment();
    struct row_posting posting;
    row_post(&posting, 1, POSTING_PENDING, ACCOUNT_DOMESTIC, ACCOUNT_FX, "SGD", 10050);
    posting.transfer.instruction = row_id(1, 1);
    struct store_commit commit = {
        .transfers = &posting.transfer, .transfer_count = 1, .deltas = posting.deltas, .delta_count = 2};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
    assert_row("payment_postings", PARAMETERS(FIRST_ID), 0,
               ROW(NOW_TEXT, "pending", "DOMESTIC", "FX:GLOBEXFX", "SGD", "100.50"));
    row_post(&posting, 2, POSTING_POST, ACCOUNT_DOMESTIC, ACCOUNT_FX, "SGD", 10050);
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
    assert_row("positions", NULL, 0, 1,
               ROW("sg-th", "DOMESTIC", "", "SGD", "0.00", "100.50", "0.00", "0.00", "-100.50"));
    assert_row("positions", NULL, 0, 5,
               ROW("sg-th", "FX", "GLOBEXFX", "SGD", "0.00", "0.00", "0.00", "100.50", "100.50"));
    assert_row("trial_balance", NULL, 0, 0, ROW("SGD", "100.50", "100.50"));
    assert_row("trial_balance", NULL, 0, 1, ROW("THB", "0.00", "0.00"));
}

Test(reads, corridors_in_their_newest_version) {
    struct store_corridor second = row_corridor();
    second.version = 2;
    second.document = bytes_of_string("corridor.open=true\n" ROW_DOCUMENT);
    struct store_commit commit = {.corridors = &second, .corridor_count = 1};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
    assert_row("corridors_current", NULL, 0, 0, ROW("sg-th", "2", "corridor.open=true\n" ROW_DOCUMENT));
    cr_assert_eq(house_rows(&house, store, "corridors_current", NULL, 0), 1);
    assert_row("corridor_show", PARAMETERS("sg-th"), 0,
               ROW("sg-th", "2", "corridor.open=true\n" ROW_DOCUMENT));
    cr_assert_eq(house_rows(&house, store, "corridor_show", PARAMETERS("xx")), 0);
}

Test(reads, a_providers_current_rate) {
    struct store_rate rates[] = {{.id = row_id(11, 1), .corridor = "sg-th", .at = ROW_EPOCH},
                                 {.id = row_id(11, 2), .corridor = "sg-th", .at = ROW_EPOCH + 1}};
    for (int i = 0; i < 2; i++) {
        text_set(rates[i].offer.provider, REFERENCE_SIZE, "GLOBEXFX");
        text_set(rates[i].source_currency, CURRENCY_SIZE, "SGD");
        text_set(rates[i].target_currency, CURRENCY_SIZE, "THB");
        rates[i].offer.rate = (struct decimal){258706 + i, 4};
    }
    struct store_commit commit = {.rates = rates, .rate_count = 2};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
    assert_row("rate_current", PARAMETERS("sg-th", "GLOBEXFX"), 0, ROW("258707", "4"));
    cr_assert_eq(house_rows(&house, store, "rate_current", PARAMETERS("sg-th", "MERLIONFX")), 0);
}

Test(reads, open_cases) {
    struct store_case row = {
        .id = row_id(13, 1), .corridor = "sg-th", .cause = "collision", .note = "n", .at = ROW_EPOCH};
    struct store_commit commit = {.cases = &row, .case_count = 1};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
    assert_row("cases_open", NULL, 0, 0,
               ROW("0000000d-0000-7000-8000-000000000001", "(null)", "sg-th", "collision", "n",
                   "2026-01-01T00:00:00.000Z"));
    postgres_do(house.session, "UPDATE case_ SET closed_at = now()");
    cr_assert_eq(house_rows(&house, store, "cases_open", NULL, 0), 0);
}

/* ---- on one screen ---- */

Test(reads, how_the_gateway_is) {
    put_payment();
    struct store_instruction doubtful = row_instruction(3, STATE_IN_DOUBT, 0);
    doubtful.after.due_at = ROW_EPOCH;
    struct store_commit commit = {.instructions = &doubtful, .instruction_count = 1};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
    struct store_claim claim;
    struct result claimed = house_claim(&house, store, "shard:0", &claim);
    cr_assert(result_is_ok(&claimed));
    assert_row("status_corridors", NULL, 0, 0, ROW("sg-th", "1", "closed", "op"));
    assert_row("status_in_doubt", NULL, 0, 0, ROW("sg-th", "outbound", "IN_DOUBT", "1"));
    cr_assert_eq(house_rows(&house, store, "status_in_doubt", NULL, 0), 1);
    assert_row("status_workers", PARAMETERS("5000"), 0, ROW("home/1"));
    const char *heartbeat = house_cell(&house, store, "status_workers", PARAMETERS("5000"), 0, 2);
    cr_assert(heartbeat && strtod(heartbeat, NULL) >= 0 && strtod(heartbeat, NULL) < 5, "%s", heartbeat);
    assert_row("status_leases", NULL, 0, 0, ROW("shard:0", "home/1", "1"));
    char newest[16];
    snprintf(newest, sizeof newest, "%d", migrate_newest());
    assert_row("status_schema", NULL, 0, 0, ROW(newest));
}

Test(reads, whom_and_what_the_api_asks_about_people) {
    postgres_do(house.session,
                "INSERT INTO operator (name, role, certificate) VALUES ('ann', 'operator', repeat('a', 64)),"
                " ('bob', 'auditor', repeat('b', 64))");
    char certificate[65];
    memset(certificate, 'a', 64);
    certificate[64] = '\0';
    assert_row("operator_by_certificate", PARAMETERS(certificate), 0, ROW("ann", "operator"));
    postgres_do(house.session, "UPDATE operator SET active = false WHERE name = 'ann'");
    cr_assert_eq(house_rows(&house, store, "operator_by_certificate", PARAMETERS(certificate)), 0);
    assert_row("operators", NULL, 0, 0, ROW("ann", "operator", "(null)", "no", certificate));
    assert_row("participants", NULL, 0, 0,
               ROW("BOTHTHBK", "Bank of Thailand", "BOTHTHBK", "(null)", "correspondent_bank"));
    struct store_approval row = {.id = row_id(11, 1),
                                 .order = ORDER_CORRIDOR_APPLY,
                                 .corridor = "sg-th",
                                 .request = bytes_of_string("<"),
                                 .proposer = "bob",
                                 .proposed_at = ROW_EPOCH,
                                 .expires_at = ROW_EPOCH + 1,
                                 .base_version = 1,
                                 .changes = bytes_of_string("[]")};
    struct store_commit commit = {.approvals = &row, .approval_count = 1};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
    static const char id[] = "0000000b-0000-7000-8000-000000000001", at[] = "2026-01-01T00:00:00.000Z",
                      later[] = "2026-01-01T00:00:00.001Z";
    assert_row("approvals_open", NULL, 0, 0, ROW(id, "corridor.apply", "sg-th", "bob", at, later, "expired"));
    assert_row("approval_show", PARAMETERS(id), 0,
               ROW(id, "corridor.apply", "sg-th", "bob", at, later, "expired", "(null)", "(null)", "(null)",
                   "1", "[]", "3c"));
}

Test(reads, what_changed_the_state_of_payments_after_a_change) {
    put_payment();
    static const char before[] = "00000005-0000-7000-8000-000000000000",
                      first[] = "00000005-0000-7000-8000-000000000001";
    assert_row("payment_changes", PARAMETERS("10", NULL, NULL, before), 0,
               ROW(UETR, "sg-th", "outbound", "RESERVED", "SGD", "100.50", "THB", "2600.00", "(null)",
                   NOW_TEXT, first, NOW_TEXT, "NONE", "transfer.initiated", "(null)"));
    cr_assert_eq(house_rows(&house, store, "payment_changes", PARAMETERS("10", NULL, NULL, before)), 2);
    cr_assert_eq(house_rows(&house, store, "payment_changes", PARAMETERS("10", NULL, NULL, first)), 1);
    cr_assert_eq(house_rows(&house, store, "payment_changes", PARAMETERS("1", NULL, NULL, before)), 1);
    cr_assert_eq(house_rows(&house, store, "payment_changes", PARAMETERS("10", "sg-xx", NULL, before)), 0);
    cr_assert_eq(house_rows(&house, store, "payment_changes", PARAMETERS("10", "sg-th", "REJECTED", before)),
                 1);
}
