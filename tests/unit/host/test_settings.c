#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "host/file_bytes.h"
#include "settings_fixture.h"

/* ---- a file ---- */

Test(settings, a_whole_file) {
    struct read read;
    read_settings(&(struct given){.file = whole_file}, &read);
    cr_assert(read.is_right, "%s", findings_text(&read));
    const struct settings *settings = read.settings;
    cr_assert_str_eq(settings->name, "home");
    cr_assert_str_eq(settings->bus.topic_out, "b");
    cr_assert_str_eq(settings->signing.peer_certificates, "c");
    cr_assert_eq(settings->workers, 1);
    cr_assert_null(settings->owner_database);
    cr_assert_eq(settings->bus.fetch_wait, 500);
    cr_assert_str_eq(settings->log.format, "logfmt");
    cr_assert_not(settings->admin.public);
    read_wipe(&read);
}

Test(settings, an_unknown_key_is_told_with_file_line_and_the_nearest_known_one) {
    struct read read;
    read_settings(&(struct given){.file = whole_file_and("workres: 2")}, &read);
    cr_assert_not(read.is_right);
    char where[80];
    snprintf(where, sizeof where, "%s:10", read.path);
    cr_assert(has_finding(&read, where, "workres", "nearest known one is workers"), "%s",
              findings_text(&read));
    read_wipe(&read);
}

Test(settings, every_mistake_of_a_file_is_told_at_once) {
    struct read read;
    read_settings(&(struct given){.file = "name: 'no spaces here'\n"
                                          "workers: many\n"
                                          "bus:\n"
                                          "  brokrs: h:1\n"
                                          "  fetch_wait: 5 s\n"
                                          "tls: nothing\n"
                                          "log: [json]\n"
                                          "name: home\n"},
                  &read);
    cr_assert_not(read.is_right);
    const char *text = findings_text(&read);
    cr_expect(has_finding(&read, ":1", "name", "letters, digits"), "%s", text);
    cr_expect(has_finding(&read, ":2", "workers", "a whole number from 0 to 64"), "%s", text);
    cr_expect(has_finding(&read, ":4", "bus.brokrs", "bus.brokers"), "%s", text);
    cr_expect(has_finding(&read, ":5", "bus.fetch_wait", "a duration"), "%s", text);
    cr_expect(has_finding(&read, ":6", "tls", "a block of keys"), "%s", text);
    cr_expect(has_finding(&read, ":7", "log", "a block of keys"), "%s", text);
    cr_expect(has_finding(&read, ":8", "name", "twice: it is in line 1 too"), "%s", text);
    cr_expect(has_finding(&read, NULL, "database", "missing"), "%s", text);
    read_wipe(&read);
}

Test(settings, a_missing_key_is_named_with_its_variable) {
    struct read read;
    read_settings(&(struct given){.file = strstr(whole_file, "database")}, &read);
    cr_assert_not(read.is_right);
    cr_assert(has_finding(&read, read.path, "name", "PONTIS_NAME"), "%s", findings_text(&read));
    read_wipe(&read);
}

Test(settings, what_is_no_yaml_is_told_with_its_line) {
    struct read read;
    read_settings(&(struct given){.file = "name: home\nbus: {brokers: h\npeer: x\n"}, &read);
    cr_expect(has_finding(&read, ":", "", "no YAML"), "%s", findings_text(&read));
    read_wipe(&read);
    read_settings(&(struct given){.file = "name: home\n\x01: x\n"}, &read);
    cr_expect(has_finding(&read, ":2", "", "no YAML"), "%s", findings_text(&read));
    read_wipe(&read);
    read_settings(&(struct given){.file = whole_file_and("---\nname: away")}, &read);
    cr_expect(has_finding(&read, ":11", "", "one document"), "%s", findings_text(&read));
    read_wipe(&read);
}

