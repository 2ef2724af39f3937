#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/uuid.h"
#include "host/digest.h"
#include "house.h"

#define STRANGER "7a0c3f1e-30b3-4c57-9f4a-9a6b8e1c2d01"
#define TRACE    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

Test(wallet_payer, an_order_is_an_event_with_a_lock) {
    struct house house;
    house_open(&house);
    json_t *answer = house_ask(&house, "{s:s, s:s, s:s, s:s, s:{s:s, s:s, s:s, s:s, s:s}}", "do", "pay",
                               "corridor", "sg-th", "expires_at", "2026-11-25T00:00:00Z", "traceparent",
                               TRACE, "payment", "debtor_account", "SGW1", "fixed_side", "target",
                               "source_currency", "SGD", "target_amount", "2500.00", "limit_amount", "99.90");
    json_t *event = bus_expect(&house.bus, "wallet.transfer.initiated.v1");
    struct uuid uetr;
    cr_assert(uuid_parse_v4(house_text(answer, "uetr"), 36, &uetr));
    cr_assert_str_eq(house_text(event, "subject"), house_text(answer, "uetr"));
    cr_assert_str_eq(house_text(event, "source"), "/wallet/home");
    cr_assert_str_eq(house_text(event, "partitionkey"), "SGW1");
    cr_assert_str_eq(house_text(event, "traceparent"), TRACE);
    cr_assert_str_eq(house_text(event, "data.corridor"), "sg-th");
    cr_assert_str_eq(house_text(event, "data.lock.amount"), "99.90", "target fixed: the payer's bound");
    cr_assert_str_eq(house_text(event, "data.expires_at"), "2026-11-25T00:00:00Z");
    cr_assert_str_eq(house_text(event, "data.payment.target_amount"), "2500.00");
    cr_assert_str_eq(house_total(&house, "SGD", "locked"), "99.90");
    json_decref(answer);
    json_decref(event);
    house_close(&house);
}

Test(wallet_payer, a_settlement_told_twice_captures_once) {
    struct house house;
    char uetr[37];
    house_open(&house);
    house_pay(&house, uetr);
    house_settle(&house, "settled-1", uetr, "100.00");
    json_t *first = bus_expect(&house.bus, "wallet.lock.captured.v1");
    house_settle(&house, "settled-1", uetr, "100.00");
    json_t *second = bus_expect(&house.bus, "wallet.lock.captured.v1");
    cr_assert(json_equal(first, second), "the same answer, under the same id");
    cr_assert_str_eq(house_text(first, "causationid"), "settled-1");
    cr_assert_str_eq(house_text(first, "partitionkey"), "SGW1");
    cr_assert_str_eq(house_text(first, "data.amount"), "100.00");
    cr_assert_str_eq(house_total(&house, "SGD", "captured"), "100.00");
    cr_assert_str_eq(house_total(&house, "SGD", "locked"), "0.00");
    cr_assert_str_eq(house_status(&house, uetr, "lock"), "captured");
    cr_assert_str_eq(house_status(&house, uetr, "outcome"), "settled");
    json_decref(first);
    json_decref(second);
    house_close(&house);
}

Test(wallet_payer, a_settlement_above_the_lock_fails_the_lock) {
    struct house house;
    char uetr[37];
    house_open(&house);
    house_pay(&house, uetr);
    house_settle(&house, "settled-1", uetr, "120.01");
    json_t *event = bus_expect(&house.bus, "wallet.lock.failed.v1");
    cr_assert_str_eq(house_text(event, "data.reason.code"), "NARR");
    cr_assert_str_eq(house_total(&house, "SGD", "captured"), "0.00");
    cr_assert_str_eq(house_status(&house, uetr, "lock"), "failed");
    json_decref(event);
    house_close(&house);
}

