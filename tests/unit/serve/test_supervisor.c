/* Workers that die or hang, and how a gateway begins and ends. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

#include "caller.h"
#include "gateway.h"
#include "host/clock.h"
#include "tests/support/postgres.h"

static struct gateway gateway;

static void set_up(void) {
    gateway_make(&gateway);
}

static void tear_down(void) {
    gateway_remove(&gateway);
}

TestSuite(supervisor, .init = set_up, .fini = tear_down, .timeout = 120);

Test(supervisor, a_gateway_that_is_told_to_end_ends_in_order) {
    gateway_start(&gateway);
    kill(gateway.pid, SIGTERM);
    gateway_await(&gateway, "STOPPING=1");
    cr_expect_eq(gateway_end(&gateway), 0);
    cr_expect_eq(gateway_log_lines(&gateway, "event=worker.ended", NULL), 1);
}

Test(supervisor, a_worker_that_was_killed_is_replaced_within_a_second) {
    gateway_start(&gateway);
    pid_t worker = gateway_worker(&gateway);
    kill(worker, SIGKILL);
    cr_expect_leq(gateway_await_other_worker(&gateway, worker), 1000);
    cr_expect_eq(gateway_log_lines(&gateway, "event=worker.died", "signal=9"), 1);
}

Test(supervisor, a_worker_that_is_stopped_is_replaced_once_it_was_silent_for_three_seconds) {
    gateway_start(&gateway);
    pid_t worker = gateway_worker(&gateway);
    kill(worker, SIGSTOP);
    int64_t took = gateway_await_other_worker(&gateway, worker);
    cr_expect(took > 1500 && took < 4500, "%ld ms", (long)took);
    cr_expect_eq(gateway_log_lines(&gateway, "event=worker.silent", NULL), 1);
}

Test(supervisor, a_worker_that_does_not_end_is_ended) {
    snprintf(gateway.more, sizeof gateway.more, "shutdown: {drain: 0s}\nsupervisor: {silence: 1min}\n");
    gateway_write_settings(&gateway);
    gateway_start(&gateway);
    int64_t begun = clock_boottime();
    kill(gateway_worker(&gateway), SIGSTOP);
    kill(gateway.pid, SIGTERM);
    cr_expect_eq(gateway_end(&gateway), 0);
    cr_expect_lt(clock_boottime() - begun, 7000);
}

Test(supervisor, a_question_that_waits_for_the_database_does_not_outlive_the_end) {
    static const char question[] =
        "GET /v1/payments/0af76519-16cd-43dd-8448-eb211c80319c HTTP/1.1\r\nHost: gateway\r\n\r\n";
    struct caller caller, later;
    snprintf(gateway.more, sizeof gateway.more, "shutdown: {drain: 0s}\n");
    gateway_write_settings(&gateway);
    gateway_start(&gateway);
    PGconn *session = gateway_database();
    postgres_do(session, "BEGIN; LOCK TABLE pontis.instruction IN ACCESS EXCLUSIVE MODE");
    caller_open(&caller, gateway.api_port, &gateway.operator_);
    cr_assert_gt(SSL_write(caller.ssl, question, sizeof question - 1), 0);
    caller_open(&later, gateway.peer_port, &gateway.peer);
    cr_assert_eq(caller_get(&later, "/nothing") / 100, 4, "so the question was read before");
    kill(gateway.pid, SIGTERM);
    cr_expect_eq(gateway_end(&gateway), 0);
    cr_expect_eq(gateway_log_lines(&gateway, "event=worker.ended", NULL), 1);
    caller_close(&caller);
    caller_close(&later);
    PQfinish(session);
}

Test(supervisor, settings_that_no_worker_can_use_end_the_gateway) {
    snprintf(gateway.tls.key_file, sizeof gateway.tls.key_file, "/nowhere/tls.key");
    gateway_write_settings(&gateway);
    gateway.pid = fork();
    if (gateway.pid == 0)
        gateway_run(&gateway);
    cr_expect_eq(gateway_end(&gateway), 3);
    cr_expect_eq(gateway_log_lines(&gateway, "event=settings.wrong", "/nowhere/tls.key"), 1);
}

Test(supervisor, the_managers_watchdog_is_fed) {
    snprintf(gateway.extra[0], sizeof gateway.extra[0], "WATCHDOG_USEC=400000");
    gateway_start(&gateway);
    gateway_await(&gateway, "WATCHDOG=1");
    gateway_await(&gateway, "WATCHDOG=1");
}

Test(supervisor, an_unknown_variable_is_told_and_lived_with) {
    snprintf(gateway.extra[0], sizeof gateway.extra[0], "PONTIS_WORKRES=2");
    gateway_start(&gateway);
    cr_expect_eq(gateway_log_lines(&gateway, "PONTIS_WORKRES", "PONTIS_WORKERS"), 1);
}