Test(settings, a_value_is_one_value) {
    struct read read;
    read_settings(&(struct given){.file = whole_file_and("owner_database: [a]")}, &read);
    cr_expect(has_finding(&read, ":10", "owner_database", "one value"), "%s", findings_text(&read));
    read_wipe(&read);
    read_settings(&(struct given){.file = whole_file_and("owner_database:")}, &read);
    cr_expect(has_finding(&read, ":10", "owner_database", "not nothing"), "%s", findings_text(&read));
    read_wipe(&read);
    read_settings(&(struct given){.file = whole_file_and("? [a]\n: b")}, &read);
    cr_expect(has_finding(&read, ":10", "", "a key is expected"), "%s", findings_text(&read));
    read_wipe(&read);
}

Test(settings, a_file_that_is_named_has_to_be_there) {
    struct read read;
    read_settings(&(struct given){0}, &read);
    cr_assert_not(read.is_right);
    cr_assert(has_finding(&read, NULL, "", "cannot read /nowhere/pontis.yaml: No such file"), "%s",
              findings_text(&read));
    cr_assert_eq(read.findings.list.count, 1, "what is missing follows from that: %s", findings_text(&read));
    read_wipe(&read);
}

/* ---- which source wins ---- */

static void expect_where(const struct read *read, const char *path, const char *wanted) {
    char where[SETTINGS_WHERE_SIZE];
    settings_where(read->settings, settings_key_find(path), where);
    cr_expect_str_eq(where, wanted, "%s: %s", path, where);
}

Test(settings, a_flag_goes_before_a_variable_before_the_file_before_the_default) {
    char *variables[] = {"PONTIS_WORKERS=2", "PONTIS_BUS_GROUP=of-variable", "HOME=/", NULL};
    const char *flags[] = {"workers=3", NULL};
    struct read read;
    read_settings(&(struct given){.file = whole_file, .flags = flags, .variables = variables}, &read);
    cr_assert(read.is_right, "%s", findings_text(&read));
    cr_expect_eq(read.settings->workers, 3);
    cr_expect_str_eq(read.settings->bus.group, "of-variable");
    cr_expect_str_eq(read.settings->bus.topic_in, "a");
    cr_expect_str_eq(read.settings->log.level, "info");
    char line[80];
    snprintf(line, sizeof line, "%s:4", read.path);
    expect_where(&read, "workers", "flag --set workers");
    expect_where(&read, "bus.group", "variable PONTIS_BUS_GROUP");
    expect_where(&read, "bus.topic_in", line);
    expect_where(&read, "log.level", "default");
    read_wipe(&read);
}

Test(settings, a_flag_hides_a_mistake_of_the_file) {
    const char *flags[] = {"workers=3", NULL};
    struct read read;
    read_settings(&(struct given){.file = whole_file_and("log: {level: loud}"), .flags = flags}, &read);
    cr_expect_not(read.is_right);
    read_wipe(&read);
    const char *other[] = {"log.level=error", NULL};
    read_settings(&(struct given){.file = whole_file_and("log: {level: loud}"), .flags = other}, &read);
    cr_expect(read.is_right, "%s", findings_text(&read));
    read_wipe(&read);
}

Test(settings, a_variable_without_text_is_none) {
    char *variables[] = {"PONTIS_WORKERS=", "PONTIS_WORKRES=", NULL};
    struct read read;
    read_settings(&(struct given){.file = whole_file, .variables = variables}, &read);
    cr_expect_eq(read.findings.list.count, 0, "%s", findings_text(&read));
    cr_expect_eq(read.settings->workers, 1);
    read_wipe(&read);
}

Test(settings, an_unknown_variable_is_a_warning_with_the_nearest_known_one) {
    char *variables[] = {"PONTIS_BUS_BROKRES=h:1", "PONTIS_SETTINGS=x", "PONTIS_URL=https://h",
                         "PONTIS_SANDBOX=/s",      "PONTIS_KEY=k",      NULL};
    struct read read;
    read_settings(&(struct given){.file = whole_file, .variables = variables}, &read);
    cr_expect(read.is_right);
    cr_expect_eq(read.findings.list.count, 1, "%s", findings_text(&read));
    cr_expect(has_finding(&read, "environment", "PONTIS_BUS_BROKRES", "PONTIS_BUS_BROKERS"), "%s",
              findings_text(&read));
    read_wipe(&read);
}

