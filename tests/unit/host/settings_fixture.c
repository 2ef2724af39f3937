#include "settings_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

const char whole_file[] = "name: home\n"
                          "database: dbname=home\n"
                          "workers: 1\n"
                          "bus: {brokers: 'h:9092', topic_in: a, topic_out: b, incarnation: x, group: g}\n"
                          "peer: {listen: '127.0.0.1:1'}\n"
                          "api: {listen: '127.0.0.1:2', operators: o}\n"
                          "admin: {listen: '127.0.0.1:3'}\n"
                          "tls: {ca: a, certificate: b, key: c}\n"
                          "signing: {key: a, certificate: b, peer_certificates: c}\n";

static void write_file(const char *text, char path[64]) {
    snprintf(path, 64, "/tmp/pontis-settings-XXXXXX");
    int file = mkstemp(path);
    cr_assert_geq(file, 0);
    cr_assert_eq(write(file, text, strlen(text)), (ssize_t)strlen(text));
    close(file);
}

void read_settings(const struct given *given, struct read *out) {
    struct settings_request request = {.use = given->use,
                                       .is_rehearsal = given->is_rehearsal,
                                       .flags = given->flags,
                                       .environment = given->variables};
    *out = (struct read){.path = "/nowhere/pontis.yaml"};
    if (given->file)
        write_file(given->file, out->path);
    request.file = out->path;
    while (given->flags && given->flags[request.flag_count])
        request.flag_count++;
    out->is_right = settings_read(&request, &out->findings, &out->settings);
    if (given->file)
        unlink(out->path);
}

void read_wipe(struct read *read) {
    settings_free(read->settings);
    findings_wipe(&read->findings);
}

const char *whole_file_and(const char *line) {
    static char text[4096];
    snprintf(text, sizeof text, "%s%s\n", whole_file, line);
    return text;
}

static bool says(const char *text, const char *wanted) {
    return !wanted || strstr(text, wanted);
}

bool has_finding(const struct read *read, const char *where, const char *key, const char *text) {
    for (size_t i = 0; i < read->findings.list.count; i++) {
        const struct finding *finding = &read->findings.list.items[i];
        if (says(finding->where, where) && (!key || text_equal(finding->key, key)) &&
            says(finding->text, text))
            return true;
    }
    return false;
}

const char *findings_text(const struct read *read) {
    static char text[8192];
    size_t length = 0;
    text[0] = '\0';
    for (size_t i = 0; i < read->findings.list.count && length + FINDING_LINE_SIZE < sizeof text; i++) {
        char line[FINDING_LINE_SIZE];
        finding_line(&read->findings.list.items[i], line);
        length += (size_t)snprintf(text + length, sizeof text - length, "%s\n", line);
    }
    return text;
}

static void key_of(const char *flag, char out[64]) {
    snprintf(out, 64, "%.*s", (int)strcspn(flag, "="), flag);
}

void expect_refused(const char *flag, const char *expected) {
    const char *flags[] = {flag, NULL};
    char key[64];
    struct read read;
    key_of(flag, key);
    read_settings(&(struct given){.file = whole_file, .flags = flags}, &read);
    cr_expect(!read.is_right && has_finding(&read, "--set", key, expected), "%s: %s", flag,
              findings_text(&read));
    read_wipe(&read);
}

void expect_taken(const char *flag) {
    const char *flags[] = {flag, NULL};
    struct read read;
    read_settings(&(struct given){.file = whole_file, .flags = flags}, &read);
    cr_expect(read.is_right, "%s: %s", flag, findings_text(&read));
    read_wipe(&read);
}
