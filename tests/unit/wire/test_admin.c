#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fixture.h"
#include "host/metrics.h"
#include "wire/admin.h"

TestSuite(admin, .init = world_open, .fini = world_close, .timeout = 60);

struct probe {
    int port;
    const char *path;
    char answer[256 * 1024];
};

static void run_probe(void *context) {
    struct probe *probe = context;
    int socket_ = actor_connect_plain(probe->port);
    char text[128];
    size_t length = 0;
    ssize_t got;
    snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", probe->path);
    (void)!write(socket_, text, strlen(text));
    while ((got = read(socket_, probe->answer + length, sizeof probe->answer - 1 - length)) > 0)
        length += (size_t)got;
    close(socket_);
}

static const char *ask(struct admin *admin, const char *path) {
    static struct probe probe;
    probe = (struct probe){.port = admin_port(admin), .path = path};
    actor_join(actor_start(world.base, run_probe, &probe));
    return probe.answer;
}

static void expect(struct admin *admin, const char *path, const char *status, const char *body) {
    const char *answer = ask(admin, path);
    cr_expect_eq(strncmp(answer, status, strlen(status)), 0, "%s: %s", path, answer);
    cr_expect(strstr(answer, body), "%s: %s", path, answer);
}

static bool tell_ready(void *context, struct buffer *json) {
    const bool *ready = context;
    buffer_add_string(json, *ready ? "{\"ready\":true}" : "{\"ready\":false}");
    return *ready;
}

static struct admin *open_admin(bool *ready) {
    const struct admin_settings settings = {"127.0.0.1:0", false, tell_ready, ready};
    struct admin *admin;
    struct result result = admin_open(world.base, &settings, &admin);
    cr_assert(result_is_ok(&result), "%s", result.detail);
    return admin;
}

Test(admin, tells_health_and_readiness) {
    bool ready = false;
    struct admin *admin = open_admin(&ready);
    expect(admin, "/healthz", "HTTP/1.1 200 ", "ok\n");
    expect(admin, "/readyz", "HTTP/1.1 503 ", "\r\n\r\n{\"ready\":false}\n");
    ready = true;
    expect(admin, "/readyz", "HTTP/1.1 200 ", "Content-Type: application/json\r\n");
    expect(admin, "/else", "HTTP/1.1 404 ", "");
    admin_close(admin);
}

Test(admin, tells_what_was_counted_as_prometheus_reads_it) {
    bool ready = true;
    struct result shared = metrics_share(1);
    cr_assert(result_is_ok(&shared));
    metrics_count(METRIC_BATCHES, "committed");
    struct admin *admin = open_admin(&ready);
    expect(admin, "/metrics", "HTTP/1.1 200 ", "\npontis_batches_total{outcome=\"committed\"} 1\n");
    expect(admin, "/metrics", "HTTP/1.1 200 ", "text/plain; version=0.0.4");
    admin_close(admin);
    metrics_unshare();
}

Test(admin, lets_other_machines_in_only_when_it_is_told_to) {
    bool ready = true;
    struct admin *admin;
    struct admin_settings settings = {"0.0.0.0:0", false, tell_ready, &ready};
    struct result result = admin_open(world.base, &settings, &admin);
    cr_assert_eq(result.kind, RESULT_FATAL);
    cr_assert(strstr(result.detail, "admin.public"), "%s", result.detail);
    settings.is_public = true;
    result = admin_open(world.base, &settings, &admin);
    cr_assert(result_is_ok(&result), "%s", result.detail);
    expect(admin, "/healthz", "HTTP/1.1 200 ", "ok\n");
    admin_close(admin);
}
