/* How the gateway proves itself to the brokers: librdkafka is handed what settings say, and judges it. */
#include <criterion/criterion.h>
#include <string.h>

#include "fixture.h"

static void on_fatal(void *context, const char *why) {
    (void)context, (void)why;
}

/* One that opens is left to the end of the process, as its handles are. */
static struct event_base *base;
static struct bus *bus;

static struct result open_with(const struct bus_property *security) {
    base = event_base_new();
    const struct bus_settings settings = {.brokers = "127.0.0.1:9",
                                          .group = "home",
                                          .topic_out = "out",
                                          .member = "home/1",
                                          .security = security,
                                          .fetch_wait = 5,
                                          .fatal = on_fatal};
    struct result opened = bus_open(&settings, base, &bus);
    if (!result_is_ok(&opened))
        event_base_free(base);
    return opened;
}

Test(security, what_librdkafka_does_not_take_is_named) {
    const struct bus_property odd[] = {{"security.protocol", "telepathy"}, {NULL, NULL}};
    struct result opened = open_with(odd);
    cr_expect_eq(opened.kind, RESULT_FATAL);
    cr_expect(strstr(opened.detail, "security.protocol"), "%s", opened.detail);
}

Test(security, a_ca_that_cannot_be_read_is_named) {
    const struct bus_property missing[] = {
        {"security.protocol", "ssl"}, {"ssl.ca.location", "/nowhere/ca.pem"}, {NULL, NULL}};
    struct result opened = open_with(missing);
    cr_expect_eq(opened.kind, RESULT_FATAL);
    cr_expect(strstr(opened.detail, "ssl.ca.location"), "%s", opened.detail);
}

Test(security, every_property_of_the_settings_is_one_of_librdkafkas) {
    const struct bus_property all[] = {{"security.protocol", "sasl_plaintext"},
                                       {"sasl.mechanism", "SCRAM-SHA-512"},
                                       {"sasl.username", "pontis"},
                                       {"sasl.password", "secret"},
                                       {NULL, NULL}};
    struct result opened = open_with(all);
    cr_expect(result_is_ok(&opened), "%s", opened.detail);
}
