/* SIGHUP: what is taken over, what needs a restart, and what is refused whole. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "caller.h"
#include "gateway.h"

static struct gateway gateway;

static void set_up(void) {
    gateway_make(&gateway);
    gateway_start(&gateway);
}

/* To the end, where the sanitizers tell what they found in the supervisor. */
static void tear_down(void) {
    kill(gateway.pid, SIGTERM);
    cr_expect_eq(gateway_end(&gateway), 0);
    cr_expect_eq(gateway_log_lines(&gateway, "Sanitizer", NULL), 0);
    cr_expect_eq(gateway_log_lines(&gateway, "runtime error", NULL), 0);
    gateway_remove(&gateway);
}

TestSuite(reload, .init = set_up, .fini = tear_down, .timeout = 120);

static void make(struct certificate *out, const char *name) {
    certificate_make(out, &gateway.authority, gateway.folder, &(struct wish){.name = name});
    chmod(out->key_file, 0600);
}

static bool shows(const struct certificate *certificate) {
    struct caller caller;
    caller_open(&caller, gateway.api_port, &gateway.operator_);
    cr_expect_eq(caller_get(&caller, "/v1/counts"), 200, "%s", caller.answer);
    bool is_shown = strcmp(caller.gateway.certificate, certificate->identity.certificate) == 0;
    caller_close(&caller);
    return is_shown;
}

Test(reload, a_certificate_is_replaced_under_an_open_connection) {
    struct caller open;
    struct certificate old = gateway.tls;
    pid_t worker = gateway_worker(&gateway);
    caller_open(&open, gateway.api_port, &gateway.operator_);
    cr_expect_eq(caller_get(&open, "/v1/counts"), 200);
    make(&gateway.tls, "tls-renewed");
    gateway_write_settings(&gateway);
    cr_expect(shows(&old), "nothing changes before it is told to");
    gateway_reload(&gateway);
    cr_expect_eq(caller_get(&open, "/v1/counts"), 200, "the open connection lives on");
    cr_expect(shows(&gateway.tls));
    cr_expect_eq(gateway_worker(&gateway), worker);
    cr_expect_eq(gateway_log_lines(&gateway, "event=settings.reloaded", NULL), 1);
    caller_close(&open);
}

Test(reload, files_of_the_same_name_are_read_again) {
    struct certificate renewed;
    make(&renewed, "tls");
    gateway_reload(&gateway);
    cr_expect(shows(&renewed));
}

Test(reload, a_worker_that_starts_later_begins_with_what_was_reloaded) {
    make(&gateway.tls, "tls-renewed");
    gateway_write_settings(&gateway);
    gateway_reload(&gateway);
    pid_t worker = gateway_worker(&gateway);
    int open = gateway_log_lines(&gateway, "event=worker.open", NULL);
    kill(worker, SIGKILL);
    gateway_await_log(&gateway, "event=worker.open", open + 1);
    cr_expect(shows(&gateway.tls));
}

Test(reload, a_file_with_a_mistake_is_refused_and_everything_goes_on) {
    struct certificate old = gateway.tls;
    make(&gateway.tls, "tls-renewed");
    snprintf(gateway.more, sizeof gateway.more, "log: {level: warning}\nworkres: 2\n");
    gateway_write_settings(&gateway);
    gateway_reload(&gateway);
    cr_expect_eq(gateway_log_lines(&gateway, "event=settings.wrong", "pontis.yaml:11"), 1);
    cr_expect_eq(gateway_log_lines(&gateway, "key=workres", "nearest known one is workers"), 1);
    cr_expect_eq(gateway_log_lines(&gateway, "event=settings.refused", NULL), 1);
    cr_expect(shows(&old));
    gateway.more[0] = '\0';
    gateway_write_settings(&gateway);
    gateway_reload(&gateway);
    cr_expect_eq(gateway_log_lines(&gateway, "level=info", "event=settings.reloaded"), 1,
                 "the level was not taken over");
    cr_expect(shows(&gateway.tls));
}

