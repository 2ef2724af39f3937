#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/inspect.h"
#include "settings_fixture.h"
#include "tests/support/certificates.h"

/* One gateway's files, all of them right. */
static char directory[FILE_SIZE];
static struct authority authority, stranger;
static struct certificate gateway, signer, other;

static void set_up(void) {
    const struct wish as_gateway = {.name = "gateway"}, as_signer = {.name = "signer"},
                      as_other = {.name = "other"};
    certificates_directory(directory);
    authority_make(&authority, directory, "authority");
    authority_make(&stranger, directory, "stranger");
    certificate_make(&gateway, &authority, directory, &as_gateway);
    certificate_make(&signer, &authority, directory, &as_signer);
    certificate_make(&other, &authority, directory, &as_other);
    chmod(gateway.key_file, 0600);
    chmod(signer.key_file, 0600);
}

static void tear_down(void) {
    authority_wipe(&authority);
    authority_wipe(&stranger);
    certificates_remove(directory);
}

TestSuite(inspect, .init = set_up, .fini = tear_down);

static const char *file_of(const char *ca, const struct certificate *certificate, const char *key) {
    static char text[4096];
    snprintf(text, sizeof text,
             "name: home\n"
             "database: dbname=home\n"
             "bus: {brokers: 'h:9092', topic_in: a, topic_out: b, incarnation: x, group: g}\n"
             "peer: {listen: '127.0.0.1:1'}\n"
             "api: {listen: '127.0.0.1:2', operators: %s}\n"
             "tls: {ca: %s, certificate: %s, key: %s}\n"
             "signing: {key: %s, certificate: %s, peer_certificates: %s}\n",
             other.file, ca, certificate->file, key, signer.key_file, signer.file, other.file);
    return text;
}

static void inspect(const char *file, enum settings_use use, struct read *out) {
    read_settings(&(struct given){.file = file}, out);
    cr_assert(out->is_right, "%s", findings_text(out));
    inspect_settings(out->settings, use, &out->findings);
}

static void expect_found(const char *file, const char *key, const char *text) {
    struct read read;
    inspect(file, SETTINGS_OF_GATEWAY, &read);
    cr_expect(has_finding(&read, read.path, key, text), "%s: %s", key, findings_text(&read));
    cr_expect(findings_has(&read.findings, FINDING_ERROR));
    read_wipe(&read);
}

Test(inspect, files_that_are_right) {
    struct read read;
    inspect(file_of(authority.file, &gateway, gateway.key_file), SETTINGS_OF_GATEWAY, &read);
    cr_expect_eq(read.findings.list.count, 0, "%s", findings_text(&read));
    read_wipe(&read);
}

Test(inspect, a_file_that_is_not_there) {
    expect_found(file_of("/nowhere/ca.pem", &gateway, gateway.key_file), "tls.ca", "No such file");
    expect_found(file_of(authority.file, &gateway, directory), "tls.key", "a folder");
}

Test(inspect, a_key_that_everybody_can_read) {
    chmod(gateway.key_file, 0644);
    expect_found(file_of(authority.file, &gateway, gateway.key_file), "tls.key", "chmod o-rw");
    chmod(gateway.key_file, 0640);
    struct read read;
    inspect(file_of(authority.file, &gateway, gateway.key_file), SETTINGS_OF_GATEWAY, &read);
    cr_expect_eq(read.findings.list.count, 0, "%s", findings_text(&read));
    read_wipe(&read);
}

Test(inspect, another_certificates_key) {
    expect_found(file_of(authority.file, &gateway, signer.key_file), "tls.key",
                 "not the key of the certificate");
}

Test(inspect, what_is_no_certificate_and_no_key) {
    const struct certificate odd = {.file = "/etc/passwd"};
    expect_found(file_of(authority.file, &odd, gateway.key_file), "tls.certificate",
                 "a certificate is expected");
    expect_found(file_of(authority.file, &gateway, gateway.file), "tls.key", "a private key is expected");
    expect_found(file_of(gateway.key_file, &gateway, gateway.key_file), "tls.ca",
                 "certificates are expected");
}

Test(inspect, a_certificate_out_of_its_time) {
    struct certificate old, early;
    certificate_make(&old, &authority, directory,
                     &(struct wish){.name = "old", .from = -7200, .until = -3600});
    certificate_make(&early, &authority, directory,
                     &(struct wish){.name = "early", .from = 3600, .until = 7200});
    expect_found(file_of(authority.file, &old, old.key_file), "tls.certificate", "has expired");
    expect_found(file_of(authority.file, &early, early.key_file), "tls.certificate", "not valid yet");
}

Test(inspect, a_certificate_that_the_ca_does_not_vouch_for) {
    expect_found(file_of(stranger.file, &gateway, gateway.key_file), "tls.certificate", "does not vouch");
    struct certificate client;
    certificate_make(&client, &authority, directory, &(struct wish){.name = "client", .usage = "clientAuth"});
    expect_found(file_of(authority.file, &client, client.key_file), "tls.certificate", "as a server's");
    authority_revoke(&authority, gateway.serial);
    expect_found(file_of(authority.file, &gateway, gateway.key_file), "tls.certificate", "revoked");
}

Test(inspect, a_peers_old_certificate_is_a_warning) {
    struct certificate old;
    certificate_make(&old, &authority, directory,
                     &(struct wish){.name = "old", .from = -7200, .until = -3600});
    char file[4096];
    snprintf(file, sizeof file, "%s", file_of(authority.file, &gateway, gateway.key_file));
    char *peers = strstr(file, "peer_certificates: ");
    snprintf(peers, sizeof file - (size_t)(peers - file), "peer_certificates: %s}\n", old.file);
    struct read read;
    inspect(file, SETTINGS_OF_GATEWAY, &read);
    cr_expect(has_finding(&read, ":7", "signing.peer_certificates", "has expired"), "%s",
              findings_text(&read));
    cr_expect_not(findings_has(&read.findings, FINDING_ERROR));
    read_wipe(&read);
}

Test(inspect, a_gateway_does_not_look_at_its_operators_files) {
    char file[4096 + 128];
    snprintf(file, sizeof file,
             "%sclient: {ca: /nowhere/a, key: /nowhere/b}\nowner_database_password_file: /nowhere/c\n",
             file_of(authority.file, &gateway, gateway.key_file));
    struct read read;
    inspect(file, SETTINGS_OF_GATEWAY, &read);
    cr_expect_eq(read.findings.list.count, 0, "%s", findings_text(&read));
    inspect_settings(read.settings, SETTINGS_OF_CLIENT, &read.findings);
    cr_expect(has_finding(&read, ":8", "client.key", "/nowhere/b"), "%s", findings_text(&read));
    inspect_settings(read.settings, SETTINGS_OF_OWNER, &read.findings);
    cr_expect(has_finding(&read, ":9", "owner_database_password_file", "/nowhere/c"), "%s",
              findings_text(&read));
    read_wipe(&read);
}
