/* "Replaying every transition through decide must give the same decisions": what the store keeps is enough
 * for it, and whatever is changed afterwards is found. */

#include <criterion/criterion.h>
#include <string.h>

#include "base/text.h"
#include "core/ledger.h"
#include "core/reasons.h"
#include "host/digest.h"
#include "proof/proof.h"
#include "tests/support/replay/replay.h"
#include "tests/unit/store/house.h"
#include "tests/unit/store/rows.h"

static struct house house;
static struct store *store;
static struct corridor rules;
static struct instruction instruction; /* of the one payment, as it stands */
static uint32_t number;                /* of the newest row */

static void apply_rules(void) {
    static struct store_corridor corridor;
    static struct buffer document;
    rules = (struct corridor){.open = true};
    text_set(rules.name, sizeof rules.name, "sg-th");
    text_set(rules.home.bic, BIC_SIZE, "MASGSGSG");
    text_set(rules.home.currency, CURRENCY_SIZE, "SGD");
    text_set(rules.peer.bic, BIC_SIZE, "BOTHTHBK");
    text_set(rules.peer.currency, CURRENCY_SIZE, "THB");
    text_set(rules.fx.providers[0], REFERENCE_SIZE, "GLOBEXFX");
    text_set(rules.fx.providers[1], REFERENCE_SIZE, "MERLIONFX");
    rules.limits.maximum = 1000000;
    rules.timing.queue_age = rules.timing.answer = 60000;
    buffer_init(&document, 1 << 16);
    record_write(&corridor_record, "corridor", &rules, &document);
    corridor = row_corridor();
    corridor.document = buffer_bytes(&document);
    digest_sha256(document.data, document.length, corridor.hash);
    struct store_commit apply = {.corridors = &corridor, .corridor_count = 1};
    assert_outcome(&house, store, &apply, STORE_COMMITTED);
    rules.version = 1;
    buffer_wipe(&document);
}

static void fund(void) {
    struct row_posting posting;
    row_post(&posting, ++number, POSTING_DIRECT, ACCOUNT_FOREIGN_PREFUND, ACCOUNT_FUNDING, "THB", 1000000);
    struct store_commit commit = {
        .transfers = &posting.transfer, .transfer_count = 1, .deltas = posting.deltas, .delta_count = 2};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
}

/* ---- a gateway in small: decide, then commit what it leaves behind ---- */

static struct store_transition transition_of(const struct decision *decision, const struct event *event,
                                             const struct seen *seen, struct buffer *record) {
    record_write(&event_record, "event", event, record);
    record_write(&seen_record, "seen", seen, record);
    struct store_transition row = {.id = row_id(5, ++number),
                                   .instruction = decision->after.id,
                                   .version = decision->after.version,
                                   .from = instruction.state,
                                   .to = decision->after.state,
                                   .event = event->type,
                                   .verdict = decision->verdict,
                                   .reason = decision->reason,
                                   .corridor_version = 1,
                                   .at = seen->now,
                                   .record = buffer_bytes(record)};
    memset(row.salt, (int)number, sizeof row.salt);
    proof_leaf(record->data, record->length, row.salt, row.leaf);
    return row;
}

static void post(const struct decision *decision, struct store_transfer transfers[2],
                 struct store_delta deltas[4]) {
    for (size_t i = 0; i < decision->posting_count; i++) {
        transfers[i] = (struct store_transfer){.id = row_id(8, ++number),
                                               .instruction = decision->after.id,
                                               .corridor = "sg-th",
                                               .posting = decision->postings[i],
                                               .at = ROW_EPOCH};
        struct ledger_change changes[2];
        ledger_apply(&decision->postings[i], changes);
        for (size_t j = 0; j < 2; j++)
            deltas[2 * i + j] = (struct store_delta){.corridor = "sg-th",
                                                     .account = changes[j].account,
                                                     .debits_pending = changes[j].debits_pending,
                                                     .debits_posted = changes[j].debits_posted,
                                                     .credits_pending = changes[j].credits_pending,
                                                     .credits_posted = changes[j].credits_posted};
    }
}

static void happen(const struct event *event, const struct seen *seen) {
    struct decision decision;
    struct buffer record;
    struct store_transfer transfers[2];
    struct store_delta deltas[4];
    buffer_init(&record, 1 << 16);
    decide(&instruction, event, &rules, seen, &decision);
    struct store_transition transition = transition_of(&decision, event, seen, &record);
    struct store_instruction row = {decision.after, instruction.version};
    post(&decision, transfers, deltas);
    struct store_commit commit = {.transitions = &transition,
                                  .transition_count = 1,
                                  .instructions = &row,
                                  .instruction_count = decision.verdict == VERDICT_APPLIED,
                                  .transfers = transfers,
                                  .transfer_count = decision.posting_count,
                                  .deltas = deltas,
                                  .delta_count = 2 * decision.posting_count};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
    if (decision.verdict == VERDICT_APPLIED)
        instruction = decision.after;
    buffer_wipe(&record);
}

