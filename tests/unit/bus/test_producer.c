#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "fixture.h"

static struct broker broker;
static struct member home;

static void set_up(void) {
    broker_start(&broker);
    home.hesitates = true;
    member_join(&home, &broker, "home/1", NULL);
}

static void tear_down(void) {
    broker_stop(&broker);
}

TestSuite(producer, .init = set_up, .fini = tear_down, .timeout = 60);

struct told {
    size_t times;
    struct result result;
};

static void on_done(void *context, struct result result) {
    struct told *told = context;
    told->times++;
    told->result = result;
}

static struct bytes bytes(const char *text) {
    return (struct bytes){text, strlen(text)};
}

Test(producer, tells_once_when_kafka_has_all_of_them_in_their_order) {
    struct bus_outgoing records[] = {{"in", bytes("payer"), bytes("first")},
                                     {"in", bytes("payer"), bytes("second")},
                                     {"in", bytes("payer"), bytes("third")}};
    struct told told = {0};
    home.port.publish(home.port.self, records, 3, on_done, &told);
    turn_until(home.base, told.times);
    cr_assert(result_is_ok(&told.result), "%s", told.result.detail);
    turn_until(home.base, member_held(&home) == 2);
    home.port.consume(home.port.self, "in", 0, 0);
    home.port.consume(home.port.self, "in", 1, 0);
    turn_until(home.base, home.count == 3);
    cr_assert_eq(told.times, 1);
    cr_assert_str_eq(home.records[0].value, "first");
    cr_assert_str_eq(home.records[1].value, "second");
    cr_assert_str_eq(home.records[2].value, "third");
    cr_assert_eq(home.records[0].partition, home.records[2].partition);
    member_leave(&home);
}

Test(producer, nothing_to_publish_is_told_at_once) {
    struct told told = {0};
    home.port.publish(home.port.self, NULL, 0, on_done, &told);
    cr_assert_eq(told.times, 1);
    cr_assert(result_is_ok(&told.result));
    member_leave(&home);
}

Test(producer, what_is_on_its_way_when_the_broker_stands_still_waits_for_it) {
    struct bus_outgoing warm = {"in", bytes("payer"), bytes("first")};
    struct told told = {0}, late = {0};
    home.port.publish(home.port.self, &warm, 1, on_done, &told);
    turn_until(home.base, told.times);
    kill(broker.pid, SIGSTOP);
    cr_assert_eq(waitpid(broker.pid, NULL, WUNTRACED), broker.pid, "it stands still, not just soon");
    struct bus_outgoing record = {"in", bytes("payer"), bytes("second")};
    home.port.publish(home.port.self, &record, 1, on_done, &late);
    fixture_turn(home.base, fixture_deadline(), "a turn");
    cr_assert_eq(late.times, 0, "nobody has acknowledged it");
    kill(broker.pid, SIGCONT);
    turn_until(home.base, late.times);
    cr_assert(result_is_ok(&late.result));
    member_leave(&home);
}

Test(producer, nothing_overtakes_a_record_that_kafka_cannot_take) {
    static char large[2 << 20];
    memset(large, 'x', sizeof large);
    struct bus_outgoing records[] = {{"in", bytes("payer"), bytes("first")},
                                     {"in", bytes("payer"), {large, sizeof large}},
                                     {"in", bytes("payer"), bytes("third")}};
    struct bus_outgoing last = {"in", bytes("payer"), bytes("last")};
    struct told told = {0}, then = {0};
    home.port.publish(home.port.self, records, 3, on_done, &told);
    turn_until(home.base, told.times);
    cr_assert_eq(told.result.kind, RESULT_RETRY);
    cr_assert_str_eq(told.result.detail, "2 records were not acknowledged");
    home.port.publish(home.port.self, &last, 1, on_done, &then);
    turn_until(home.base, then.times && member_held(&home) == 2);
    home.port.consume(home.port.self, "in", 0, 0);
    home.port.consume(home.port.self, "in", 1, 0);
    turn_until(home.base, home.count == 2);
    cr_assert_str_eq(home.records[0].value, "first");
    cr_assert_str_eq(home.records[1].value, "last");
    member_leave(&home);
}
