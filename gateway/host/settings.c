#include "host/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "host/address.h"
#include "host/file_bytes.h"
#include "host/settings_file.h"
#include "host/settings_keys.h"
#include "host/settings_value.h"

enum { MOST_FILE_BYTES = 1 << 20 };

struct reading {
    const struct settings_request *request;
    struct findings *findings;
    struct settings *settings;
    bool is_unread; /* there is a file, and not all of it could be read */
};

static const char *variable(const struct settings_request *request, const char *name) {
    size_t length = strlen(name);
    for (char *const *at = request->environment; at && *at; at++)
        if (strncmp(*at, name, length) == 0 && (*at)[length] == '=' && (*at)[length + 1])
            return *at + length + 1;
    return NULL;
}

/* ---- what is given, the weakest first: a stronger source replaces it ---- */

static void give(struct settings *settings, size_t key, enum settings_source source, const char *text,
                 int line) {
    struct settings_value *value = &settings->values[key];
    free(value->text);
    *value = (struct settings_value){.text = must_strdup(text), .source = source, .line = line};
}

static bool is_wanted(const struct reading *reading, size_t key) {
    return reading->request->use == SETTINGS_OF_GATEWAY || reading->request->use == settings_keys[key].use;
}

static void give_defaults(struct reading *reading) {
    for (size_t i = 0; i < settings_key_count; i++)
        if (settings_keys[i].default_text)
            give(reading->settings, i, SOURCE_DEFAULT, settings_keys[i].default_text, 0);
}

static void on_entry(void *context, size_t key, const char *text, int line) {
    struct reading *reading = context;
    if (is_wanted(reading, key))
        give(reading->settings, key, SOURCE_FILE, text, line);
}

/* Of the default file nobody expects that it is there, nor of one who calls a gateway that they may read it.
 */
static const char *file_of(const struct settings_request *request) {
    const char *file = request->file ? request->file : variable(request, "PONTIS_SETTINGS");
    if (file)
        return file;
    if (access(SETTINGS_DEFAULT_FILE, R_OK) == 0)
        return SETTINGS_DEFAULT_FILE;
    return errno == ENOENT || request->use == SETTINGS_OF_CLIENT ? NULL : SETTINGS_DEFAULT_FILE;
}

static void give_file(struct reading *reading) {
    const char *path = file_of(reading->request);
    if (!path)
        return;
    reading->settings->file = must_strdup(path);
    struct buffer text;
    struct result read = file_bytes_read(path, MOST_FILE_BYTES, &text);
    if (result_is_ok(&read))
        reading->is_unread =
            !settings_file_read(buffer_bytes(&text), path, reading->findings, on_entry, reading);
    else
        findings_error(reading->findings, "", "", "%s", read.detail);
    reading->is_unread |= !result_is_ok(&read);
    buffer_wipe(&text);
}

static void find_unknown_variable(struct reading *reading, const char *name, size_t length) {
    char written[SETTINGS_VARIABLE_SIZE], nearest[SETTINGS_VARIABLE_SIZE];
    snprintf(written, sizeof written, "%.*s", (int)length, name);
    settings_nearest_variable(written, nearest);
    findings_warn(reading->findings, "environment", written, "unknown variable; the nearest known one is %s",
                  nearest);
}

static void give_variables(struct reading *reading) {
    for (char *const *at = reading->request->environment; at && *at; at++) {
        size_t length = strcspn(*at, "=");
        if (strncmp(*at, "PONTIS_", 7) != 0 || !(*at)[length] || !(*at)[length + 1])
            continue;
        size_t key = settings_key_of_variable(*at, length);
        if (key == settings_key_count && !settings_is_other_variable(*at, length))
            find_unknown_variable(reading, *at, length);
        else if (key < settings_key_count && is_wanted(reading, key))
            give(reading->settings, key, SOURCE_VARIABLE, *at + length + 1, 0);
    }
}

static void give_flag(struct reading *reading, const char *flag) {
    char path[sizeof((struct finding *)0)->key];
    size_t length = strcspn(flag, "=");
    snprintf(path, sizeof path, "%.*s", (int)length, flag);
    size_t key = settings_key_find(path);
    if (key == settings_key_count)
        findings_error(reading->findings, "flag --set", path, "unknown key; the nearest known one is %s",
                       settings_nearest_path(path));
    else if (!flag[length])
        findings_error(reading->findings, "flag --set", path, "KEY=VALUE is expected");
    else
        give(reading->settings, key, SOURCE_FLAG, flag + length + 1, 0);
}

/* ---- judging ---- */

void settings_where(const struct settings *settings, size_t index, char out[SETTINGS_WHERE_SIZE]) {
    const struct settings_value *value = &settings->values[index];
    char name[SETTINGS_VARIABLE_SIZE];
    settings_key_variable(&settings_keys[index], name);
    switch (value->source) {
    case SOURCE_FLAG:
        snprintf(out, SETTINGS_WHERE_SIZE, "flag --set %s", settings_keys[index].path);
        return;
    case SOURCE_VARIABLE:
        snprintf(out, SETTINGS_WHERE_SIZE, "variable %s", name);
        return;
    case SOURCE_FILE:
        snprintf(out, SETTINGS_WHERE_SIZE, "%.170s:%d", settings->file, value->line);
        return;
    default:
        snprintf(out, SETTINGS_WHERE_SIZE, "default");
    }
}

static bool is_anything_given(const struct settings *settings) {
    for (size_t i = 0; i < settings_key_count; i++)
        if (settings->values[i].source != SOURCE_DEFAULT)
            return true;
    return false;
}

