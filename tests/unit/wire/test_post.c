#include <stdlib.h>
#include <unistd.h>

#include "fixture.h"

/* What one gateway's post is to another, and who is let in. */

TestSuite(post, .init = world_open, .fini = world_close, .timeout = 60);
TestSuite(trust, .init = world_open, .fini = world_close, .timeout = 60);

Test(post, arrives_as_it_was_sent_and_brings_its_answer_back) {
    struct outcome out;
    post(&(struct order){.body = "<a>1</a>",
                         .path = "/messages/a%20b?x=1&y=2",
                         .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
         &out);
    cr_assert_eq(out.outcome, WIRE_DELIVERED, "%s", out.detail);
    cr_assert_eq(out.http_status, 200);
    cr_assert_str_eq(out.body, "seen");
    cr_assert_eq(heard.count, 1);
    cr_assert_str_eq(heard.listener, "peer");
    cr_assert_str_eq(heard.method, "POST");
    cr_assert_str_eq(heard.path, "/messages/a b");
    cr_assert_str_eq(heard.query, "x=1&y=2");
    cr_assert_str_eq(heard.content_type, "application/xml");
    cr_assert_str_eq(heard.traceparent, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    cr_assert_str_eq(heard.body, "<a>1</a>");
}

Test(post, names_its_sender_by_certificate_and_key) {
    struct outcome out;
    post(&(struct order){0}, &out);
    cr_assert_str_eq(heard.certificate, world.away_certificate.identity.certificate);
    cr_assert_str_eq(heard.public_key, world.away_certificate.identity.public_key);
    cr_assert_str_eq(heard.subject, "away");
    cr_assert_str_neq(heard.certificate, heard.public_key);
}

Test(post, of_the_largest_body_arrives_whole) {
    enum { MOST = 512 * 1024 };
    char *body = must_calloc(1, MOST + 1);
    struct outcome out;
    memset(body, 'a', MOST);
    post(&(struct order){.body = body, .body_length = MOST}, &out);
    cr_assert_eq(out.outcome, WIRE_DELIVERED, "%s", out.detail);
    cr_assert_eq(heard.body_length, MOST);
    free(body);
}

Test(post, one_byte_over_the_largest_body_is_413_and_unknown) {
    enum { MORE = 512 * 1024 + 1 };
    char *body = must_calloc(1, MORE + 1);
    struct outcome out;
    memset(body, 'a', MORE);
    post(&(struct order){.body = body, .body_length = MORE}, &out);
    cr_assert_eq(out.outcome, WIRE_UNKNOWN);
    cr_assert_eq(out.http_status, 413, "%d %s", out.http_status, out.detail);
    cr_assert_eq(heard.count, 0);
    free(body);
}

Test(post, answered_with_any_status_but_2xx_is_unknown) {
    static const int statuses[] = {302, 400, 403, 404, 409, 429, 500, 503};
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        struct outcome out;
        behaviour.status = statuses[i];
        post(&(struct order){0}, &out);
        cr_expect_eq(out.outcome, WIRE_UNKNOWN, "status %d", statuses[i]);
        cr_expect_eq(out.http_status, statuses[i]);
        cr_expect_str_eq(out.body, "seen");
        cr_expect_eq(heard.count, (int)i + 1, "sent once each");
    }
}

Test(post, answered_with_202_is_delivered) {
    struct outcome out;
    behaviour.status = 202;
    post(&(struct order){0}, &out);
    cr_assert_eq(out.outcome, WIRE_DELIVERED);
    cr_assert_eq(out.http_status, 202);
}

Test(post, where_nobody_listens_is_not_sent) {
    int port;
    struct outcome out;
    close(actor_listen(&port));
    post(&(struct order){.port = port}, &out);
    cr_assert_eq(out.outcome, WIRE_NOT_SENT);
    cr_assert_eq(out.http_status, 0);
    cr_assert_str_not_empty(out.detail);
}

Test(post, to_a_name_nobody_has_is_not_sent) {
    struct outcome out;
    post(&(struct order){.host = "nobody.invalid"}, &out);
    cr_assert_eq(out.outcome, WIRE_NOT_SENT);
}

Test(post, without_an_answer_in_its_time_is_unknown_and_may_be_answered_late) {
    struct outcome out;
    post(&(struct order){0}, &out);
    behaviour.keep = true;
    post(&(struct order){.deadline = 1000}, &out);
    cr_assert_eq(out.outcome, WIRE_UNKNOWN, "the connection stood, the request left: %s", out.detail);
    cr_assert_eq(heard.count, 2);
    home_answers(heard.open, 200, "late");
    behaviour.keep = false;
    post(&(struct order){0}, &out);
    cr_assert_eq(out.outcome, WIRE_DELIVERED);
    cr_assert_str_eq(out.body, "seen");
}

Test(post, may_be_answered_later) {
    struct outcome out;
    behaviour.keep = true;
    post_start(&(struct order){0}, &out);
    loop_until(world.base, &heard.count);
    cr_assert_eq(out.done, 0);
    home_answers(heard.open, 200, "later");
    loop_until(world.base, &out.done);
    cr_assert_eq(out.outcome, WIRE_DELIVERED);
    cr_assert_str_eq(out.body, "later");
}

Test(post, with_an_answer_over_the_limit_is_unknown) {
    enum { MORE = 300 * 1024 };
    char *text = must_malloc(MORE + 1);
    struct outcome out;
    memset(text, 'a', MORE);
    text[MORE] = '\0';
    behaviour.keep = true;
    post_start(&(struct order){0}, &out);
    loop_until(world.base, &heard.count);
    home_answers(heard.open, 200, text);
    loop_until(world.base, &out.done);
    cr_assert_eq(out.outcome, WIRE_UNKNOWN);
    cr_assert_eq(out.http_status, 200);
    free(text);
}

Test(post, ignores_a_trace_that_would_end_its_header) {
    struct outcome out;
    post(&(struct order){.traceparent = "00-1\r\nIdempotency-Key: forged"}, &out);
    cr_assert_eq(out.outcome, WIRE_DELIVERED);
    cr_assert_str_eq(heard.traceparent, "");
    cr_assert_str_eq(heard.idempotency_key, "");
}

Test(post, many_at_once_are_each_answered_once) {
    enum { MANY = 200 };
    static struct outcome out[MANY];
    for (int i = 0; i < MANY; i++)
        post_start(&(struct order){0}, &out[i]);
    for (int i = 0; i < MANY; i++) {
        loop_until(world.base, &out[i].done);
        cr_assert_eq(out[i].outcome, WIRE_DELIVERED, "%d: %s", i, out[i].detail);
        cr_assert_eq(out[i].done, 1);
    }
    cr_assert_eq(heard.count, MANY);
}

Test(post, after_the_ports_were_given_up_is_not_sent) {
    struct outcome open, later;
    behaviour.keep = true;
    post_start(&(struct order){0}, &open);
    loop_until(world.base, &heard.count);
    wire_stop_accepting(world.home);
    post(&(struct order){0}, &later);
    cr_assert_eq(later.outcome, WIRE_NOT_SENT);
    home_answers(heard.open, 200, "still");
    loop_until(world.base, &open.done);
    cr_assert_eq(open.outcome, WIRE_DELIVERED, "what was taken is still answered");
    cr_assert_str_eq(open.body, "still");
}

Test(post, whose_sender_left_may_stay_open_until_the_end) {
    struct outcome out;
    behaviour.keep = true;
    post_start(&(struct order){0}, &out);
    loop_until(world.base, &heard.count);
    wire_close(world.away);
    world.away = NULL;
    wire_close(world.home);
    world.home = NULL;
    cr_assert_eq(out.done, 0);
}

Test(post, under_way_and_exchange_open_do_not_outlive_their_gateways) {
    struct outcome out;
    behaviour.keep = true;
    post_start(&(struct order){0}, &out);
    loop_until(world.base, &heard.count);
    wire_close(world.home);
    wire_close(world.away);
    world.home = world.away = NULL;
    cr_assert_eq(out.done, 0);
}

/* ---- who trusts whom ---- */

Test(trust, another_key_than_the_pinned_one_gets_nothing) {
    struct outcome out;
    post(&(struct order){.pin = world.away_certificate.identity.public_key}, &out);
    cr_assert_eq(out.outcome, WIRE_NOT_SENT, "%s", out.detail);
    cr_assert_eq(heard.count, 0);
}

Test(trust, the_second_pin_is_as_good_as_the_first) {
    struct outcome out;
    post(&(struct order){.pin = world.away_certificate.identity.public_key,
                         .second_pin = world.home_certificate.identity.public_key},
         &out);
    cr_assert_eq(out.outcome, WIRE_DELIVERED, "%s", out.detail);
}

Test(trust, no_pin_or_one_that_is_no_digest_is_never_any_key) {
    struct outcome out;
    post(&(struct order){.pin = ""}, &out);
    cr_expect_eq(out.outcome, WIRE_NOT_SENT);
    post(&(struct order){.pin = "abc"}, &out);
    cr_expect_eq(out.outcome, WIRE_NOT_SENT);
    cr_expect_eq(heard.count, 0);
}

Test(trust, a_connection_made_under_one_pin_is_not_used_for_another) {
    struct outcome out;
    post(&(struct order){0}, &out);
    cr_assert_eq(out.outcome, WIRE_DELIVERED);
    post(&(struct order){.pin = world.away_certificate.identity.public_key}, &out);
    cr_assert_eq(out.outcome, WIRE_NOT_SENT);
    cr_assert_eq(heard.count, 1);
}

Test(trust, a_server_of_another_authority_gets_nothing) {
    struct authority other;
    struct wire_port port;
    struct outcome out;
    authority_make(&other, world.directory, "other");
    struct wire *stranger = world_gateway(other.file, &world.away_certificate, &port);
    post(&(struct order){.through = &port}, &out);
    cr_assert_eq(out.outcome, WIRE_NOT_SENT, "%s", out.detail);
    cr_assert_eq(heard.count, 0);
    wire_close(stranger);
    authority_wipe(&other);
}

Test(trust, a_server_of_another_name_gets_nothing) {
    struct outcome out;
    post(&(struct order){.host = "localhost"}, &out);
    cr_assert_eq(out.outcome, WIRE_NOT_SENT, "%s", out.detail);
    cr_assert_eq(heard.count, 0);
}

/* The client learns of a refusal in TLS 1.3 only after its request left: so UNKNOWN is the truth. */
static void expect_refused(const struct certificate *certificate, const char *ca) {
    struct wire_port port;
    struct outcome out;
    struct wire *client = world_gateway(ca, certificate, &port);
    post(&(struct order){.through = &port}, &out);
    cr_expect_neq(out.outcome, WIRE_DELIVERED);
    cr_expect_eq(out.http_status, 0);
    cr_expect_eq(heard.count, 0);
    wire_close(client);
}

static void expect_refused_wish(const struct wish *wish) {
    struct certificate certificate;
    certificate_make(&certificate, &world.authority, world.directory, wish);
    expect_refused(&certificate, world.authority.file);
}

Test(trust, a_client_of_another_authority_is_not_heard) {
    struct authority other;
    struct certificate certificate;
    authority_make(&other, world.directory, "other");
    certificate_make(&certificate, &other, world.directory, &(struct wish){.name = "stranger"});
    expect_refused(&certificate, world.authority.file);
    authority_wipe(&other);
}

Test(trust, a_client_whose_certificate_expired_is_not_heard) {
    expect_refused_wish(&(struct wish){.name = "expired", .from = -7200, .until = -3600});
}

Test(trust, a_client_whose_certificate_is_not_valid_yet_is_not_heard) {
    expect_refused_wish(&(struct wish){.name = "early", .from = 3600, .until = 7200});
}

Test(trust, a_certificate_for_servers_alone_makes_no_client) {
    expect_refused_wish(&(struct wish){.name = "server", .usage = "serverAuth"});
}

Test(trust, a_revoked_client_is_not_heard_and_another_still_is) {
    struct authority listed = world.authority;
    struct wire_port port, good_port;
    struct outcome out;
    struct certificate revoked;
    certificate_make(&revoked, &listed, world.directory, &(struct wish){.name = "revoked"});
    authority_revoke(&listed, revoked.serial);
    struct wire *strict = world_gateway(listed.file, &world.home_certificate, &port);
    struct result result = wire_listen(strict, "peer", "127.0.0.1:0");
    cr_assert(result_is_ok(&result));
    struct wire *good = world_gateway(listed.file, &world.away_certificate, &good_port);
    post(&(struct order){.through = &good_port, .port = wire_port_of(strict, "peer")}, &out);
    cr_assert_eq(out.http_status, 503, "heard, though nobody serves: %s", out.detail);
    struct wire *bad = world_gateway(listed.file, &revoked, &good_port);
    post(&(struct order){.through = &good_port, .port = wire_port_of(strict, "peer")}, &out);
    cr_assert_neq(out.outcome, WIRE_DELIVERED);
    cr_assert_eq(out.http_status, 0);
    wire_close(bad);
    wire_close(good);
    wire_close(strict);
}

Test(trust, a_revoked_server_gets_nothing) {
    struct wire_port port;
    struct outcome out;
    authority_revoke(&world.authority, world.home_certificate.serial);
    struct wire *strict = world_gateway(world.authority.file, &world.away_certificate, &port);
    post(&(struct order){.through = &port}, &out);
    cr_assert_eq(out.outcome, WIRE_NOT_SENT, "%s", out.detail);
    cr_assert_eq(heard.count, 0);
    wire_close(strict);
}

Test(trust, files_that_cannot_be_used_are_told_at_the_start) {
    struct wire *wire;
    const struct wire_settings settings[] = {
        {"/nowhere.pem", world.home_certificate.file, world.home_certificate.key_file},
        {world.authority.file, "/nowhere.pem", world.home_certificate.key_file},
        {world.authority.file, world.home_certificate.file, "/nowhere.key"},
        {world.authority.file, world.home_certificate.file, world.away_certificate.key_file},
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        struct result result = wire_open(&settings[i], world.base, &wire);
        cr_expect_eq(result.kind, RESULT_FATAL);
        cr_expect_str_not_empty(result.detail);
    }
}
