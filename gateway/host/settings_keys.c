#include "host/settings_keys.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

const char *const setting_type_names[SETTING_TYPES] = {
    [SETTING_TEXT] = "text",       [SETTING_NAME] = "name",         [SETTING_CONNINFO] = "connection",
    [SETTING_INTEGER] = "integer", [SETTING_DURATION] = "duration", [SETTING_BOOLEAN] = "boolean",
    [SETTING_ADDRESS] = "address", [SETTING_URL] = "URL",           [SETTING_CHOICE] = "choice",
    [SETTING_FILE] = "file",       [SETTING_SECRET] = "secret file"};

/* A row's place in struct settings; `checked` names the C type that its member has to have. */
#define PLACE(member, checked)                                                                               \
    (offsetof(struct settings, member) + 0 * sizeof(checked(((struct settings *)0)->member)))
#define OF_TEXT(member)                _Generic((member), char * : (char)0)
#define OF_NUMBER(member)              _Generic((member), int64_t : (char)0)
#define OF_TRUTH(member)               _Generic((member), bool : (char)0)
#define STRING(kind, key_path, member) .path = (key_path), .type = (kind), .offset = PLACE(member, OF_TEXT)
#define TEXT(member)                   STRING(SETTING_TEXT, #member, member)
#define NAME(member)                   STRING(SETTING_NAME, #member, member)
#define CONNINFO(member)               STRING(SETTING_CONNINFO, #member, member)
#define ADDRESS(member)                STRING(SETTING_ADDRESS, #member, member)
#define URL(member)                    STRING(SETTING_URL, #member, member)
#define PICK(member)                   STRING(SETTING_CHOICE, #member, member)
#define PATH(member)                   STRING(SETTING_FILE, #member, member)
#define SECRET(member)                 STRING(SETTING_SECRET, #member, member)
#define INTEGER(member)                .path = #member, .type = SETTING_INTEGER, .offset = PLACE(member, OF_NUMBER)
#define DURATION(member)               .path = #member, .type = SETTING_DURATION, .offset = PLACE(member, OF_NUMBER)
#define BOOLEAN(member)                .path = #member, .type = SETTING_BOOLEAN, .offset = PLACE(member, OF_TRUTH)
/* Named as librdkafka names it. */
#define KAFKA(kind, property, member) STRING(kind, "bus.security." property, bus.security.member)

