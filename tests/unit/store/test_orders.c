/* Orders: what they are judged by, what they leave, and the guards that hold when two decide at once. */

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/reasons.h"
#include "tests/unit/store/house.h"
#include "tests/unit/store/rows.h"

static struct house house;
static struct store *store;

static void add_operator(const char *name, char letter, const char *role) {
    char sql[256];
    snprintf(sql, sizeof sql,
             "INSERT INTO operator (name, role, certificate) VALUES ('%s', '%s', repeat('%c', 64))", name,
             role, letter);
    postgres_do(house.session, sql);
}

static void set_up(void) {
    house_open(&house);
    store = house_store(&house, "home/1");
    add_operator("ann", 'a', "operator");
    add_operator("bob", 'b', "operator");
}

static void tear_down(void) {
    store_close(store);
    house_close(&house);
}

TestSuite(orders, .init = set_up, .fini = tear_down);

static void apply_corridor(void) {
    struct store_corridor corridor = row_corridor();
    struct row_posting posting;
    row_post(&posting, 1, POSTING_DIRECT, ACCOUNT_FOREIGN_PREFUND, ACCOUNT_FUNDING, "THB", 500);
    struct store_commit commit = {.corridors = &corridor,
                                  .corridor_count = 1,
                                  .transfers = &posting.transfer,
                                  .transfer_count = 1,
                                  .deltas = posting.deltas,
                                  .delta_count = 2};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
}

static struct store_command command_of(uint32_t number, const char *operator, int verdict) {
    struct store_command row = {.id = row_id(10, number),
                                .order = ORDER_FX_POST,
                                .verdict = verdict,
                                .answer = bytes_of_string("{}"),
                                .at = ROW_EPOCH,
                                .record = bytes_of_string("asked.order=fx.post\n")};
    text_set(row.operator, sizeof row.operator, operator);
    return row;
}

static struct store_approval approval_of(uint32_t number, const char *proposer) {
    struct store_approval row = {.id = row_id(11, number),
                                 .order = ORDER_CORRIDOR_APPLY,
                                 .corridor = "sg-th",
                                 .request = bytes_of_string("name: sg-th\n"),
                                 .proposed_at = ROW_EPOCH,
                                 .expires_at = ROW_EPOCH + APPROVAL_VALIDITY,
                                 .base_version = 1,
                                 .changes = bytes_of_string("[]")};
    text_set(row.proposer, sizeof row.proposer, proposer);
    memset(row.proposer_certificate, proposer[0], 64);
    return row;
}

static struct store_approval_end end_of(uint32_t number, int state, const char *by) {
    struct store_approval_end row = {.approval = row_id(11, number), .state = state, .at = ROW_EPOCH + 1};
    text_set(row.decided_by, sizeof row.decided_by, by);
    return row;
}

static enum store_outcome put_command(const struct store_command *row) {
    struct store_commit commit = {.commands = row, .command_count = 1};
    return house_commit(&house, store, &commit);
}

static enum store_outcome put_approval(const struct store_approval *row) {
    struct store_commit commit = {.approvals = row, .approval_count = 1};
    return house_commit(&house, store, &commit);
}

static enum store_outcome put_end(const struct store_approval_end *row) {
    struct store_commit commit = {.approval_ends = row, .approval_end_count = 1};
    return house_commit(&house, store, &commit);
}

static enum store_outcome suspend(struct store *by, const char *name) {
    struct store_suspension row;
    text_set(row.operator, sizeof row.operator, name);
    struct store_commit commit = {.suspensions = &row, .suspension_count = 1};
    return house_commit(&house, by, &commit);
}

/* ---- loading ---- */

static struct store_order_view view;
static char document[512], participants[128], answer[64];
static bool has_loaded;

static void on_load(void *context, struct result result, const struct store_loaded *loaded) {
    (void)context;
    cr_assert(result_is_ok(&result), "%s", result.detail);
    has_loaded = true;
    view = loaded->orders[0];
    snprintf(document, sizeof document, "%s", view.document.data);
    snprintf(participants, sizeof participants, "%s", view.participants);
    snprintf(answer, sizeof answer, "%s", view.before.answer.data ? view.before.answer.data : "");
}

static bool is_loaded(void *context) {
    (void)context;
    return has_loaded;
}

static void load(const struct store_order *order) {
    struct store_port port;
    struct store_load what = {.orders = order, .order_count = 1};
    store_fill_port(store, &port);
    has_loaded = false;
    port.load(port.self, &what, on_load, NULL);
    house_run_until(&house, is_loaded, NULL);
}

static struct store_order order_by(char letter) {
    struct store_order order = {0};
    memset(order.certificate, letter, sizeof order.certificate - 1);
    return order;
}

