/* Orders: read member by member, committed once, answered after the commit. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "core/reasons.h"
#include "tests/unit/api/desk.h"

static struct desk desk;

static void set_up(void) {
    desk_open(&desk);
}

static void tear_down(void) {
    desk_close(&desk);
}

TestSuite(orders, .init = set_up, .fini = tear_down);

static const struct desk_answer *order(const char *name, const char *body) {
    char path[64];
    snprintf(path, sizeof path, "/v1/commands/%s", name);
    return desk_ask(&desk, "POST", path, "", body);
}

/* That it was refused is all that is committed. */
static void expect_refused(const char *name, const char *body, int status, const char *rule,
                           const char *pointer) {
    desk.transfer = (struct store_transfer){0};
    desk.command = (struct store_command){0};
    const struct desk_answer *answer = order(name, body);
    cr_expect_eq(answer->status, status, "%s %s: %s", name, body, answer->body);
    cr_expect_str_eq(answer->type, "application/problem+json");
    cr_expect_str_eq(desk_member(&desk, "rule"), rule, "%s: %s", body, answer->body);
    cr_expect_str_eq(desk_member(&desk, "pointer"), pointer, "%s: %s", body, answer->body);
    cr_expect_eq(desk.command.verdict, COMMAND_REFUSED, "%s", body);
    cr_expect_str_eq(reason_row(desk.command.reason)->rule, rule);
    cr_expect_str_eq(desk.command.operator, "ann");
    cr_expect(uuid_equal(&desk.command.id, &desk.input.id));
    cr_expect_str_eq(desk.input.disposition, "refused");
    cr_expect(desk.transfer.posting.amount == 0 && !desk.rate.corridor[0] && !desk.quote.corridor[0], "%s",
              body);
}

/* A good order with `old` replaced by `new` is refused. */
static void expect_change_refused(const char *name, const char *good, const char *old, const char *new,
                                  int status, const char *rule, const char *pointer) {
    char body[1024];
    const char *at = strstr(good, old);
    cr_assert(at, "%s", old);
    snprintf(body, sizeof body, "%.*s%s%s", (int)(at - good), good, new, at + strlen(old));
    expect_refused(name, body, status, rule, pointer);
}

/* ---- any order ---- */

static const char rate[] = "{\"corridor\":\"sg-th\",\"provider\":\"GLOBEXFX\",\"rate\":\"25.8125\"}";
static const char quote[] =
    "{\"corridor\":\"sg-th\",\"provider\":\"GLOBEXFX\",\"fixed_side\":\"source\",\"amount\":\"100.00\"}";
static const char fund[] =
    "{\"corridor\":\"sg-th\",\"account\":\"FOREIGN_PREFUND\",\"amount\":\"5000000.00\"}";

static const struct {
    const char *name;
    const char *good;
} json_orders[] = {{"fx.post", rate}, {"fx.quote", quote}, {"liquidity.fund", fund}};

enum { JSON_ORDERS = sizeof json_orders / sizeof *json_orders };

Test(orders, a_body_that_is_no_json_object_is_refused) {
    static const char *const bodies[] = {"", "{", "null", "[]", "\"x\"", "1", "{\"corridor\":}", "{} {}"};
    for (size_t i = 0; i < JSON_ORDERS; i++)
        for (size_t j = 0; j < sizeof bodies / sizeof *bodies; j++)
            expect_refused(json_orders[i].name, bodies[j], 400, "request.malformed", "");
    expect_refused("fx.post", "{\"corridor\":\n \"sg-th\",\n oops}", 400, "request.malformed", "");
    cr_expect(strstr(desk_member(&desk, "detail"), "line 3"), "%s", desk.answer.body);
}

Test(orders, a_member_that_no_order_has_is_refused_and_the_nearest_is_named) {
    for (size_t i = 0; i < JSON_ORDERS; i++)
        expect_change_refused(json_orders[i].name, json_orders[i].good, "\"}", "\",\"memo\":\"x\"}", 400,
                              "request.malformed", "/memo");
    expect_change_refused("fx.post", rate, "\"provider\"", "\"providor\"", 400, "request.malformed",
                          "/providor");
    cr_expect(strstr(desk_member(&desk, "detail"), "provider"), "%s", desk.answer.body);
    expect_change_refused("fx.quote", quote, "\"}", "\",\"a/b~c\":\"x\"}", 400, "request.malformed",
                          "/a~1b~0c");
}