Test(settings, an_unknown_flag_is_refused_with_the_nearest_known_one) {
    expect_refused("bus.brokrs=h:1", "bus.brokers");
    expect_refused("workers", "KEY=VALUE");
}

Test(settings, one_who_calls_a_gateway_needs_the_section_client_alone) {
    struct read read;
    read_settings(&(struct given){.file = "client: {url: 'https://h:1', ca: a, certificate: b, key: c}\n"
                                          "workers: many\n",
                                  .use = SETTINGS_OF_CLIENT},
                  &read);
    cr_expect(read.is_right, "%s", findings_text(&read));
    cr_expect_str_eq(read.settings->client.url, "https://h:1");
    cr_expect_str_eq(read.settings->client.key, "c");
    read_wipe(&read);
}

Test(settings, who_migrates_needs_the_owners_keys_alone) {
    struct read read;
    read_settings(&(struct given){.file = "owner_database: dbname=home\n"
                                          "tls: {key: 'credential:tls-key'}\n",
                                  .use = SETTINGS_OF_OWNER},
                  &read);
    cr_expect(read.is_right, "%s", findings_text(&read));
    cr_expect_str_eq(read.settings->owner_database, "dbname=home");
    read_wipe(&read);
}

/* ---- types ---- */

Test(settings, whole_numbers) {
    expect_taken("workers=64");
    expect_refused("workers=65", "from 0 to 64 is expected, not 65");
    expect_refused("workers=-1", "a whole number");
    expect_refused("workers=1.5", "a whole number");
    expect_refused("workers=", "not nothing");
    expect_refused("workers=99999999999999999999", "a whole number");
}

static int64_t drain_of(const char *flag) {
    const char *flags[] = {flag, NULL};
    struct read read;
    read_settings(&(struct given){.file = whole_file, .flags = flags}, &read);
    cr_expect(read.is_right, "%s", findings_text(&read));
    int64_t drain = read.settings->shutdown.drain;
    read_wipe(&read);
    return drain;
}

Test(settings, durations_have_a_unit) {
    cr_expect_eq(drain_of("shutdown.drain=250ms"), 250);
    cr_expect_eq(drain_of("shutdown.drain=0s"), 0);
    cr_expect_eq(drain_of("shutdown.drain=90s"), 90000);
    cr_expect_eq(drain_of("shutdown.drain=10min"), 600000);
    expect_refused("shutdown.drain=5",
                   "a duration (500ms, 10s, 5min, 2h, 1d) from 0s to 10min is expected, not 5");
    expect_refused("shutdown.drain=1h", "to 10min");
    expect_refused("shutdown.drain=5sec", "a duration");
    expect_refused("shutdown.drain=999999999999999d", "a duration");
    expect_refused("bus.fetch_wait=0", "from 1ms to 1min");
    expect_taken("bus.fetch_wait=5");
}

Test(settings, truth) {
    expect_taken("admin.public=true");
    expect_refused("admin.public=yes", "true or false is expected, not yes");
}

Test(settings, addresses_are_numeric) {
    expect_taken("peer.listen=[::1]:8443");
    expect_refused("peer.listen=localhost:8443", "a numeric HOST:PORT");
    expect_refused("peer.listen=127.0.0.1", "a numeric HOST:PORT");
    expect_refused("peer.listen=127.0.0.1:0", "a numeric HOST:PORT");
    expect_refused("peer.listen=127.0.0.1:65536", "a numeric HOST:PORT");
    expect_refused("peer.listen=::1:8443", "a numeric HOST:PORT");
}

Test(settings, choices_names_texts) {
    expect_taken("log.format=json");
    expect_refused("log.format=jso", "logfmt or json is expected, not jso");
    expect_refused("log.level=", "info, warning or error is expected, not nothing");
    expect_refused("name=home/1", "letters, digits");
    expect_refused("name=a-name-that-is-longer-than-thirty-characters", "at most 30 characters");
    expect_refused("bus.brokers=", "a text");
}

Test(settings, urls_hold_no_password) {
    expect_taken("tracing.endpoint=");
    expect_taken("tracing.endpoint=http://127.0.0.1:4318/v1/traces");
    expect_refused("tracing.endpoint=127.0.0.1:4318", "a URL");
    expect_refused("tracing.endpoint=https://me:secret@host/", "without user and password");
    expect_refused("client.url=http://h:1", "by TLS alone");
}

