#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/digest.h"
#include "host/settings.h"

Test(digest, hex_there_and_back) {
    uint8_t hash[32];
    digest_sha256("abc", 3, hash);
    char text[65];
    digest_to_hex(hash, 32, text);
    cr_assert_str_eq(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    struct buffer bytes;
    buffer_init(&bytes, 64);
    cr_assert(digest_from_hex(text, 64, &bytes));
    cr_assert_arr_eq(bytes.data, hash, 32);
    cr_assert_not(digest_from_hex("0g", 2, &bytes));
    cr_assert_not(digest_from_hex("012", 3, &bytes));
    buffer_wipe(&bytes);
}

static const char good[] = "name: home\n"
                           "database: dbname=home\n"
                           "workers: 1\n"
                           "bus: {brokers: h, topic_in: a, topic_out: b, incarnation: x, group: g}\n"
                           "peer: {listen: '127.0.0.1:1'}\n"
                           "api: {listen: '127.0.0.1:2', operators: o}\n"
                           "admin: {listen: '127.0.0.1:3'}\n"
                           "tls: {ca: a, certificate: b, key: c}\n"
                           "signing: {key: a, certificate: b, peer_certificates: c}\n";

static struct result load(const char *text, struct settings **out) {
    char path[] = "/tmp/pontis-settings-XXXXXX";
    int file = mkstemp(path);
    cr_assert_geq(file, 0);
    cr_assert_eq(write(file, text, strlen(text)), (ssize_t)strlen(text));
    close(file);
    struct result result = settings_load(path, out);
    unlink(path);
    return result;
}

Test(settings, a_whole_file) {
    struct settings *settings;
    struct result result = load(good, &settings);
    cr_assert(result_is_ok(&result), "%s", result.detail);
    cr_assert_str_eq(settings->name, "home");
    cr_assert_str_eq(settings->bus.topic_out, "b");
    cr_assert_str_eq(settings->signing.peer_certificates, "c");
    cr_assert_eq(settings->workers, 1);
    cr_assert_null(settings->owner_database);
    settings_free(settings);
}

Test(settings, an_unknown_key_is_told_with_its_line_and_the_nearest_known_one) {
    char text[2048];
    snprintf(text, sizeof text, "%sworkres: 2\n", good);
    struct settings *settings;
    struct result result = load(text, &settings);
    cr_assert_eq(result.kind, RESULT_FATAL);
    cr_assert(strstr(result.detail, ":10:"), "%s", result.detail);
    cr_assert(strstr(result.detail, "workres"), "%s", result.detail);
    cr_assert(strstr(result.detail, "workers"), "%s", result.detail);
}

Test(settings, a_missing_key_is_named) {
    struct settings *settings;
    struct result result = load(strstr(good, "database"), &settings);
    cr_assert_eq(result.kind, RESULT_FATAL);
    cr_assert(strstr(result.detail, "name"), "%s", result.detail);
}