Test(orders, a_member_is_there_once_and_is_a_string) {
    static const char *const values[] = {"1", "null", "true", "{}", "[\"sg-th\"]", "1.5"};
    for (size_t i = 0; i < JSON_ORDERS; i++) {
        expect_change_refused(json_orders[i].name, json_orders[i].good, "\"corridor\":\"sg-th\",", "", 400,
                              "request.malformed", "/corridor");
        for (size_t j = 0; j < sizeof values / sizeof *values; j++)
            expect_change_refused(json_orders[i].name, json_orders[i].good, "\"sg-th\"", values[j], 400,
                                  "request.malformed", "/corridor");
        expect_change_refused(json_orders[i].name, json_orders[i].good, "\"sg-th\"", "\"\"", 400,
                              "request.malformed", "/corridor");
        expect_change_refused(json_orders[i].name, json_orders[i].good, "sg-th",
                              "sg-th-sg-th-sg-th-sg-th-sg-th-sg-th-", 400, "request.malformed", "/corridor");
        expect_change_refused(json_orders[i].name, json_orders[i].good, "{", "{\"corridor\":\"sg-th\",", 400,
                              "request.malformed", "");
        expect_change_refused(json_orders[i].name, json_orders[i].good, "sg-th", "sg-\\u0000th", 400,
                              "request.malformed", "");
    }
    expect_change_refused("fx.quote", quote, "\"100.00\"", "100.00", 400, "request.malformed", "/amount");
}

Test(orders, an_unknown_corridor_or_provider_is_refused) {
    for (size_t i = 0; i < JSON_ORDERS; i++)
        expect_change_refused(json_orders[i].name, json_orders[i].good, "sg-th", "sg-xx", 422,
                              "corridor.unknown", "/corridor");
    expect_change_refused("fx.post", rate, "GLOBEXFX", "NOBODYFX", 422, "fx.provider", "/provider");
    expect_change_refused("fx.quote", quote, "GLOBEXFX", "NOBODYFX", 422, "fx.provider", "/provider");
}

/* ---- rates ---- */

Test(orders, a_rate_is_committed_with_its_operator) {
    const struct desk_answer *answer = order("fx.post", rate);
    cr_expect_eq(answer->status, 200, "%s", answer->body);
    cr_expect_str_eq(answer->body, rate, "the answer says what is in force");
    cr_expect_eq(desk.commits, 1);
    cr_expect_str_eq(desk.rate.operator, "ann");
    cr_expect_eq(desk.rate.offer.rate.mantissa, 258125);
    cr_expect_eq(desk.rate.offer.rate.scale, 4);
    cr_expect_str_eq(desk.rate.source_currency, "SGD");
    cr_expect_str_eq(desk.rate.target_currency, "THB");
    cr_expect_str_eq(desk.input.door, "command");
    cr_expect_str_eq(desk.input.disposition, "applied");
}

Test(orders, a_rate_that_no_message_could_carry_is_refused) {
    static const char *const bad[] = {"0",
                                      "0.000",
                                      "-1",
                                      "1e3",
                                      ".5",
                                      "5.",
                                      "1,5",
                                      "25.81250000001",
                                      "123456789012",
                                      "12.1234567891",
                                      "99999999999999999999",
                                      " 1",
                                      "1 "};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        expect_change_refused("fx.post", rate, "25.8125", bad[i], 400, "request.malformed", "/rate");
    static const char *const good[] = {"12345678901", "0.0000000001", "1.2345678901", "25.8125000000",
                                       "0025.8"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        char body[256];
        snprintf(body, sizeof body, "{\"corridor\":\"sg-th\",\"provider\":\"GLOBEXFX\",\"rate\":\"%s\"}",
                 good[i]);
        cr_expect_eq(order("fx.post", body)->status, 200, "%s: %s", good[i], desk.answer.body);
    }
}

/* ---- quotes ---- */

static void put_rate(void) {
    static const char *const cells[] = {"258125", "4"};
    desk_rows(&desk, "rate_current", 2, 1, cells);
}