/* Where there is no file or not all of it was read, what is missing follows from that. */
static void find_missing(struct reading *reading) {
    const char *file = reading->settings->file;
    if (reading->is_unread || reading->request->use == SETTINGS_OF_CLIENT)
        return;
    if (!file && !is_anything_given(reading->settings)) {
        findings_error(reading->findings, SETTINGS_DEFAULT_FILE, "",
                       "there is no such file, and none is named by --settings or PONTIS_SETTINGS");
        return;
    }
    for (size_t i = 0; i < settings_key_count; i++) {
        char name[SETTINGS_VARIABLE_SIZE];
        if (reading->settings->values[i].text || settings_keys[i].optional || !is_wanted(reading, i))
            continue;
        settings_key_variable(&settings_keys[i], name);
        findings_error(reading->findings, file ? file : SETTINGS_DEFAULT_FILE, settings_keys[i].path,
                       "this key is missing, and %s is not set", name);
    }
}

/* What was refused may hold a password, and is shown nowhere. */
static void hide(struct settings_value *value) {
    free(value->text);
    value->text = must_strdup("(refused)");
}

static void judge(struct reading *reading, size_t key) {
    struct settings *settings = reading->settings;
    const struct settings_key *row = &settings_keys[key];
    char where[SETTINGS_WHERE_SIZE], why[VALUE_WHY_SIZE];
    const char *text = settings->values[key].text;
    if (!text)
        return;
    settings_where(settings, key, where);
    const char *credentials = variable(reading->request, "CREDENTIALS_DIRECTORY");
    if (reading->request->is_rehearsal && !credentials && settings_value_is_credential(row, text)) {
        findings_note(reading->findings, where, row->path, "only the service itself can look into %.60s",
                      text);
        return;
    }
    if (settings_value_set(row, text, credentials, settings, why))
        return;
    findings_error(reading->findings, where, row->path, "%s", why);
    if (row->type == SETTING_CONNINFO || row->type == SETTING_URL)
        hide(&settings->values[key]);
}

/* ---- what keys mean together ---- */

static void find_at(struct reading *reading, const char *path, const char *text) {
    char where[SETTINGS_WHERE_SIZE];
    settings_where(reading->settings, settings_key_find(path), where);
    findings_error(reading->findings, where, path, "%s", text);
}

static void judge_admin(struct reading *reading) {
    struct address address;
    const struct settings *settings = reading->settings;
    if (settings->admin.listen && address_read(settings->admin.listen, &address) &&
        !address_is_loopback(&address) && !settings->admin.public)
        find_at(reading, "admin.listen",
                "not this machine alone (127.0.0.1, [::1]): probes and metrics are answered without TLS, and "
                "other machines reach them only with admin.public: true");
}

static void judge_bus(struct reading *reading) {
    const __typeof__(reading->settings->bus.security) *security = &reading->settings->bus.security;
    bool has_sasl = security->protocol && strncmp(security->protocol, "sasl_", 5) == 0;
    if (has_sasl && !(security->mechanism && security->username && security->password_file))
        find_at(reading, "bus.security.security.protocol",
                "SASL wants sasl.mechanism, sasl.username and sasl.password_file as well");
    if (!has_sasl && (security->mechanism || security->username || security->password_file))
        find_at(reading, "bus.security.security.protocol",
                "sasl_plaintext or sasl_ssl is expected where sasl keys are set");
    if (!security->certificate != !security->key)
        find_at(reading,
                security->key ? "bus.security.ssl.key.location" : "bus.security.ssl.certificate.location",
                "ssl.certificate.location and ssl.key.location are set both, or neither of them");
}

static void judge_client(struct reading *reading) {
    const char *url = reading->settings->client.url;
    if (url && strncmp(url, "https://", 8) != 0)
        find_at(reading, "client.url", "https:// is expected: the gateway's API is reached by TLS alone");
}

/* ---- the whole ---- */

static struct settings *settings_new(void) {
    struct settings *settings = must_calloc(1, sizeof *settings);
    settings->values = must_calloc(settings_key_count, sizeof *settings->values);
    return settings;
}

bool settings_read(const struct settings_request *request, struct findings *findings, struct settings **out) {
    struct reading reading = {request, findings, settings_new()};
    give_defaults(&reading);
    give_file(&reading);
    give_variables(&reading);
    for (size_t i = 0; i < request->flag_count; i++)
        give_flag(&reading, request->flags[i]);
    for (size_t i = 0; i < settings_key_count; i++)
        judge(&reading, i);
    find_missing(&reading);
    judge_admin(&reading);
    judge_bus(&reading);
    judge_client(&reading);
    *out = reading.settings;
    return !findings_has(findings, FINDING_ERROR);
}

void settings_free(struct settings *settings) {
    if (!settings)
        return;
    for (size_t i = 0; i < settings_key_count; i++) {
        settings_value_wipe(&settings_keys[i], settings);
        free(settings->values[i].text);
    }
    free(settings->values);
    free(settings->file);
    free(settings);
}

/* ---- a running gateway's ---- */

struct settings *settings_merge(const struct settings *current, const struct settings *next) {
    struct settings *merged = settings_new();
    merged->file = next->file ? must_strdup(next->file) : NULL;
    for (size_t i = 0; i < settings_key_count; i++) {
        const struct settings *from = settings_keys[i].reloadable ? next : current;
        const struct settings_value *value = &from->values[i];
        merged->values[i] = *value;
        merged->values[i].text = value->text ? must_strdup(value->text) : NULL;
        settings_value_copy(&settings_keys[i], from, merged);
    }
    return merged;
}

bool settings_differ(const struct settings *left, const struct settings *right, size_t index) {
    const char *one = left->values[index].text, *other = right->values[index].text;
    return one && other ? strcmp(one, other) != 0 : one != other;
}