Test(wallet_payer, a_rejection_releases_the_lock_and_says_why) {
    struct house house;
    char uetr[37];
    house_open(&house);
    house_pay(&house, uetr);
    house_tell(&house, "in-doubt-1", "corridor.transfer.in_doubt.v1", uetr, json_object());
    house_tell(&house, "rejected-1", "corridor.transfer.rejected.v1", uetr,
               json_pack("{s:{s:s, s:s, s:s, s:s}}", "reason", "code", "AM04", "rule", "lock.short", "text",
                         "too little", "field", "/lock/amount"));
    json_decref(bus_expect(&house.bus, "wallet.lock.released.v1"));
    json_t *status = house_ask(&house, "{s:s, s:s}", "do", "status", "uetr", uetr);
    cr_assert_str_eq(house_text(status, "outcome"), "rejected");
    cr_assert_str_eq(house_text(status, "code"), "AM04");
    cr_assert_str_eq(house_text(status, "rule"), "lock.short");
    cr_assert_str_eq(house_text(status, "field"), "/lock/amount");
    cr_assert_str_eq(house_text(status, "lock"), "released");
    cr_assert_eq(json_array_size(json_object_get(status, "steps")), 3);
    json_t *outcomes = house_ask(&house, "{s:s, s:i, s:i}", "do", "outcomes", "after", 0, "limit", 10);
    const json_t *ended = json_array_get(json_object_get(outcomes, "ended"), 0);
    cr_assert_eq(house_number(outcomes, "next"), 1);
    cr_assert_str_eq(house_text(ended, "uetr"), uetr);
    cr_assert_str_eq(house_text(ended, "corridor"), "sg-th");
    json_decref(outcomes);
    json_decref(status);
    house_close(&house);
}

Test(wallet_payer, a_payment_in_doubt_stays_unfinished) {
    struct house house;
    char uetr[37];
    house_open(&house);
    house_pay(&house, uetr);
    house_tell(&house, "in-doubt-1", "corridor.transfer.in_doubt.v1", uetr, json_object());
    house_request_credit(&house, "marker", STRANGER, "SGW2", "1.00");
    json_decref(bus_expect(&house.bus, "wallet.credit.completed.v1"));
    cr_assert_str_eq(house_status(&house, uetr, "outcome"), "in_doubt");
    cr_assert_str_eq(house_status(&house, uetr, "lock"), "held");
    json_t *answer = house_ask(&house, "{s:s}", "do", "unfinished");
    cr_assert(house_number(answer, "count") >= 1);
    json_decref(answer);
    house_close(&house);
}

Test(wallet_payer, a_known_payment_or_event_id_is_not_ordered_again) {
    struct house house;
    house_open(&house);
    for (int i = 0; i < 3; i++) {
        json_t *answer = house_ask(&house, "{s:s, s:s, s:s, s:{s:s, s:s, s:s, s:s, s:s*}}", "do", "pay",
                                   "corridor", "sg-th", "id", i == 1 ? "order-2" : "order-1", "payment",
                                   "debtor_account", "SGW1", "fixed_side", "source", "source_currency", "SGD",
                                   "source_amount", "10.00", "uetr", i < 2 ? STRANGER : NULL);
        cr_assert_eq(house_text(answer, "error")[0] != '\0', i > 0);
        json_decref(answer);
    }
    json_t *event = bus_expect(&house.bus, "wallet.transfer.initiated.v1");
    cr_assert_str_eq(house_text(event, "id"), "order-1");
    json_decref(event);
    cr_assert_str_eq(house_total(&house, "SGD", "locked"), "10.00");
    house_close(&house);
}

/* A refusal of the event as the wallet wrote it; `text` is that event. */
static void refuse_event(struct house *house, const char *id, const char *text, const char *rule) {
    uint8_t digest[DIGEST_SIZE];
    char hex[DIGEST_HEX_SIZE];
    digest_sha256(text, strlen(text), digest);
    digest_to_hex(digest, sizeof digest, hex);
    json_t *event = json_loads(text, 0, NULL);
    house_tell(house, id, "corridor.event.refused.v1", NULL,
               json_pack("{s:{s:s, s:s, s:s}, s:{s:s}}", "refused", "source", "/wallet/home", "id",
                         house_text(event, "id"), "hash", hex, "reason", "rule", rule));
    json_decref(event);
}