Test(orders, a_quote_fixes_either_side) {
    put_rate();
    const struct desk_answer *answer = order("fx.quote", quote);
    cr_expect_eq(answer->status, 200, "%s", answer->body);
    cr_expect_str_eq(desk_member(&desk, "source_amount"), "100.00");
    cr_expect_str_eq(desk_member(&desk, "target_amount"), "2581.25");
    cr_expect_str_eq(desk_member(&desk, "rate"), "25.8125");
    cr_expect_str_eq(desk_member(&desk, "expires_at"), "2027-01-15T08:10:00.000Z");
    cr_expect_eq(desk.quote.fixed_side, FIXED_SOURCE);
    cr_expect_str_eq(desk.asked[0], "sg-th");
    cr_expect_str_eq(desk.asked[1], "GLOBEXFX");
    order("fx.quote",
          "{\"corridor\":\"sg-th\",\"provider\":\"GLOBEXFX\",\"fixed_side\":\"target\",\"amount\":"
          "\"2581.25\"}");
    cr_expect_str_eq(desk_member(&desk, "source_amount"), "100.00", "%s", desk.answer.body);
    cr_expect_eq(desk.quote.fixed_side, FIXED_TARGET);
    cr_expect_eq(desk.quote.source_amount, 10000);
    cr_expect_eq(desk.commits, 2);
}

Test(orders, a_side_that_is_neither_is_refused_and_not_taken_for_the_source) {
    put_rate();
    static const char *const sides[] = {"\"both\"",         "\"SOURCE\"", "\"targ\"",
                                        "\"sourcesource\"", "\"\"",       "null"};
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
        expect_change_refused("fx.quote", quote, "\"source\"", sides[i], 400, "request.malformed",
                              "/fixed_side");
}

Test(orders, an_amount_is_a_decimal_of_its_currency_above_zero) {
    put_rate();
    static const char *const bad[] = {"100.001", "1e2", "-1",   ".5",
                                      "1,00",    "x",   "100.", "99999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        expect_change_refused("fx.quote", quote, "100.00", bad[i], 422, "amount.format", "/amount");
    expect_change_refused("fx.quote", quote, "100.00", "0.00", 422, "amount.zero", "/amount");
    expect_change_refused("fx.quote", quote, "\"100.00\"", "\"\"", 400, "request.malformed", "/amount");
    expect_change_refused("fx.quote", quote, "100.00", "92233720368547758.07", 422, "amount.too_large", "");
}

Test(orders, a_provider_without_a_rate_makes_no_quote) {
    expect_refused("fx.quote", quote, 422, "fx.no_rate", "/provider");
    size_t commits = desk.commits;
    desk.read_result = result_retry("database: gone");
    cr_expect_eq(order("fx.quote", quote)->status, 503);
    cr_expect_eq(desk.commits, commits, "it has not even begun");
}

/* ---- liquidity ---- */

static void expect_posting(const char *account, const char *amount, int debit, int credit,
                           const char *currency, int64_t minor) {
    char body[256];
    snprintf(body, sizeof body, "{\"corridor\":\"sg-th\",\"account\":\"%s\",\"amount\":\"%s\"}", account,
             amount);
    cr_expect_eq(order("liquidity.fund", body)->status, 200, "%s", desk.answer.body);
    const struct posting *posting = &desk.transfer.posting;
    cr_expect_eq(posting->phase, POSTING_DIRECT);
    cr_expect_eq(posting->debit.role, debit, "%s", account);
    cr_expect_eq(posting->credit.role, credit, "%s", account);
    cr_expect_str_eq(posting->debit.currency, currency);
    cr_expect_str_eq(posting->credit.currency, currency);
    cr_expect_eq(posting->amount, minor);
}

Test(orders, money_comes_from_funding) {
    expect_posting("FOREIGN_PREFUND", "5000000.00", ACCOUNT_FOREIGN_PREFUND, ACCOUNT_FUNDING, "THB",
                   500000000);
    expect_posting("PEER_PREFUND", "1", ACCOUNT_FUNDING, ACCOUNT_PEER_PREFUND, "SGD", 100);
    expect_posting("FX:MERLIONFX:SGD", "0.01", ACCOUNT_FUNDING, ACCOUNT_FX, "SGD", 1);
    cr_expect_str_eq(desk.transfer.posting.credit.owner, "MERLIONFX");
    expect_posting("FX:GLOBEXFX:THB", "2.5", ACCOUNT_FUNDING, ACCOUNT_FX, "THB", 250);
}

Test(orders, an_account_that_does_not_exist_is_refused) {
    static const char *const bad[] = {"DOMESTIC",         "FUNDING",
                                      "foreign_prefund",  "FX",
                                      "FX:GLOBEXFX",      "FX:",
                                      "FX::SGD",          "FX:GLOBEXFX:",
                                      "FX:GLOBEXFX:SGDX", "FX:GLOBEXFX:SGD:THB",
                                      "FX:GLOBEXFX:sgd",  "X:GLOBEXFX:SGD",
                                      "FOREIGN_PREFUND ", "FX:GLOBEXFX-GLOBEXFX-GLOBEXFX-GLOBEXFX-:SGD"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        expect_change_refused("liquidity.fund", fund, "FOREIGN_PREFUND", bad[i], 400, "request.malformed",
                              "/account");
    expect_change_refused("liquidity.fund", fund, "FOREIGN_PREFUND", "FX:NOBODYFX:SGD", 422, "fx.provider",
                          "/account");
    expect_change_refused("liquidity.fund", fund, "FOREIGN_PREFUND", "FX:GLOBEXFX:JPY", 422,
                          "currency.unknown", "/account");
}

Test(orders, a_sum_that_could_not_be_added_up_is_refused) {
    expect_change_refused("liquidity.fund", fund, "5000000.00", "92233720368547758.07", 422,
                          "amount.too_large", "/amount");
    expect_change_refused("liquidity.fund", fund, "5000000.00", "0", 422, "amount.zero", "/amount");
}

Test(orders, an_order_that_the_database_refuses_is_kept_and_answered) {
    desk.outcomes[0] = STORE_BAD_ROW;
    const struct desk_answer *answer = order("liquidity.fund", fund);
    cr_expect_eq(answer->status, 422, "%s", answer->body);
    cr_expect_str_eq(desk_member(&desk, "rule"), "order.refused");
    cr_expect_eq(desk.commits, 2);
    cr_expect_eq(desk.transfer.posting.amount, 0, "nothing was posted");
    cr_expect_str_eq(desk.input.disposition, "refused");
    cr_expect_str_eq(desk.input.source, "ann");
}

Test(orders, an_order_that_met_contention_is_decided_again) {
    desk.outcomes[0] = STORE_CONFLICT;
    desk.outcomes[1] = STORE_RETRY;
    cr_expect_eq(order("liquidity.fund", fund)->status, 200, "%s", desk.answer.body);
    cr_expect_eq(desk.commits, 3);
    cr_expect_eq(desk.transfer.posting.amount, 500000000);
}

/* ---- corridors ---- */

static const char *const file = desk_other_corridor;

static void expect_file_refused(const char *old, const char *new, const char *pointer, const char *detail) {
    char text[2048];
    const char *at = strstr(file, old);
    cr_assert(at, "%s", old);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - file), file, new, at + strlen(old));
    expect_refused("corridor.apply", text, 422, "corridor.file", pointer);
    cr_expect(strstr(desk_member(&desk, "detail"), detail), "wanted %s in %s", detail, desk.answer.body);
}