Test(orders, what_does_not_exist_is_empty) {
    struct store_order order = order_by('x');
    order.identity = row_id(3, 1);
    order.approval = row_id(11, 1);
    text_set(order.corridor, sizeof order.corridor, "sg-th");
    load(&order);
    cr_assert_str_eq(view.operator, "");
    cr_assert_not(view.is_active);
    cr_assert_not(view.before.is_known);
    cr_assert_eq(view.approval.state, APPROVAL_NONE);
    cr_assert_eq(view.corridor_version, 0);
    cr_assert_eq(view.other_role, ROLE_NONE);
    cr_assert_not(view.certificate_known);
    cr_assert_eq(view.active_operators, 2);
    cr_assert_str_eq(participants, "");
}

Test(orders, what_an_order_names_is_found) {
    apply_corridor();
    add_operator("eve", 'e', "auditor");
    struct store_order order = order_by('a');
    text_set(order.corridor, sizeof order.corridor, "sg-th");
    order.account = (struct account_reference){ACCOUNT_FOREIGN_PREFUND, "", "THB"};
    text_set(order.operator, sizeof order.operator, "eve");
    memset(order.operator_certificate, 'b', 64);
    order.participants = "GLOBEXFX\nNOBODYFX\nMASGSGSG";
    load(&order);
    cr_assert_str_eq(view.operator, "ann");
    cr_assert_eq(view.role, ROLE_OPERATOR);
    cr_assert(view.is_active);
    cr_assert_eq(view.corridor_version, 1);
    cr_assert_str_eq(document, ROW_DOCUMENT);
    cr_assert_eq(view.available, 500);
    cr_assert_eq(view.other_role, ROLE_AUDITOR);
    cr_assert(view.other_active);
    cr_assert(view.certificate_known);
    cr_assert(strstr(participants, "GLOBEXFX") && strstr(participants, "MASGSGSG"));
    cr_assert_not(strstr(participants, "NOBODYFX"));
}

Test(orders, what_was_answered_under_a_key_is_found) {
    struct store_command row = command_of(1, "ann", COMMAND_REFUSED);
    row.reason = REASON_NO_LIQUIDITY;
    text_set(row.field, sizeof row.field, "/amount");
    text_set(row.detail, sizeof row.detail, "too much");
    row.answer = bytes_of_string("");
    row.identity = row_id(3, 7);
    struct store_identity identity = row_identity(7);
    identity.instruction = row.id;
    struct store_commit commit = {
        .identities = &identity, .identity_count = 1, .commands = &row, .command_count = 1};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
    struct store_order order = order_by('a');
    order.identity = row.identity;
    load(&order);
    cr_assert(view.before.is_known);
    cr_assert_arr_eq(view.before.content_hash, identity.content_hash, 32);
    cr_assert_eq(view.before.verdict, COMMAND_REFUSED);
    cr_assert_eq(view.before.reason, REASON_NO_LIQUIDITY);
    cr_assert_str_eq(view.before.field, "/amount");
    cr_assert_str_eq(view.before.detail, "too much");
    assert_outcome(&house, store, &commit, STORE_CONFLICT);
}

Test(orders, an_approval_is_found_as_it_was_proposed) {
    struct store_approval row = approval_of(1, "ann");
    cr_assert_eq(put_approval(&row), STORE_COMMITTED);
    struct store_order order = order_by('b');
    order.approval = row.id;
    load(&order);
    cr_assert_eq(view.approval.order, ORDER_CORRIDOR_APPLY);
    cr_assert_eq(view.approval.state, APPROVAL_OPEN);
    cr_assert_str_eq(view.approval.proposer, "ann");
    cr_assert_str_eq(view.approval.proposer_certificate, row.proposer_certificate);
    cr_assert_eq(view.approval.base_version, 1);
    cr_assert_eq(view.approval.expires_at, row.expires_at);
}

/* ---- guards ---- */

Test(orders, who_is_suspended_between_decision_and_commit_has_no_effect) {
    add_operator("cat", 'c', "operator");
    struct store_command row = command_of(1, "ann", COMMAND_APPLIED);
    cr_assert_eq(put_command(&row), STORE_COMMITTED);
    cr_assert_eq(suspend(store, "ann"), STORE_COMMITTED);
    row = command_of(2, "ann", COMMAND_APPLIED);
    cr_assert_eq(put_command(&row), STORE_CONFLICT);
    row.verdict = COMMAND_PROPOSED;
    cr_assert_eq(put_command(&row), STORE_CONFLICT);
    row.verdict = COMMAND_REFUSED;
    cr_assert_eq(put_command(&row), STORE_COMMITTED, "that it was refused is kept");
    struct store_order order = order_by('a');
    load(&order);
    cr_assert_str_eq(view.operator, "ann");
    cr_assert_not(view.is_active);
    cr_assert_eq(view.active_operators, 2);
}

Test(orders, the_last_two_are_not_suspended_whoever_does_it) {
    cr_assert_eq(suspend(store, "ann"), STORE_CONFLICT);
    cr_assert_eq(suspend(store, "nobody"), STORE_CONFLICT);
    add_operator("cat", 'c', "operator");
    struct store *rival = house_store(&house, "home/2");
    cr_assert_eq(suspend(rival, "ann"), STORE_COMMITTED);
    cr_assert_eq(suspend(store, "bob"), STORE_CONFLICT);
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM operator WHERE active"), 2);
    store_close(rival);
}