Test(wallet_payer, an_order_nobody_could_read_is_over_but_a_collision_leaves_the_lock) {
    struct house house;
    house_open(&house);
    for (int i = 0; i < 2; i++) {
        json_t *answer = house_ask(&house, "{s:s, s:s, s:{s:s, s:s, s:s, s:s}}", "do", "pay", "corridor",
                                   "sg-th", "payment", "debtor_account", "SGW1", "fixed_side", "source",
                                   "source_currency", "SGD", "source_amount", i ? "20.00" : "10.00");
        char *text = bus_next_raw(&house.bus);
        refuse_event(&house, i ? "refused-2" : "refused-1", text, i ? "event.schema" : "event.collision");
        free(text);
        json_decref(answer);
    }
    house_tell(&house, "alert-1", "corridor.alert.v1", NULL, json_pack("{s:s}", "text", "look"));
    house_request_credit(&house, "marker", STRANGER, "SGW2", "1.00");
    json_decref(bus_expect(&house.bus, "wallet.credit.completed.v1"));
    cr_assert_str_eq(house_total(&house, "SGD", "locked"), "10.00", "only the collision's lock is held");
    json_t *totals = house_ask(&house, "{s:s}", "do", "totals");
    cr_assert_eq(house_number(totals, "refused"), 2);
    cr_assert_eq(house_number(totals, "alerts"), 1);
    cr_assert_eq(house_number(totals, "locks.held"), 1);
    cr_assert_eq(house_number(totals, "locks.released"), 1);
    json_t *refusals = house_ask(&house, "{s:s, s:i}", "do", "refusals", "after", 1);
    const json_t *last = json_array_get(json_object_get(refusals, "refused"), 0);
    cr_assert_str_eq(house_text(last, "rule"), "event.schema");
    cr_assert_eq(house_number(refusals, "next"), 2);
    json_decref(refusals);
    json_decref(totals);
    house_close(&house);
}

Test(wallet_payer, anything_can_be_published_as_it_is) {
    struct house house;
    house_open(&house);
    json_decref(house_ask(&house, "{s:s, s:s, s:s}", "do", "produce", "text", "{\"id\":", "key", "k"));
    char *text = bus_next_raw(&house.bus);
    cr_assert_str_eq(text, "{\"id\":");
    free(text);
    json_decref(house_ask(&house, "{s:s, s:s, s:s}", "do", "produce", "hex", "fffe41", "key", "k"));
    text = bus_next_raw(&house.bus);
    cr_assert_str_eq(text, "\xff\xfe"
                           "A");
    free(text);
    json_t *answer = house_ask(&house, "{s:s, s:s, s:s}", "do", "produce", "hex", "zz", "key", "k");
    cr_assert(house_text(answer, "error")[0]);
    json_decref(answer);
    house_close(&house);
}

Test(wallet_payer, a_cancellation_is_asked_for_under_the_payers_key) {
    struct house house;
    char uetr[37];
    house_open(&house);
    house_pay(&house, uetr);
    json_decref(house_ask(&house, "{s:s, s:s}", "do", "cancel", "uetr", uetr));
    json_t *event = bus_expect(&house.bus, "wallet.transfer.cancel.requested.v1");
    cr_assert_str_eq(house_text(event, "subject"), uetr);
    cr_assert_str_eq(house_text(event, "partitionkey"), "SGW1");
    cr_assert_str_eq(house_text(event, "data.corridor"), "sg-th");
    json_decref(event);
    house_tell(&house, "cancelled-1", "corridor.transfer.cancelled.v1", uetr, json_object());
    json_decref(bus_expect(&house.bus, "wallet.lock.released.v1"));
    cr_assert_str_eq(house_status(&house, uetr, "outcome"), "cancelled");
    house_close(&house);
}