Test(orders, a_mistake_in_a_corridor_file_is_told_with_line_and_key) {
    expect_file_refused("open: true", "opne: true", "request:2",
                        "opne: unknown key; the nearest known one is open");
    expect_file_refused("open: true", "open: yes", "request:2", "open: true or false is expected");
    expect_file_refused("currency: MYR", "currency: XXQ", "request:4: peer.currency", "ISO 4217");
    expect_file_refused("adapter: plain", "adapter: nexus", "request:5: adapter",
                        "no dialect is called nexus");
    expect_file_refused("pay.1", "pay.2", "request:6: payment_version", "does not speak plain.pay.2");
    expect_file_refused("{providers: [GLOBEXFX],", "{providers: [GLOBEXFX, GLOBEXFX],",
                        "request:13: fx.providers", "once");
    expect_file_refused("limits: ", "limit\xc3\xa4\xff: ", "request:11", "");
    expect_refused("corridor.apply", "", 422, "corridor.file", "request:1");
    cr_expect_null(flow_link_find(&desk.flow, "sg-my"));
}

/* Accounts are kept in the currencies of the first version. */
Test(orders, a_corridor_keeps_its_currencies) {
    expect_file_refused("sg-my", "sg-th", "request:1: name", "SGD and THB for ever");
}

/* A refusal quotes the beginning of a key: the cut may fall into a character. */
Test(orders, a_quoted_text_that_is_cut_within_a_character_is_answered) {
    for (size_t letters = 0; letters < 3; letters++) {
        struct buffer key;
        buffer_init(&key, 256);
        buffer_add(&key, "abc", letters);
        for (int i = 0; i < 40; i++)
            buffer_add_string(&key, "\xe0\xb8\x81");
        buffer_add_string(&key, ": ");
        expect_file_refused("open: ", key.data, "request:2", "unknown key");
        buffer_wipe(&key);
    }
}