/* Both have read that three are active. */
Test(orders, two_that_suspend_at_once_leave_two) {
    add_operator("cat", 'c', "operator");
    struct store *rival = house_store(&house, "home/2");
    struct store_suspension rows[2];
    text_set(rows[0].operator, OPERATOR_SIZE, "ann");
    text_set(rows[1].operator, OPERATOR_SIZE, "bob");
    struct store_commit commits[] = {{.suspensions = &rows[0], .suspension_count = 1},
                                     {.suspensions = &rows[1], .suspension_count = 1}};
    struct told told[2] = {{0}};
    house_start_commit(store, &commits[0], &told[0]);
    house_start_commit(rival, &commits[1], &told[1]);
    house_await(&house, &told[0], 1);
    house_await(&house, &told[1], 1);
    cr_assert_eq((told[0].outcomes[0] == STORE_COMMITTED) + (told[1].outcomes[0] == STORE_COMMITTED), 1);
    cr_assert_eq((told[0].outcomes[0] == STORE_CONFLICT) + (told[1].outcomes[0] == STORE_CONFLICT), 1);
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM operator WHERE active"), 2);
    store_close(rival);
}

Test(orders, an_approval_is_decided_once) {
    struct store_approval row = approval_of(1, "ann");
    struct store_approval_end approved = end_of(1, APPROVAL_APPROVED, "bob"),
                              refused = end_of(1, APPROVAL_REFUSED, "bob");
    cr_assert_eq(put_end(&approved), STORE_CONFLICT, "there is none");
    cr_assert_eq(put_approval(&row), STORE_COMMITTED);
    cr_assert_eq(put_end(&approved), STORE_COMMITTED);
    cr_assert_eq(put_end(&approved), STORE_CONFLICT);
    cr_assert_eq(put_end(&refused), STORE_CONFLICT);
    cr_assert_eq(
        house_number(&house, "SELECT count(*) FROM approval WHERE state = 'approved' AND decided_by = 'bob'"),
        1);
}

Test(orders, the_database_itself_wants_four_eyes) {
    struct store_approval row = approval_of(1, "ann");
    struct store_approval_end own = end_of(1, APPROVAL_APPROVED, "ann");
    cr_assert_eq(put_approval(&row), STORE_COMMITTED);
    cr_assert_eq(put_end(&own), STORE_BAD_ROW);
    own.state = APPROVAL_REFUSED;
    cr_assert_eq(put_end(&own), STORE_COMMITTED, "what one proposed one may take back");
}

Test(orders, what_is_approved_takes_effect_with_the_approvals_end_or_not_at_all) {
    struct store_approval row = approval_of(1, "ann");
    cr_assert_eq(put_approval(&row), STORE_COMMITTED);
    struct store_corridor corridor = row_corridor();
    struct store_approval_end end = end_of(1, APPROVAL_APPROVED, "bob");
    struct store_command command = command_of(1, "nobody", COMMAND_APPLIED);
    struct store_commit commit = {.corridors = &corridor,
                                  .corridor_count = 1,
                                  .approval_ends = &end,
                                  .approval_end_count = 1,
                                  .commands = &command,
                                  .command_count = 1};
    assert_outcome(&house, store, &commit, STORE_CONFLICT);
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM corridor_version"), 0);
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM approval WHERE state = 'open'"), 1);
    text_set(command.operator, sizeof command.operator, "bob");
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM corridor_version"), 1);
}

Test(orders, an_operator_is_added_once) {
    struct store_operator row = {.name = "cat", .role = ROLE_MONITORING, .at = ROW_EPOCH};
    memset(row.certificate, 'c', 64);
    struct store_commit commit = {.operators = &row, .operator_count = 1};
    assert_outcome(&house, store, &commit, STORE_COMMITTED);
    assert_outcome(&house, store, &commit, STORE_CONFLICT);
    cr_assert_eq(
        house_number(&house,
                     "SELECT count(*) FROM operator WHERE name = 'cat' AND role = 'monitoring' AND active"
                     " AND participant IS NULL"),
        1);
    text_set(row.name, sizeof row.name, "dan");
    memset(row.certificate, 'd', 64);
    text_set(row.participant, sizeof row.participant, "NOBODY");
    assert_outcome(&house, store, &commit, STORE_BAD_ROW);
}

Test(orders, whom_rules_speak_of_is_enrolled_with_them) {
    apply_corridor();
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM participant"), 4);
    cr_assert_eq(
        house_number(&house, "SELECT count(*) FROM account WHERE participant = 'GLOBEXFX' AND role = 'FX'"),
        2);
    cr_assert_eq(
        house_number(&house,
                     "SELECT count(*) FROM account WHERE participant = 'BOTHTHBK' AND role = 'PEER_PREFUND'"),
        1);
    cr_assert_eq(house_number(&house, "SELECT count(*) FROM account WHERE participant = 'MASGSGSG'"), 5);
}
