/* "Nothing in the loop blocks": one session on the loop, with a client-side deadline, since no timeout of
 * PostgreSQL ends every wait. */

#include <criterion/criterion.h>
#include <string.h>

#include "store/query.h"
#include "store/state.h"
#include "tests/unit/store/house.h"

static struct house house;
static struct connection *connection;
static int entered, lost;

static void on_enter(void *context) {
    (void)context;
    entered++;
}

static void on_lost(void *context, const char *detail) {
    (void)context, (void)detail;
    lost++;
}

static void set_up(void) {
    house_open(&house);
    struct connection_settings settings = {.conninfo = house.conninfo,
                                           .application_name = "pontis:x",
                                           .options = STORE_COMMITTING_OPTIONS,
                                           .prepares = query_commits,
                                           .deadline = 300,
                                           .enter = on_enter,
                                           .lost = on_lost};
    connection = connection_new(&settings, house.base);
    postgres_do(house.session, "INSERT INTO worker VALUES ('x', 1, 0, 0)");
}

static void tear_down(void) {
    if (connection)
        connection_free(connection);
    house_close(&house);
}

TestSuite(connections, .init = set_up, .fini = tear_down);

static bool has_entered(void *context) {
    return entered >= *(int *)context;
}

static void await_entered(int times) {
    house_run_until(&house, has_entered, &times);
}

/* ---- requests that say how they ended ---- */

static struct request_end ends[4];
static size_t end_count;

static void on_end(void *context, const struct request_end *end) {
    (void)context;
    ends[end_count++] = *end;
}

static bool has_ended(void *context) {
    return end_count >= *(size_t *)context;
}

static void await_ended(size_t count) {
    house_run_until(&house, has_ended, &count);
}

static struct request *move_number(const char *number) {
    struct request *request = request_new(on_end, NULL);
    request->begins = request->commits = true;
    struct statement *statement = request_add(request, "commit_batch");
    request_add_text(request, statement, "x");
    request_add_text(request, statement, "1");
    request_add_text(request, statement, number);
    return request;
}

Test(connections, what_comes_early_waits_for_the_session) {
    connection_submit(connection, move_number("1"));
    connection_submit(connection, move_number("2"));
    await_entered(1);
    cr_assert_eq(end_count, 0, "nothing leaves before the session is entered");
    connection_open(connection);
    await_ended(2);
    cr_assert_eq(ends[0].fate, REQUEST_DONE);
    cr_assert_eq(ends[1].fate, REQUEST_DONE);
}

Test(connections, a_failed_transaction_does_not_touch_the_next) {
    await_entered(1);
    connection_open(connection);
    connection_submit(connection, move_number("7"));
    await_ended(1);
    cr_assert_eq(ends[0].fate, REQUEST_FAILED);
    cr_assert_str_eq(ends[0].state, "PF001");
    connection_submit(connection, move_number("1"));
    await_ended(2);
    cr_assert_eq(ends[1].fate, REQUEST_DONE, "%s", ends[1].detail);
}

Test(connections, a_server_that_does_not_answer_is_given_up) {
    await_entered(1);
    connection_open(connection);
    PGconn *blocker = postgres_connect(&house.postgres, house.database);
    postgres_do(blocker, "BEGIN; UPDATE pontis.worker SET batch = batch");
    connection_submit(connection, move_number("1"));
    await_ended(1);
    cr_assert_eq(ends[0].fate, REQUEST_LOST);
    cr_assert_eq(lost, 1);
    PQfinish(blocker);
    await_entered(2);
    connection_open(connection);
    connection_submit(connection, move_number("1"));
    await_ended(2);
}

Test(connections, a_stopped_connection_takes_nothing_and_does_not_come_back) {
    await_entered(1);
    connection_open(connection);
    connection_stop(connection);
    connection_submit(connection, move_number("1"));
    cr_assert_eq(end_count, 1, "refused at once");
    cr_assert_eq(ends[0].fate, REQUEST_NOT_SENT);
    int nothing_left = 0;
    for (int i = 0; i < 100 && !nothing_left; i++)
        nothing_left = event_base_loop(house.base, EVLOOP_ONCE);
    cr_assert_eq(nothing_left, 1, "nothing is left to happen");
    cr_assert_eq(entered, 1);
}

Test(connections, closing_ends_what_is_under_way) {
    await_entered(1);
    connection_open(connection);
    connection_submit(connection, move_number("1"));
    connection_free(connection);
    connection = NULL;
    cr_assert_eq(end_count, 1);
    cr_assert_eq(ends[0].fate, REQUEST_LOST);
}