/* ---- suspended corridors ---- */

static const char named[] = "{\"corridor\":\"sg-th\"}";

Test(orders, a_corridor_is_suspended_by_a_version_that_differs_in_nothing_else) {
    cr_expect_eq(order("corridor.suspend", named)->status, 200, "%s", desk.answer.body);
    cr_expect_str_eq(desk.answer.body, "{\"corridor\":\"sg-th\",\"version\":2}");
    cr_expect_null(strstr(desk.corridor_document, "corridor.open="));
    cr_expect(strstr(desk.corridor_document, "corridor.limits_maximum=20000000\n"));
    cr_expect_not(flow_link_find(&desk.flow, "sg-th")->corridor.open);
    cr_expect_eq(order("corridor.suspend", named)->status, 200, "once more is no version more");
    cr_expect_str_eq(desk.answer.body, "{\"corridor\":\"sg-th\",\"version\":2}");
    cr_expect_eq(desk.command.verdict, COMMAND_RECORDED);
    expect_refused("corridor.suspend", "{\"corridor\":\"sg-xx\"}", 422, "corridor.unknown", "/corridor");
    expect_refused("corridor.suspend", "{\"name\":\"sg-th\"}", 400, "request.malformed", "/name");
}

Test(orders, a_corridor_that_the_database_refuses_is_not_in_force) {
    desk.outcomes[0] = STORE_BAD_ROW;
    cr_expect_eq(order("corridor.suspend", named)->status, 422, "%s", desk.answer.body);
    cr_expect_str_eq(desk_member(&desk, "rule"), "order.refused");
    cr_expect(flow_link_find(&desk.flow, "sg-th")->corridor.open);
    cr_expect_eq(desk.command.verdict, COMMAND_REFUSED);
}

/* ---- the same order again ---- */

Test(orders, the_same_under_the_same_key_gets_the_same_answer) {
    desk.idempotency_key = "8c1e2d3c-0000-4000-8000-000000000001";
    cr_expect_eq(order("liquidity.fund", fund)->status, 200);
    cr_expect_eq(desk.transfer.posting.amount, 500000000);
    desk.transfer = (struct store_transfer){0};
    cr_expect_eq(order("liquidity.fund", fund)->status, 200);
    cr_expect_str_eq(desk.answer.body, "{\"corridor\":\"sg-th\"}");
    cr_expect_eq(desk.transfer.posting.amount, 0, "nothing twice");
    cr_expect_str_eq(desk.input.disposition, "repeated");
}

Test(orders, another_under_the_same_key_is_a_collision) {
    desk.idempotency_key = "k";
    cr_expect_eq(order("liquidity.fund", fund)->status, 200);
    expect_change_refused("liquidity.fund", fund, "5000000.00", "5000000.01", 409, "event.collision",
                          "/Idempotency-Key");
    expect_refused("fx.post", rate, 409, "event.collision", "/Idempotency-Key");
}

Test(orders, a_refusal_and_a_proposal_are_answered_again_as_such) {
    desk.idempotency_key = "k";
    cr_expect_eq(order("corridor.suspend", "{\"corridor\":\"sg-xx\"}")->status, 422);
    cr_expect_eq(order("corridor.suspend", "{\"corridor\":\"sg-xx\"}")->status, 422);
    cr_expect_eq(desk.command.verdict, COMMAND_REPEATED);
    cr_expect_str_eq(desk_member(&desk, "rule"), "corridor.unknown");
    cr_expect_str_eq(desk_member(&desk, "detail"), "no corridor is called sg-xx");
}

Test(orders, a_key_is_short_and_printable) {
    char longest[130];
    snprintf(longest, sizeof longest, "%0129d", 0);
    static const char *const bad[] = {"a b", "a\tb", "\xc3\xa4"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        desk.idempotency_key = bad[i];
        expect_refused("liquidity.fund", fund, 400, "request.malformed", "/Idempotency-Key");
    }
    desk.idempotency_key = longest;
    expect_refused("liquidity.fund", fund, 400, "request.malformed", "/Idempotency-Key");
    desk.idempotency_key = longest + 1;
    cr_expect_eq(order("liquidity.fund", fund)->status, 200);
}
