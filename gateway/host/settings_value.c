#include "host/settings_value.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "host/address.h"

/* ---- numbers ---- */

/* At most 15 digits, so that no unit can make too much of them. */
static const char *read_digits(const char *text, int64_t *out) {
    size_t digits = strspn(text, "0123456789");
    *out = strtoll(text, NULL, 10);
    return digits > 0 && digits <= 15 ? text + digits : NULL;
}

static bool read_integer(const char *text, int64_t *out) {
    const char *rest = read_digits(text, out);
    return rest && !*rest;
}

static bool read_duration(const struct settings_key *key, const char *text, int64_t *out) {
    static const struct {
        const char *name;
        int64_t milliseconds;
    } units[] = {{"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000}, {"d", 86400000}};
    const char *unit = read_digits(text, out);
    if (unit && !*unit)
        unit = key->unit;
    for (size_t i = 0; unit && i < sizeof units / sizeof *units; i++)
        if (text_equal(units[i].name, unit))
            return !__builtin_mul_overflow(*out, units[i].milliseconds, out);
    return false;
}

static bool is_in_range(const struct settings_key *key, int64_t number) {
    bool any = !key->least && !key->most;
    return any || (number >= key->least && number <= key->most);
}

/* ---- texts ---- */

static bool is_name(const char *text) {
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    return *text && text[strspn(text, allowed)] == '\0';
}

static bool is_choice(const char *choices, const char *text) {
    size_t length = strlen(text);
    for (const char *at = choices; *at; at += strspn(at, " ")) {
        size_t size = strcspn(at, " ");
        if (size == length && strncmp(at, text, size) == 0)
            return true;
        at += size;
    }
    return false;
}

/* Without a user in it, since what is shown everywhere must hold no password. */
static bool is_url(const char *text) {
    size_t scheme = strncmp(text, "https://", 8) == 0 ? 8 : strncmp(text, "http://", 7) == 0 ? 7 : 0;
    size_t host = strcspn(text + scheme, "/?#");
    for (const char *at = text; *at; at++)
        if (*at <= ' ' || *at > '~')
            return false;
    return scheme > 0 && host > 0 && !memchr(text + scheme, '@', host);
}

/* "password = x" among libpq's words, also as the end of another one (sslpassword). */
static bool has_password_word(const char *text) {
    static const char word[] = "password";
    for (const char *at = text; (at = strcasestr(at, word)) != NULL; at += sizeof word - 1) {
        const char *rest = at + sizeof word - 1;
        if (rest[strspn(rest, " \t")] == '=')
            return true;
    }
    return false;
}

static bool has_password_in_uri(const char *text) {
    const char *authority = strstr(text, "://");
    if (!authority || strncmp(text, "postgres", 8) != 0)
        return false;
    authority += 3;
    size_t user = strcspn(authority, "@/?");
    return authority[user] == '@' && memchr(authority, ':', user);
}

/* ---- one value by its type ---- */

static bool refuse(const char *what, char why[VALUE_WHY_SIZE]) {
    snprintf(why, VALUE_WHY_SIZE, "%s", what);
    return false;
}

static bool refuse_type(const struct settings_key *key, const char *text, char why[VALUE_WHY_SIZE]) {
    struct buffer expected;
    buffer_init(&expected, 160);
    settings_key_expects(key, &expected);
    /* What is wrong with a URL may be the password in it. */
    if (key->type == SETTING_URL)
        snprintf(why, VALUE_WHY_SIZE, "%s is expected", expected.data);
    else
        snprintf(why, VALUE_WHY_SIZE, "%s is expected, not %.40s", expected.data, *text ? text : "nothing");
    buffer_wipe(&expected);
    return false;
}

static bool judge_text(const struct settings_key *key, const char *text, char why[VALUE_WHY_SIZE]) {
    struct address address;
    switch (key->type) {
    case SETTING_NAME:
        if (!is_name(text))
            return refuse_type(key, text, why);
        break;
    case SETTING_CONNINFO:
        if (has_password_word(text) || has_password_in_uri(text))
            return refuse("a password does not belong here: name a file that holds it by the key of the same "
                          "name with _password_file behind it, or by passfile= in this one",
                          why);
        break;
    case SETTING_CHOICE:
        if (!is_choice(key->choices, text))
            return refuse_type(key, text, why);
        break;
    case SETTING_ADDRESS:
        if (!address_read(text, &address) || !address_port(&address))
            return refuse_type(key, text, why);
        break;
    case SETTING_URL:
        if (*text && !is_url(text))
            return refuse_type(key, text, why);
        break;
    default:
        break;
    }
    return is_in_range(key, (int64_t)strlen(text)) || refuse_type(key, text, why);
}

#define CREDENTIAL "credential:"

bool settings_value_is_credential(const struct settings_key *key, const char *text) {
    return (key->type == SETTING_FILE || key->type == SETTING_SECRET) &&
           strncmp(text, CREDENTIAL, sizeof CREDENTIAL - 1) == 0;
}

/* "credential:NAME" into the path of the file that systemd keeps it in. */
static bool resolve(const struct settings_key *key, const char *text, const char *folder, char **out,
                    char why[VALUE_WHY_SIZE]) {
    if (!settings_value_is_credential(key, text)) {
        *out = must_strdup(text);
        return true;
    }
    const char *name = text + sizeof CREDENTIAL - 1;
    if (!is_name(name) || name[0] == '.')
        return refuse_type(key, text, why);
    if (!folder)
        return refuse("a credential is known only where systemd started the program: CREDENTIALS_DIRECTORY "
                      "is not set",
                      why);
    struct buffer path;
    buffer_init(&path, 4096);
    buffer_addf(&path, "%s/%s", folder, name);
    *out = path.data;
    return !path.overflowed || refuse("the path of CREDENTIALS_DIRECTORY is too long", why);
}

static void *place(const struct settings_key *key, struct settings *settings) {
    return (char *)settings + key->offset;
}

static bool set_text(const struct settings_key *key, const char *text, const char *credentials,
                     struct settings *settings, char why[VALUE_WHY_SIZE]) {
    char *resolved = NULL;
    if (!*text && !key->default_text)
        return refuse_type(key, text, why);
    if (!judge_text(key, text, why) || !resolve(key, text, credentials, &resolved, why))
        return false;
    settings_value_wipe(key, settings);
    *(char **)place(key, settings) = resolved;
    return true;
}

static bool set_number(const struct settings_key *key, const char *text, int64_t *out,
                       char why[VALUE_WHY_SIZE]) {
    int64_t number = 0;
    bool is_number =
        key->type == SETTING_INTEGER ? read_integer(text, &number) : read_duration(key, text, &number);
    if (!is_number || !is_in_range(key, number))
        return refuse_type(key, text, why);
    *out = number;
    return true;
}

static bool set_boolean(const struct settings_key *key, const char *text, bool *out,
                        char why[VALUE_WHY_SIZE]) {
    if (!text_equal(text, "true") && !text_equal(text, "false"))
        return refuse_type(key, text, why);
    *out = text_equal(text, "true");
    return true;
}

bool settings_value_set(const struct settings_key *key, const char *text, const char *credentials,
                        struct settings *settings, char why[VALUE_WHY_SIZE]) {
    switch (key->type) {
    case SETTING_INTEGER:
    case SETTING_DURATION:
        return set_number(key, text, place(key, settings), why);
    case SETTING_BOOLEAN:
        return set_boolean(key, text, place(key, settings), why);
    default:
        return set_text(key, text, credentials, settings, why);
    }
}

/* ---- lifetimes ---- */

static bool is_string(const struct settings_key *key) {
    return key->type != SETTING_INTEGER && key->type != SETTING_DURATION && key->type != SETTING_BOOLEAN;
}

void settings_value_wipe(const struct settings_key *key, struct settings *settings) {
    if (!is_string(key))
        return;
    char **text = place(key, settings);
    free(*text);
    *text = NULL;
}

void settings_value_copy(const struct settings_key *key, const struct settings *from, struct settings *to) {
    const void *source = (const char *)from + key->offset;
    if (is_string(key)) {
        const char *text = *(char *const *)source;
        settings_value_wipe(key, to);
        *(char **)place(key, to) = text ? must_strdup(text) : NULL;
    } else if (key->type == SETTING_BOOLEAN) {
        *(bool *)place(key, to) = *(const bool *)source;
    } else {
        *(int64_t *)place(key, to) = *(const int64_t *)source;
    }
}
