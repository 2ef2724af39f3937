#include <criterion/criterion.h>
#include <stdio.h>

#include "fixture.h"

static struct broker broker;
static struct member home, other;

static void set_up(void) {
    broker_start(&broker);
}

static void tear_down(void) {
    broker_stop(&broker);
}

TestSuite(consumer, .init = set_up, .fini = tear_down, .timeout = 60);

Test(consumer, reads_each_partition_from_where_it_is_told) {
    static const char trace[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    broker_put(&broker, 0, "a", NULL);
    broker_put(&broker, 0, "b", trace);
    broker_put(&broker, 1, "c", NULL);
    home.from[0] = 1;
    member_join(&home, &broker, "home/1", NULL);
    turn_until(home.base, home.count == 2);
    cr_assert_eq(member_held(&home), 2);
    cr_assert_eq(home.high[0], 2);
    cr_assert_eq(home.high[1], 1);
    size_t b = home.records[0].partition == 0 ? 0 : 1;
    cr_assert_eq(home.records[b].offset, 1);
    cr_assert_str_eq(home.records[b].value, "b");
    cr_assert_str_eq(home.records[b].traceparent, trace);
    cr_assert_str_eq(home.records[1 - b].value, "c");
    cr_assert_str_empty(home.records[1 - b].traceparent);
    member_leave(&home);
}

Test(consumer, reads_nothing_before_it_is_told_from_where) {
    broker_put(&broker, 0, "a", NULL);
    home.hesitates = true;
    member_join(&home, &broker, "home/1", NULL);
    turn_until(home.base, member_held(&home) == 2);
    /* Another partition's record arrives; the first partition still waits for its lease. */
    home.port.consume(home.port.self, "in", 1, 0);
    broker_put(&broker, 1, "b", NULL);
    turn_until(home.base, home.count == 1);
    cr_assert_str_eq(home.records[0].value, "b");
    home.port.consume(home.port.self, "in", 0, 0);
    turn_until(home.base, home.count == 2);
    cr_assert_str_eq(home.records[1].value, "a");
    member_leave(&home);
}

Test(consumer, telling_it_of_one_partition_later_repeats_nothing_of_another) {
    enum { RECORDS = 1000 };
    char value[16];
    home.hesitates = true;
    member_join(&home, &broker, "home/1", NULL);
    turn_until(home.base, member_held(&home) == 2);
    home.port.consume(home.port.self, "in", 0, 0);
    for (int i = 0; i < RECORDS; i++) {
        snprintf(value, sizeof value, "%d", i);
        broker_put(&broker, 0, value, NULL);
        if (i == RECORDS / 2)
            home.port.consume(home.port.self, "in", 1, 0);
        fixture_turn(home.base, fixture_deadline(), "a turn");
    }
    turn_until(home.base, home.count >= RECORDS);
    for (int i = 0; i < RECORDS; i++)
        cr_assert_eq(home.records[i].offset, i);
    cr_assert_eq(home.count, RECORDS);
    member_leave(&home);
}

Test(consumer, paused_it_hands_over_nothing_and_loses_nothing) {
    enum { RECORDS = 600 };
    char value[16];
    for (int i = 0; i < RECORDS; i++) {
        snprintf(value, sizeof value, "%d", i);
        broker_put(&broker, 0, value, NULL);
    }
    home.pause_at = 1;
    member_join(&home, &broker, "home/1", NULL);
    turn_until(home.base, home.count > 0);
    while (home.count < RECORDS) {
        size_t before = home.count;
        fixture_turn(home.base, fixture_deadline(), "a turn while paused");
        cr_assert_eq(home.count, before, "a record came while paused");
        home.port.resume(home.port.self);
        turn_until(home.base, home.count > before);
    }
    for (int i = 0; i < RECORDS; i++)
        cr_assert_eq(home.records[i].offset, i);
    member_leave(&home);
}

Test(consumer, records_that_kafka_no_longer_has_are_fatal) {
    broker_put(&broker, 0, "a", NULL);
    home.from[0] = 17;
    member_join(&home, &broker, "home/1", NULL);
    turn_until(home.base, home.fatal[0]);
    cr_assert_str_eq(home.fatal, "Kafka no longer has the records that are wanted");
    member_leave(&home);
}

Test(consumer, a_second_member_takes_its_share) {
    member_join(&home, &broker, "home/1", NULL);
    turn_until(home.base, member_held(&home) == 2);
    member_join(&other, &broker, "home/2", home.base);
    turn_until(home.base, member_held(&home) == 1 && member_held(&other) == 1);
    broker_put(&broker, 0, "a", NULL);
    broker_put(&broker, 1, "b", NULL);
    turn_until(home.base, home.count == 1 && other.count == 1);
    cr_assert_neq(home.records[0].partition, other.records[0].partition);
    member_leave(&other);
    member_leave(&home);
}

/* librdkafka 2.0.2 aborts when partitions are assigned anew while they are being stopped. */
Test(consumer, told_of_its_partitions_one_by_one_it_stays_alive) {
    enum { ROUNDS = 50 };
    char value[16];
    home.hesitates = true;
    member_join(&home, &broker, "home/1", NULL);
    turn_until(home.base, member_held(&home) == 2);
    for (int i = 0; i < ROUNDS; i++) {
        snprintf(value, sizeof value, "%d", i);
        broker_put(&broker, i % 2, value, NULL);
        home.port.consume(home.port.self, "in", i % 2, i / 2);
        event_base_loop(home.base, EVLOOP_NONBLOCK);
    }
    turn_until(home.base, home.count >= 2 && home.from[0] == ROUNDS / 2 && home.from[1] == ROUNDS / 2);
    member_leave(&home);
}
