#include <criterion/criterion.h>
#include <signal.h>

#include "base/text.h"
#include "fixture.h"

/* What the bus tells about itself, for readiness and metrics. */

static struct broker broker;
static struct member home;

static void set_up(void) {
    broker_start(&broker);
    member_join(&home, &broker, "home/1", NULL);
}

static void tear_down(void) {
    member_leave(&home);
    broker_stop(&broker);
}

TestSuite(trouble, .init = set_up, .fini = tear_down, .timeout = 60);

Test(trouble, there_is_some_until_the_group_gave_a_share) {
    cr_assert_str_eq(bus_trouble(home.bus), "the consumer group has given no share yet");
    turn_until(home.base, member_held(&home) == 2);
    cr_assert_null(bus_trouble(home.bus));
}

Test(trouble, a_broker_that_went_away_is_told) {
    turn_until(home.base, member_held(&home) == 2);
    kill(broker.pid, SIGKILL);
    turn_until(home.base, bus_trouble(home.bus));
    cr_assert_str_eq(bus_trouble(home.bus), "no broker answers");
}

Test(trouble, where_a_partition_ends_is_known_from_what_was_read) {
    broker_put(&broker, 0, "a", NULL);
    broker_put(&broker, 0, "b", NULL);
    turn_until(home.base, home.count == 2);
    turn_until(home.base, bus_end_of(home.bus, 0) == 2);
    cr_assert_leq(bus_end_of(home.bus, 1), 0, "nothing was read of it");
    cr_assert_eq(bus_end_of(home.bus, 7), -1, "it is not ours");
}