Test(settings, a_password_in_the_connection_is_refused) {
    expect_refused("database=dbname=home password=secret", "_password_file");
    expect_refused("database=dbname=home password = secret", "_password_file");
    expect_refused("database=postgresql://me:secret@host/home", "_password_file");
    expect_refused("database=postgresql://host/home?password=secret", "_password_file");
    expect_refused("owner_database=sslpassword=secret", "_password_file");
    expect_taken("database=dbname=home passfile=/etc/pontis/pgpass");
    expect_taken("database=postgresql://me@host/home");
}

Test(settings, a_credential_is_a_file_of_systemd) {
    char *variables[] = {"CREDENTIALS_DIRECTORY=/run/credentials/pontis.service", NULL};
    const char *flags[] = {"tls.key=credential:tls-key", NULL};
    struct read read;
    read_settings(&(struct given){.file = whole_file, .flags = flags, .variables = variables}, &read);
    cr_expect(read.is_right, "%s", findings_text(&read));
    cr_expect_str_eq(read.settings->tls.key, "/run/credentials/pontis.service/tls-key");
    cr_expect_str_eq(read.settings->values[settings_key_find("tls.key")].text, "credential:tls-key");
    read_wipe(&read);
    expect_refused("tls.key=credential:tls-key", "CREDENTIALS_DIRECTORY is not set");
    expect_refused("tls.key=credential:../tls-key", "a path or credential:NAME");
}

Test(settings, a_credential_that_only_the_service_has_is_a_note_to_others) {
    const char *flags[] = {"tls.key=credential:tls-key", NULL};
    struct read read;
    read_settings(&(struct given){.file = whole_file, .flags = flags, .is_rehearsal = true}, &read);
    cr_expect(read.is_right, "%s", findings_text(&read));
    cr_expect(has_finding(&read, "--set", "tls.key", "credential:tls-key"), "%s", findings_text(&read));
    cr_expect_not(findings_has(&read.findings, FINDING_WARNING));
    cr_expect_null(read.settings->tls.key);
    read_wipe(&read);
}

/* ---- what keys mean together ---- */

Test(settings, probes_are_public_only_when_it_is_said) {
    expect_refused("admin.listen=0.0.0.0:9464", "admin.public: true");
    const char *flags[] = {"admin.listen=0.0.0.0:9464", "admin.public=true", NULL};
    struct read read;
    read_settings(&(struct given){.file = whole_file, .flags = flags}, &read);
    cr_expect(read.is_right, "%s", findings_text(&read));
    read_wipe(&read);
}

Test(settings, kafka_is_told_in_the_words_of_librdkafka) {
    struct read read;
    read_settings(&(struct given){.file = "name: home\n"
                                          "bus:\n"
                                          "  security:\n"
                                          "    security.protocol: sasl_ssl\n"
                                          "    ssl.ca.location: /etc/pontis/kafka-ca.pem\n"
                                          "    sasl.mechanism: SCRAM-SHA-512\n"
                                          "    sasl.username: pontis\n"
                                          "    sasl.password_file: /etc/pontis/kafka-password\n"},
                  &read);
    cr_expect_str_eq(read.settings->bus.security.protocol, "sasl_ssl");
    cr_expect_str_eq(read.settings->bus.security.password_file, "/etc/pontis/kafka-password");
    cr_expect_not(has_finding(&read, NULL, "bus.security.security.protocol", NULL), "%s",
                  findings_text(&read));
    read_wipe(&read);
    expect_refused("bus.security.security.protocol=sasl_ssl", "sasl.password_file");
    expect_refused("bus.security.sasl.password=secret", "bus.security.sasl.password_file");
    expect_refused("bus.security.ssl.key.location=/k", "both, or neither");
}

/* ---- a running gateway ---- */