const struct settings_key settings_keys[] = {
    {NAME(name), .least = 1, .most = 30, .example = "home",
     .help = "This gateway's name: in its logs, as the source of its events, as its members' name in Kafka's "
             "group. Never changes while payments are open."},
    {CONNINFO(database), .example = "host=/run/postgresql dbname=pontis user=pontis_app",
     .help = "How the gateway reaches PostgreSQL, as libpq takes it, without a password."},
    {SECRET(database_password_file), .optional = true, .example = "credential:database-password",
     .help = "File that holds the password for `database`, in its first line. Not needed with peer or "
             "certificate authentication, or with passfile= in `database`."},
    {CONNINFO(owner_database), .optional = true, .use = SETTINGS_OF_OWNER,
     .example = "host=/run/postgresql dbname=pontis user=pontis_owner",
     .help = "The same for the owner of the schema. Only `pontis migrate` uses it."},
    {SECRET(owner_database_password_file), .optional = true, .use = SETTINGS_OF_OWNER,
     .example = "/etc/pontis/owner-password", .help = "File that holds the password for `owner_database`."},
    {INTEGER(workers), .default_text = "0", .most = 64, .unit = "processes", .example = "4",
     .help = "How many workers run side by side. 0: one for each core."},

    {TEXT(bus.brokers), .most = 1024, .example = "kafka-1.example:9092,kafka-2.example:9092",
     .help = "Kafka brokers to begin with, HOST:PORT, with commas between them."},
    {NAME(bus.topic_in), .least = 1, .most = 249, .example = "wallet.to-pontis",
     .help = "The topic the wallet system writes and the gateway reads."},
    {NAME(bus.topic_out), .least = 1, .most = 249, .example = "pontis.to-wallet",
     .help = "The topic the gateway writes and the wallet system reads."},
    {NAME(bus.incarnation), .least = 1, .most = 64, .example = "2026-01",
     .help = "Which topic of the name topic_in this is: another value for another topic of the same name, "
             "such as one that was deleted and made again."},
    {NAME(bus.group), .least = 1, .most = 249, .example = "pontis-home",
     .help = "The consumer group that the workers of this gateway share."},
    {DURATION(bus.fetch_wait), .default_text = "500ms", .least = 1, .most = 60000, .unit = "ms",
     .example = "50ms", .help = "How long a broker may hold a fetch back for want of records."},

    {KAFKA(SETTING_CHOICE, "security.protocol", protocol), .default_text = "plaintext",
     .choices = "plaintext ssl sasl_plaintext sasl_ssl", .example = "sasl_ssl",
     .help = "How the brokers are spoken to."},
    {KAFKA(SETTING_FILE, "ssl.ca.location", ca), .optional = true, .example = "/etc/pontis/kafka-ca.pem",
     .help = "The CA that the brokers' certificates come from (PEM)."},
    {KAFKA(SETTING_FILE, "ssl.certificate.location", certificate), .optional = true,
     .example = "/etc/pontis/kafka.pem", .help = "This gateway's certificate for the brokers (PEM)."},
    {KAFKA(SETTING_SECRET, "ssl.key.location", key), .optional = true, .example = "/etc/pontis/kafka.key",
     .help = "Its key (PEM)."},
    {KAFKA(SETTING_CHOICE, "sasl.mechanism", mechanism), .optional = true,
     .choices = "PLAIN SCRAM-SHA-256 SCRAM-SHA-512", .example = "SCRAM-SHA-512",
     .help = "How the gateway proves itself by a password."},
    {KAFKA(SETTING_TEXT, "sasl.username", username), .optional = true, .most = 256, .example = "pontis",
     .help = "The user that the password belongs to."},
    {KAFKA(SETTING_SECRET, "sasl.password_file", password_file), .optional = true,
     .example = "credential:kafka-password", .help = "File that holds the password, in its first line."},

    {ADDRESS(peer.listen), .example = "192.0.2.10:8443",
     .help = "Where other gateways send their messages. All workers share it."},

    {ADDRESS(api.listen), .example = "192.0.2.10:8444",
     .help = "Where operators, participants and auditors reach the API. All workers share it."},
    {PATH(api.operators), .optional = true, .use = SETTINGS_OF_OWNER, .example = "/etc/pontis/operators",
     .help =
         "File of the first operators, at least two, whom `pontis migrate` enrols while there are none: a "
         "line each, the SHA-256 of the certificate in 64 lower-case hex digits and a name. Later ones come "
         "by `pontis operator add`."},

    {ADDRESS(admin.listen), .default_text = "127.0.0.1:9464", .example = "127.0.0.1:9464",
     .help = "Where probes and metrics are answered, without TLS."},
    {BOOLEAN(admin.public), .default_text = "false", .example = "false",
     .help = "Allows admin.listen to be an address that other machines reach."},

    {PATH(tls.ca), .reloadable = true, .example = "/etc/pontis/tls/ca.pem",
     .help = "The CA that peers' and clients' certificates come from (PEM). With a revocation list in the "
             "same file, one is demanded of every CA."},
    {PATH(tls.certificate), .reloadable = true, .example = "/etc/pontis/tls/gateway.pem",
     .help = "This gateway's certificate, for server and client, with its chain (PEM)."},
    {SECRET(tls.key), .reloadable = true, .example = "credential:tls-key", .help = "Its key (PEM)."},

    {SECRET(signing.key), .reloadable = true, .example = "credential:signing-key",
     .help = "The key that messages to peers are signed with (PEM, P-256)."},
    {PATH(signing.certificate), .reloadable = true, .example = "/etc/pontis/signing/gateway.pem",
     .help = "Its certificate (PEM)."},
    {PATH(signing.peer_certificates), .reloadable = true, .example = "/etc/pontis/signing/peers.pem",
     .help = "The certificates that peers sign with, one after the other (PEM). A corridor's pins say which "
             "of them are whose."},

    {PICK(log.format), .default_text = "logfmt", .reloadable = true, .choices = "logfmt json",
     .example = "json", .help = "How a line of the log is written."},
    {PICK(log.level), .default_text = "info", .reloadable = true, .choices = "info warning error",
     .example = "warning", .help = "The least that is worth a line of the log."},

    {URL(tracing.endpoint), .default_text = "", .example = "http://127.0.0.1:4318/v1/traces",
     .help = "Where traces are sent, as OTLP over HTTP. Empty: nowhere."},

    {DURATION(shutdown.drain), .default_text = "5s", .most = 600000, .reloadable = true, .example = "10s",
     .help = "How long a worker that is told to end may go on with what it has taken in."},

    {DURATION(supervisor.silence), .default_text = "3s", .least = 2000, .most = 60000, .reloadable = true,
     .example = "5s",
     .help = "How long a worker may be silent before it is killed and another one started in its place."},

    {URL(client.url), .optional = true, .use = SETTINGS_OF_CLIENT, .variable = "PONTIS_URL",
     .example = "https://192.0.2.10:8444",
     .help = "The API of the gateway that is asked: https://HOST:PORT."},
    {PATH(client.ca), .optional = true, .use = SETTINGS_OF_CLIENT, .variable = "PONTIS_CA",
     .example = "/etc/pontis/tls/ca.pem", .help = "The CA that its certificate comes from (PEM)."},
    {PATH(client.certificate), .optional = true, .use = SETTINGS_OF_CLIENT, .variable = "PONTIS_CERT",
     .example = "/home/operator/pontis.pem", .help = "The certificate of the operator who asks (PEM)."},
    {SECRET(client.key), .optional = true, .use = SETTINGS_OF_CLIENT, .variable = "PONTIS_KEY",
     .example = "/home/operator/pontis.key", .help = "Its key (PEM)."},
};
const size_t settings_key_count = sizeof settings_keys / sizeof *settings_keys;

