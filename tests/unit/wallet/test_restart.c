#include <criterion/criterion.h>
#include <stdio.h>

#include "house.h"

#define FIRST  "7a0c3f1e-30b3-4c57-9f4a-9a6b8e1c2d01"
#define SECOND "7a0c3f1e-30b3-4c57-9f4a-9a6b8e1c2d02"

/* One payment of each kind of end, and one that is open; what they say is taken off the bus. */
static void live(struct house *house, char open[37]) {
    char settled[37], rejected[37];
    house_pay(house, settled);
    house_pay(house, rejected);
    house_pay(house, open);
    house_settle(house, "settled-1", settled, "99.00");
    json_decref(bus_expect(&house->bus, "wallet.lock.captured.v1"));
    house_tell(house, "rejected-1", "corridor.transfer.rejected.v1", rejected, json_object());
    json_decref(bus_expect(&house->bus, "wallet.lock.released.v1"));
    house_request_credit(house, "request-1", FIRST, "SGW2", "12.34");
    json_decref(bus_expect(&house->bus, "wallet.credit.completed.v1"));
    house_await_unfinished(house, 1);
}

Test(wallet_restart, a_killed_wallet_has_the_same_book_and_says_nothing_twice) {
    struct house house;
    char open[37];
    house_open(&house);
    live(&house, open);
    json_t *before = house_ask(&house, "{s:s}", "do", "totals");
    house_kill_wallet(&house);
    house_start_wallet(&house);
    json_t *after = house_ask(&house, "{s:s}", "do", "totals");
    cr_assert(json_equal(before, after));
    cr_assert_str_eq(house_text(after, "currencies.SGD.captured"), "99.00");
    cr_assert_str_eq(house_status(&house, open, "lock"), "held");
    house_request_credit(&house, "request-2", SECOND, "SGW2", "1.00");
    json_t *event = bus_expect(&house.bus, "wallet.credit.completed.v1");
    cr_assert_str_eq(house_text(event, "causationid"), "request-2");
    json_decref(event);
    json_decref(before);
    json_decref(after);
    house_close(&house);
}

Test(wallet_restart, what_was_said_to_a_dead_wallet_is_done_when_it_lives) {
    struct house house;
    char open[37];
    house_open(&house);
    live(&house, open);
    house_kill_wallet(&house);
    house_settle(&house, "settled-2", open, "100.00");
    house_start_wallet(&house);
    json_t *event = bus_expect(&house.bus, "wallet.lock.captured.v1");
    cr_assert_str_eq(house_text(event, "subject"), open);
    cr_assert_str_eq(house_total(&house, "SGD", "captured"), "199.00");
    json_decref(event);
    house_close(&house);
}

Test(wallet_restart, a_line_torn_by_the_kill_is_cut) {
    struct house house;
    char open[37], path[96];
    house_open(&house);
    live(&house, open);
    json_t *before = house_ask(&house, "{s:s}", "do", "totals");
    house_kill_wallet(&house);
    house_journal_path(&house, path, sizeof path);
    FILE *journal = fopen(path, "a");
    cr_assert(journal && fputs("{\"kind\":\"taken\",\"at\":17", journal) >= 0 && fclose(journal) == 0);
    house_start_wallet(&house);
    json_t *after = house_ask(&house, "{s:s}", "do", "totals");
    cr_assert(json_equal(before, after));
    house_settle(&house, "settled-2", open, "100.00");
    json_decref(bus_expect(&house.bus, "wallet.lock.captured.v1"));
    house_kill_wallet(&house);
    house_start_wallet(&house);
    cr_assert_str_eq(house_total(&house, "SGD", "captured"), "199.00", "the line behind the cut stands");
    json_decref(before);
    json_decref(after);
    house_close(&house);
}

Test(wallet_restart, an_empty_kafka_is_told_of_what_is_open_and_read_from_its_beginning) {
    struct house house;
    char open[37];
    house_open(&house);
    live(&house, open);
    house_kill_wallet(&house);
    house_replace_broker(&house);
    house_settle(&house, "settled-2", open, "100.00");
    house_start_wallet(&house);
    json_t *order = NULL, *captured = NULL;
    for (int i = 0; i < 2; i++) {
        json_t *event = bus_next(&house.bus);
        cr_assert_str_eq(house_text(event, "subject"), open);
        *(house_text(event, "causationid")[0] ? &captured : &order) = event;
    }
    cr_assert(order && captured, "its order again, and its end, which lies below the old position");
    cr_assert_str_eq(house_text(order, "type"), "wallet.transfer.initiated.v1");
    cr_assert_str_eq(house_text(captured, "type"), "wallet.lock.captured.v1");
    json_decref(order);
    json_decref(captured);
    house_close(&house);
}