Test(reload, a_key_of_another_certificate_is_refused) {
    struct certificate old = gateway.tls;
    struct certificate other;
    make(&other, "other");
    snprintf(gateway.tls.key_file, sizeof gateway.tls.key_file, "%s", other.key_file);
    gateway_write_settings(&gateway);
    gateway_reload(&gateway);
    cr_expect_eq(gateway_log_lines(&gateway, "key=tls.key", "not the key of the certificate"), 1);
    cr_expect(shows(&old));
}

Test(reload, who_is_suspended_may_nothing_on_an_open_connection_either) {
    struct certificate third;
    struct caller caller;
    make(&third, "third-operator");
    caller_open(&caller, gateway.api_port, &third);
    cr_expect_eq(caller_get(&caller, "/v1/counts"), 403);
    gateway_enrol("third", &third);
    cr_expect_eq(caller_get(&caller, "/v1/counts"), 200, "%s", caller.answer);
    gateway_order(&gateway, "operator", "suspend", "third");
    cr_expect_eq(caller_get(&caller, "/v1/counts"), 403);
    caller_close(&caller);
}

Test(reload, the_logs_format_and_level_are_taken_over) {
    snprintf(gateway.more, sizeof gateway.more, "log: {format: json}\n");
    gateway_write_settings(&gateway);
    gateway_reload(&gateway);
    cr_expect_eq(gateway_log_lines(&gateway, "\"event\":\"settings.reloaded\"", NULL), 1);
    snprintf(gateway.more, sizeof gateway.more, "log: {format: json, level: error}\n");
    gateway_write_settings(&gateway);
    gateway_reload(&gateway);
    cr_expect_eq(gateway_log_lines(&gateway, "settings.reloaded", NULL), 1, "the second is not worth a line");
}

Test(reload, what_needs_a_restart_is_named_and_not_taken_over) {
    snprintf(gateway.more, sizeof gateway.more, "tracing: {endpoint: 'http://127.0.0.1:9/v1/traces'}\n");
    gateway.peer_port++;
    gateway_write_settings(&gateway);
    gateway_reload(&gateway);
    cr_expect_eq(gateway_log_lines(&gateway, "event=settings.needs_restart", "key=tracing.endpoint"), 1);
    cr_expect_eq(gateway_log_lines(&gateway, "event=settings.needs_restart", "key=peer.listen"), 1);
    cr_expect_eq(gateway_log_lines(&gateway, "event=settings.needs_restart", NULL), 2);
    cr_expect_eq(gateway_log_lines(&gateway, "event=settings.reloaded", NULL), 1);
}

/* ---- keys that messages are signed with ---- */

/* A message that is none is refused by one that is signed, and names the key. */
static void expect_signer(const struct certificate *signer) {
    struct caller caller;
    caller_open(&caller, gateway.peer_port, &gateway.peer);
    int status = caller_post(&caller, "/v1/iso20022", "application/xml", "<nothing/>");
    cr_expect_eq(status / 100, 4, "%s", caller.answer);
    cr_expect(strstr(caller.answer, signer->identity.public_key), "%s", caller.answer);
    caller_close(&caller);
}

Test(reload, the_next_message_is_signed_with_the_new_key) {
    gateway_apply_corridor(&gateway);
    expect_signer(&gateway.signing);
    make(&gateway.signing, "signing-renewed");
    gateway_write_settings(&gateway);
    gateway_reload(&gateway);
    expect_signer(&gateway.signing);
}

Test(reload, keys_that_no_corridor_can_use_are_refused_with_all_else) {
    struct certificate old_tls = gateway.tls, old_signing = gateway.signing;
    gateway_apply_corridor(&gateway);
    make(&gateway.tls, "tls-renewed");
    make(&gateway.signing, "signing-renewed");
    make(&gateway.peer_signing, "not-pinned");
    gateway_write_settings(&gateway);
    gateway_reload(&gateway);
    cr_expect_eq(gateway_log_lines(&gateway, "event=worker.not_reloaded", "not-pinned.pem"), 1);
    cr_expect_eq(gateway_log_lines(&gateway, "event=settings.refused", NULL), 1);
    cr_expect(shows(&old_tls));
    expect_signer(&old_signing);
}