Test(settings, only_what_is_reloadable_is_taken_over) {
    struct read before, after;
    read_settings(&(struct given){.file = whole_file}, &before);
    const char *flags[] = {"log.level=error", "bus.group=other", "tls.key=new", "shutdown.drain=1s", NULL};
    read_settings(&(struct given){.file = whole_file, .flags = flags}, &after);
    struct settings *merged = settings_merge(before.settings, after.settings);
    cr_expect_str_eq(merged->log.level, "error");
    cr_expect_str_eq(merged->tls.key, "new");
    cr_expect_eq(merged->shutdown.drain, 1000);
    cr_expect_str_eq(merged->bus.group, "g");
    cr_expect(settings_differ(merged, after.settings, settings_key_find("bus.group")));
    cr_expect_not(settings_differ(merged, after.settings, settings_key_find("tls.key")));
    settings_free(merged);
    read_wipe(&before);
    read_wipe(&after);
}

/* ---- the table and what is made of it ---- */

Test(settings, every_key_has_a_variable_of_its_own) {
    for (size_t i = 0; i < settings_key_count; i++) {
        char variable[SETTINGS_VARIABLE_SIZE];
        settings_key_variable(&settings_keys[i], variable);
        cr_expect_eq(settings_key_of_variable(variable, strlen(variable)), i, "%s", variable);
        cr_expect_eq(settings_key_find(settings_keys[i].path), i, "%s", settings_keys[i].path);
    }
}

Test(settings, every_default_is_a_value) {
    struct read read;
    read_settings(&(struct given){.file = whole_file}, &read);
    cr_expect(read.is_right, "%s", findings_text(&read));
    read_wipe(&read);
}

Test(settings, the_default_file_is_that_of_the_table) {
    struct buffer wanted, found;
    buffer_init(&wanted, 1 << 16);
    settings_write_default(&wanted);
    struct result read = file_bytes_read(SOURCE_DIR "/deploy/config/pontis.yaml", 1 << 16, &found);
    cr_assert(result_is_ok(&read), "%s", read.detail);
    cr_assert_str_eq(found.data, wanted.data,
                     "make it again: pontis config default > deploy/config/pontis.yaml");
    buffer_wipe(&wanted);
    buffer_wipe(&found);
}

Test(settings, the_default_file_sets_nothing) {
    struct buffer text;
    buffer_init(&text, 1 << 16);
    settings_write_default(&text);
    struct read read;
    read_settings(&(struct given){.file = text.data}, &read);
    for (size_t i = 0; i < read.findings.list.count; i++)
        cr_expect(strstr(read.findings.list.items[i].text, "missing"), "%s", findings_text(&read));
    for (size_t i = 0; i < settings_key_count; i++)
        cr_expect_eq(read.settings->values[i].source, SOURCE_DEFAULT, "%s", settings_keys[i].path);
    read_wipe(&read);
    buffer_wipe(&text);
}

/* "  #name: home" into "  name: home", and explanations, which have a space behind the sign, left out. */
static void uncomment(const char *text, struct buffer *out) {
    while (*text) {
        size_t size = strcspn(text, "\n") + 1, indent = strspn(text, " ");
        bool is_key = text[indent] == '#' && text[indent + 1] != ' ' && text[indent + 1] != '\n';
        buffer_add(out, text, indent);
        if (is_key || text[indent] != '#')
            buffer_add(out, text + indent + is_key, size - indent - is_key);
        else
            buffer_add_char(out, '\n');
        text += size;
    }
}

Test(settings, every_example_of_the_default_file_is_right) {
    char *variables[] = {"CREDENTIALS_DIRECTORY=/run/credentials/pontis.service", NULL};
    struct buffer text, examples;
    buffer_init(&text, 1 << 16);
    buffer_init(&examples, 1 << 16);
    settings_write_default(&text);
    uncomment(text.data, &examples);
    struct read read;
    read_settings(&(struct given){.file = examples.data, .variables = variables}, &read);
    cr_expect(read.is_right, "%s", findings_text(&read));
    for (size_t i = 0; i < settings_key_count; i++)
        cr_expect_eq(read.settings->values[i].source, SOURCE_FILE, "%s", settings_keys[i].path);
    read_wipe(&read);
    buffer_wipe(&text);
    buffer_wipe(&examples);
}