static void fill_payment(struct payment *payment) {
    text_set(payment->debtor.name, NAME_SIZE, "Tan Wei Ming");
    text_set(payment->debtor.street, sizeof payment->debtor.street, "Orchard Road");
    text_set(payment->debtor.town, sizeof payment->debtor.town, "Singapore");
    text_set(payment->debtor.country, COUNTRY_SIZE, "SG");
    text_set(payment->debtor_account, ACCOUNT_SIZE, "SG-1");
    text_set(payment->debtor_agent, BIC_SIZE, "DBSSSGSG");
    text_set(payment->creditor.name, NAME_SIZE, "Somchai Jaidee");
    text_set(payment->creditor.town, sizeof payment->creditor.town, "Bangkok");
    text_set(payment->creditor.country, COUNTRY_SIZE, "TH");
    text_set(payment->creditor_account, ACCOUNT_SIZE, "TH-1");
    text_set(payment->creditor_agent, BIC_SIZE, "BKKBTHBK");
    text_set(payment->source_currency, CURRENCY_SIZE, "SGD");
    payment->source_amount = 10000;
    text_set(payment->target_currency, CURRENCY_SIZE, "THB");
}

static void settle_a_payment(void) {
    struct event event = {.type = EVENT_TRANSFER_INITIATED, .lock_amount = 10000};
    struct seen seen = {
        .now = ROW_EPOCH, .new_instruction = row_id(1, 1), .headroom = 1000000, .peer_open = true};
    text_set(event.key.corridor, CORRIDOR_SIZE, "sg-th");
    event.key.uetr = row_id(2, 1);
    fill_payment(&event.payment);
    text_set(seen.best_rate.provider, REFERENCE_SIZE, "GLOBEXFX");
    seen.best_rate.rate = (struct decimal){258125, 4};
    text_set(seen.message_id, REFERENCE_SIZE, "M1");
    instruction = (struct instruction){.key = event.key};
    happen(&event, &seen);
    happen(&event, &seen); /* again: REPEATED */
    event.type = EVENT_DISPATCH;
    happen(&event, &seen);
    event.type = EVENT_CANCEL_REQUESTED;
    happen(&event, &seen); /* too late: REFUSED */
    event.type = EVENT_PEER_STATUS;
    event.status = STATUS_ACCC;
    text_set(event.original_message_id, REFERENCE_SIZE, "M1");
    happen(&event, &seen);
    cr_assert_eq(instruction.state, STATE_SETTLED);
}

static void set_up(void) {
    house_open(&house);
    store = house_store(&house, "home/1");
    number = 0;
    apply_rules();
    fund();
    settle_a_payment();
}

static void tear_down(void) {
    store_close(store);
    house_close(&house);
}

TestSuite(replays, .init = set_up, .fini = tear_down);

/* As the auditor, who may only read. */
static enum replay_end replay(struct replay_counts *counts, struct buffer *report) {
    postgres_do(house.session, "SET ROLE pontis_auditor");
    enum replay_end end = replay_run(house.session, counts, report);
    postgres_do(house.session, "RESET ROLE");
    return end;
}

static void expect_difference(const char *change, const char *report_wanted) {
    struct replay_counts counts;
    struct buffer report;
    buffer_init(&report, 1 << 16);
    postgres_do(house.session, "BEGIN; SET LOCAL session_replication_role = 'replica'");
    postgres_do(house.session, change);
    postgres_do(house.session, "COMMIT");
    cr_expect_eq(replay(&counts, &report), REPLAY_DIFFERENT, "%s", change);
    cr_expect(report.data && strstr(report.data, report_wanted), "%s: %s, not %s", change, report.data,
              report_wanted);
    buffer_wipe(&report);
}

Test(replays, what_was_decided_is_decided_the_same_again) {
    struct replay_counts counts;
    struct buffer report;
    buffer_init(&report, 1 << 16);
    cr_assert_eq(replay(&counts, &report), REPLAY_SAME, "%s", report.data);
    cr_assert_eq(counts.instructions, 1);
    cr_assert_eq(counts.transitions, 5);
    cr_assert_eq(counts.transfers, 4);
    buffer_wipe(&report);
}

Test(replays, a_verdict_that_was_changed) {
    expect_difference("UPDATE transition SET verdict = 'recorded' WHERE verdict = 'refused'",
                      "verdict: stored recorded, decided refused");
}

Test(replays, a_reason_that_was_changed) {
    expect_difference("UPDATE transition SET reason = 'event.illegal' WHERE verdict = 'refused'",
                      "reason: stored event.illegal, decided cancel.too_late");
}

