#include "fixture.h"
#include "host/clock.h"
#include "host/metrics.h"

/* What the wire tells Prometheus: handshakes that failed, at which end and why, and what was answered. */

static struct buffer text;

static void open_counts(void) {
    world_open();
    struct result shared = metrics_share(1);
    cr_assert(result_is_ok(&shared));
    buffer_init(&text, 4 << 20);
}

static void close_counts(void) {
    buffer_wipe(&text);
    metrics_unshare();
    world_close();
}

TestSuite(counts, .init = open_counts, .fini = close_counts, .timeout = 60);

static bool is_told(const char *line) {
    buffer_reset(&text);
    metrics_write(clock_boottime(), &text);
    return strstr(text.data, line) != NULL;
}

Test(counts, a_server_whose_key_is_not_pinned) {
    struct outcome out;
    post(&(struct order){.pin = world.away_certificate.identity.public_key}, &out);
    cr_assert(is_told("pontis_tls_failures_total{listener=\"client\",reason=\"the server's key is not "
                      "pinned\"} 1\n"),
              "%s", text.data);
}

Test(counts, a_client_whose_certificate_expired) {
    struct certificate certificate;
    struct wire_port port;
    struct outcome out;
    certificate_make(&certificate, &world.authority, world.directory,
                     &(struct wish){.name = "expired", .from = -7200, .until = -3600});
    struct wire *client = world_gateway(world.authority.file, &certificate, &port);
    post(&(struct order){.through = &port}, &out);
    cr_assert(is_told("pontis_tls_failures_total{listener=\"peer\",reason=\"certificate has expired\"} 1\n"),
              "%s", text.data);
    wire_close(client);
}

Test(counts, requests_by_what_was_answered) {
    struct outcome out;
    behaviour.status = 422;
    post(&(struct order){0}, &out);
    behaviour.status = 0;
    post(&(struct order){0}, &out);
    post(&(struct order){0}, &out);
    cr_assert(is_told("pontis_http_requests_total{listener=\"peer\",status=\"422\"} 1\n"), "%s", text.data);
    cr_assert(is_told("pontis_http_requests_total{listener=\"peer\",status=\"200\"} 2\n"));
    cr_assert_not(is_told("pontis_tls_failures_total{"), "every handshake held");
}