const struct settings_section settings_sections[] = {
    {"bus", "Kafka, which the wallet system's events come and go by."},
    {"bus.security", "How brokers and gateway prove themselves to each other, in librdkafka's words."},
    {"peer", "The listener for other gateways, with mutual TLS."},
    {"api", "The listener for operators, participants and auditors, with mutual TLS."},
    {"admin", "The listener for probes and metrics."},
    {"tls", "Who this gateway is to whoever connects to it, and to peers it connects to."},
    {"signing", "Who signs messages."},
    {"log", "The log, on stderr."},
    {"tracing", "OpenTelemetry."},
    {"shutdown", "How the gateway ends."},
    {"supervisor", "How workers are watched."},
    {"client", "How the verbs of `pontis` that ask or order a gateway reach it."},
};
const size_t settings_section_count = sizeof settings_sections / sizeof *settings_sections;

/* ---- paths ---- */

size_t settings_key_find(const char *path) {
    size_t i = 0;
    while (i < settings_key_count && !text_equal(settings_keys[i].path, path))
        i++;
    return i;
}

bool settings_is_section(const char *path) {
    for (size_t i = 0; i < settings_section_count; i++)
        if (text_equal(settings_sections[i].path, path))
            return true;
    return false;
}

const char *settings_nearest_path(const char *path) {
    const char *nearest = settings_keys[0].path;
    for (size_t i = 1; i < settings_key_count; i++)
        if (text_distance(settings_keys[i].path, path) < text_distance(nearest, path))
            nearest = settings_keys[i].path;
    for (size_t i = 0; i < settings_section_count; i++)
        if (text_distance(settings_sections[i].path, path) < text_distance(nearest, path))
            nearest = settings_sections[i].path;
    return nearest;
}

/* ---- variables ---- */

static const char *const other_variables[] = {"PONTIS_SETTINGS", "PONTIS_SANDBOX", "PONTIS_BUILD"};

void settings_key_variable(const struct settings_key *key, char out[SETTINGS_VARIABLE_SIZE]) {
    if (key->variable) {
        text_set(out, SETTINGS_VARIABLE_SIZE, key->variable);
        return;
    }
    snprintf(out, SETTINGS_VARIABLE_SIZE, "PONTIS_%s", key->path);
    for (char *c = out; *c; c++)
        *c = isalnum((unsigned char)*c) ? (char)toupper((unsigned char)*c) : '_';
}

static bool names(const char *known, const char *name, size_t length) {
    return strlen(known) == length && strncmp(known, name, length) == 0;
}

size_t settings_key_of_variable(const char *name, size_t length) {
    char known[SETTINGS_VARIABLE_SIZE];
    size_t i = 0;
    for (; i < settings_key_count; i++) {
        settings_key_variable(&settings_keys[i], known);
        if (names(known, name, length))
            break;
    }
    return i;
}

bool settings_is_other_variable(const char *name, size_t length) {
    for (size_t i = 0; i < sizeof other_variables / sizeof *other_variables; i++)
        if (names(other_variables[i], name, length))
            return true;
    return false;
}

void settings_nearest_variable(const char *name, char out[SETTINGS_VARIABLE_SIZE]) {
    char known[SETTINGS_VARIABLE_SIZE];
    text_set(out, SETTINGS_VARIABLE_SIZE, other_variables[0]);
    for (size_t i = 0; i < settings_key_count; i++) {
        settings_key_variable(&settings_keys[i], known);
        if (text_distance(known, name) < text_distance(out, name))
            text_set(out, SETTINGS_VARIABLE_SIZE, known);
    }
}