Test(replays, a_state_that_was_changed) {
    expect_difference("UPDATE transition SET to_state = 'BLOCKED' WHERE to_state = 'SETTLED'",
                      "to: stored BLOCKED, decided SETTLED");
}

Test(replays, a_record_that_was_changed_no_longer_fits_its_leaf) {
    expect_difference("UPDATE transition SET record = replace(record, 'Tan Wei Ming', 'Tan Wei Hock') "
                      "WHERE from_state = 'NONE'",
                      "leaf: stored");
}

Test(replays, what_was_seen_otherwise_is_decided_otherwise) {
    expect_difference("UPDATE transition SET record = replace(record, 'seen.headroom=1000000', "
                      "'seen.headroom=1') WHERE from_state = 'NONE'",
                      "reason: stored none, decided liquidity.short");
}

Test(replays, a_posting_that_was_changed) {
    expect_difference("UPDATE transfer SET amount = amount + 1 WHERE phase = 'post' AND currency = 'SGD'",
                      "stored post sg-th DOMESTIC: -> FX:GLOBEXFX SGD 10001");
}

Test(replays, a_posting_nobody_decided) {
    expect_difference("INSERT INTO transfer SELECT gen_random_uuid(), instruction, phase, debit, credit, "
                      "currency, amount, at FROM transfer WHERE phase = 'post' AND currency = 'SGD'",
                      "ledger: posting: stored post sg-th DOMESTIC");
}

Test(replays, a_posting_of_an_instruction_nobody_decided) {
    expect_difference("INSERT INTO transfer SELECT gen_random_uuid(), gen_random_uuid(), phase, debit, "
                      "credit, currency, amount, at FROM transfer WHERE phase = 'post' AND currency = 'SGD'",
                      "5 transfers stored");
}

Test(replays, an_instruction_that_stands_otherwise) {
    expect_difference("UPDATE instruction SET content = replace(content, 'Somchai', 'Somsak')",
                      "content: stored instruction.payment.creditor.name");
}

Test(replays, a_transition_that_is_gone) {
    expect_difference("DELETE FROM transition WHERE to_state = 'SENT' AND verdict = 'applied'",
                      "from: stored SENT");
}

Test(replays, rules_that_were_changed) {
    expect_difference("UPDATE corridor_version SET document = convert_to(replace(convert_from(document, "
                      "'UTF8'), '1000000', '9000000'), 'UTF8')",
                      "not the one that was hashed");
}

/* ---- orders ---- */

/* Ann, who is no operator any more, posts a rate. */
static void refuse_an_order(void) {
    struct command_asked asked = {.order = ORDER_FX_POST};
    struct command_seen seen = {.now = ROW_EPOCH, .operator= "ann", .role = ROLE_OPERATOR};
    struct buffer record;
    buffer_init(&record, 1 << 16);
    record_write(&command_asked_record, "asked", &asked, &record);
    record_write(&command_seen_record, "seen", &seen, &record);
    postgres_do(house.session, "INSERT INTO operator (name, role, certificate, active) VALUES ('ann', "
                               "'operator', repeat('a', 64), false)");
    struct store_command row = {.id = row_id(10, 1),
                                .order = asked.order,
                                .operator= "ann",
                                .verdict = COMMAND_REFUSED,
                                .reason = REASON_NOT_ALLOWED,
                                .answer = bytes_of_string(""),
                                .at = ROW_EPOCH,
                                .record = buffer_bytes(&record)};
    memset(row.salt, 7, sizeof row.salt);
    proof_leaf(record.data, record.length, row.salt, row.leaf);
    struct store_commit commit = {.commands = &row, .command_count = 1};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
    buffer_wipe(&record);
}

Test(replays, orders_are_judged_the_same_again_and_changes_are_found) {
    struct replay_counts counts;
    struct buffer report;
    buffer_init(&report, 1 << 16);
    refuse_an_order();
    cr_assert_eq(replay(&counts, &report), REPLAY_SAME, "%s", report.data);
    cr_assert_eq(counts.commands, 1);
    buffer_wipe(&report);
    expect_difference("UPDATE pontis.command SET verdict = 'applied'",
                      "verdict: stored applied, decided refused");
    postgres_do(house.session, "UPDATE pontis.command SET verdict = 'refused'");
    expect_difference("UPDATE pontis.command SET reason = 'none'",
                      "reason: stored none, decided request.not_allowed");
    postgres_do(house.session, "UPDATE pontis.command SET reason = 'request.not_allowed'");
    expect_difference("UPDATE pontis.command SET record = replace(record, 'ann', 'bob')", "leaf: ");
    expect_difference("UPDATE pontis.command SET record = 'seen.nonsense=1\n'", "cannot be read");
}
