#include <criterion/criterion.h>

#include "house.h"

#define FIRST  "7a0c3f1e-30b3-4c57-9f4a-9a6b8e1c2d01"
#define SECOND "7a0c3f1e-30b3-4c57-9f4a-9a6b8e1c2d02"

Test(wallet_payee, an_open_account_is_credited) {
    struct house house;
    house_open(&house);
    house_request_credit(&house, "request-1", FIRST, "SGW2", "12.34");
    json_t *event = bus_expect(&house.bus, "wallet.credit.completed.v1");
    cr_assert_str_eq(house_text(event, "subject"), FIRST);
    cr_assert_str_eq(house_text(event, "partitionkey"), FIRST);
    cr_assert_str_eq(house_text(event, "causationid"), "request-1");
    cr_assert_str_eq(house_text(event, "data.corridor"), "sg-th");
    cr_assert_str_eq(house_total(&house, "SGD", "credited"), "12.34");
    json_decref(event);
    house_close(&house);
}

Test(wallet_payee, a_closed_account_rejects_with_its_reason) {
    struct house house;
    house_open(&house);
    house_request_credit(&house, "request-1", FIRST, "CLOSED77", "12.34");
    json_t *event = bus_expect(&house.bus, "wallet.credit.rejected.v1");
    cr_assert_str_eq(house_text(event, "data.reason.code"), "AC04");
    json_t *totals = house_ask(&house, "{s:s}", "do", "totals");
    cr_assert_eq(house_number(totals, "credits.rejected"), 1);
    cr_assert_eq(json_object_size(json_object_get(totals, "currencies")), 0, "nothing was booked");
    json_decref(totals);
    json_decref(event);
    house_close(&house);
}

Test(wallet_payee, a_frozen_account_blocks_with_its_legal_ground) {
    struct house house;
    house_open(&house);
    house_request_credit(&house, "request-1", FIRST, "FROZEN77", "12.34");
    json_t *event = bus_expect(&house.bus, "wallet.credit.blocked.v1");
    cr_assert(house_text(event, "data.reason.code")[0] && house_text(event, "data.reason.text")[0]);
    cr_assert_str_eq(house_total(&house, "SGD", "blocked"), "12.34");
    cr_assert_str_eq(house_total(&house, "SGD", "credited"), "0.00");
    json_decref(event);
    house_close(&house);
}

Test(wallet_payee, a_credit_asked_for_twice_is_given_once) {
    struct house house;
    house_open(&house);
    house_request_credit(&house, "request-1", FIRST, "SGW2", "12.34");
    json_t *first = bus_expect(&house.bus, "wallet.credit.completed.v1");
    house_request_credit(&house, "request-1", FIRST, "SGW2", "12.34");
    json_t *same = bus_expect(&house.bus, "wallet.credit.completed.v1");
    cr_assert(json_equal(first, same));
    house_request_credit(&house, "request-1-under-another-id", FIRST, "SGW2", "12.34");
    json_t *other = bus_expect(&house.bus, "wallet.credit.completed.v1");
    cr_assert_str_neq(house_text(other, "id"), house_text(first, "id"));
    cr_assert_str_eq(house_total(&house, "SGD", "credited"), "12.34");
    json_decref(first);
    json_decref(same);
    json_decref(other);
    house_close(&house);
}

Test(wallet_payee, a_request_without_an_amount_is_answered_too) {
    struct house house;
    house_open(&house);
    house_request_credit(&house, "request-1", FIRST, "SGW2", "12.345");
    json_t *event = bus_expect(&house.bus, "wallet.credit.rejected.v1");
    cr_assert_str_eq(house_text(event, "data.reason.code"), "AC03");
    json_decref(event);
    house_close(&house);
}

Test(wallet_payee, a_silent_wallet_answers_when_it_is_asked_again) {
    struct house house;
    char uetr[37];
    house_open(&house);
    json_decref(house_ask(&house, "{s:s, s:b}", "do", "set", "silent_credits", 1));
    house_request_credit(&house, "request-1", FIRST, "SGW2", "12.34");
    house_pay(&house, uetr);
    house_settle(&house, "settled-1", uetr, "100.00");
    json_decref(bus_expect(&house.bus, "wallet.lock.captured.v1"));
    cr_assert_str_eq(house_total(&house, "SGD", "credited"), "0.00");
    json_decref(house_ask(&house, "{s:s, s:b}", "do", "set", "silent_credits", 0));
    house_request_credit(&house, "request-1", FIRST, "SGW2", "12.34");
    json_decref(bus_expect(&house.bus, "wallet.credit.completed.v1"));
    cr_assert_str_eq(house_total(&house, "SGD", "credited"), "12.34");
    house_close(&house);
}

Test(wallet_payee, what_is_no_event_is_passed_over) {
    struct house house;
    house_open(&house);
    bus_send(&house.bus, "{\"id\":");
    bus_send(&house.bus, "[]");
    bus_send(&house.bus, "{\"id\":\"x\",\"type\":\"corridor.credit.requested.v1\",\"subject\":\"none\"}");
    house_request_credit(&house, "request-2", SECOND, "SGW2", "1.00");
    json_decref(bus_expect(&house.bus, "wallet.credit.completed.v1"));
    cr_assert_str_eq(house_total(&house, "SGD", "credited"), "1.00");
    house_close(&house);
}
