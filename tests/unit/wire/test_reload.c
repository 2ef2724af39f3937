/* Certificates that are replaced while connections are open. */
#include "fixture.h"
#include "wire/credentials.h"

TestSuite(reload, .init = world_open, .fini = world_close);

static void use(struct wire *wire, const char *ca, const struct certificate *certificate) {
    struct credentials *read;
    struct result result = credentials_read(ca, certificate->file, certificate->key_file, &read);
    cr_assert(result_is_ok(&result), "%s", result.detail);
    wire_use(wire, read);
}

static struct certificate renewed(const char *name) {
    struct certificate certificate;
    certificate_make(&certificate, &world.authority, world.directory, &(struct wish){.name = name});
    return certificate;
}

static void expect_post(const struct order *order, enum wire_outcome wanted) {
    struct outcome outcome;
    post(order, &outcome);
    cr_expect_eq(outcome.outcome, wanted, "%s", outcome.detail);
}

Test(reload, an_open_connection_lives_on_and_new_ones_meet_the_new_certificate) {
    const char *old = world.home_certificate.identity.public_key;
    struct wire_port third_port;
    expect_post(&(struct order){.pin = old}, WIRE_DELIVERED);
    struct certificate renewal = renewed("home-renewed");
    use(world.home, world.authority.file, &renewal);
    expect_post(&(struct order){.pin = old}, WIRE_DELIVERED);
    struct wire *third = world_gateway(world.authority.file, &world.away_certificate, &third_port);
    expect_post(&(struct order){.pin = old, .through = &third_port}, WIRE_NOT_SENT);
    expect_post(&(struct order){.pin = renewal.identity.public_key, .through = &third_port}, WIRE_DELIVERED);
    wire_close(third);
    cr_expect_eq(heard.count, 3);
}

Test(reload, the_next_post_shows_the_new_certificate) {
    expect_post(&(struct order){0}, WIRE_DELIVERED);
    cr_expect_str_eq(heard.certificate, world.away_certificate.identity.certificate);
    struct certificate renewal = renewed("away-renewed");
    use(world.away, world.authority.file, &renewal);
    expect_post(&(struct order){0}, WIRE_DELIVERED);
    cr_expect_str_eq(heard.certificate, renewal.identity.certificate);
}

Test(reload, a_post_under_way_ends_with_what_it_began_with) {
    struct outcome outcome;
    behaviour.keep = true;
    post_start(&(struct order){0}, &outcome);
    loop_until(world.base, &heard.count);
    struct certificate at_home = renewed("home-renewed"), away = renewed("away-renewed");
    use(world.home, world.authority.file, &at_home);
    use(world.away, world.authority.file, &away);
    home_answers(heard.open, 200, "late");
    loop_until(world.base, &outcome.done);
    cr_expect_eq(outcome.outcome, WIRE_DELIVERED, "%s", outcome.detail);
    cr_expect_str_eq(outcome.body, "late");
}

Test(reload, another_ca_is_trusted_from_the_next_connection_on) {
    struct authority next;
    struct certificate of_next, of_both;
    char both[FILE_SIZE];
    struct wire_port port;
    authority_make(&next, world.directory, "next");
    certificate_make(&of_next, &next, world.directory, &(struct wish){.name = "of-next"});
    authority_join(both, world.directory, &world.authority, &next);
    struct wire *stranger = world_gateway(both, &of_next, &port);
    expect_post(&(struct order){.through = &port}, WIRE_UNKNOWN);
    certificate_make(&of_both, &world.authority, world.directory, &(struct wish){.name = "of-both"});
    use(world.home, both, &of_both);
    expect_post(&(struct order){.through = &port, .pin = of_both.identity.public_key}, WIRE_DELIVERED);
    wire_close(stranger);
    authority_wipe(&next);
}

Test(reload, what_does_not_go_together_is_not_read) {
    struct credentials *read;
    struct result result = credentials_read(world.authority.file, world.home_certificate.file,
                                            world.away_certificate.key_file, &read);
    cr_expect_eq(result.kind, RESULT_FATAL);
    cr_expect_null(read);
    expect_post(&(struct order){0}, WIRE_DELIVERED);
}
