/* What the table of keys says to people: what a value has to be, and the default settings file. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "host/settings_keys.h"

enum { LINE_WIDTH = 100 };

/* ---- what is expected ---- */

static void add_range(const struct settings_key *key, struct buffer *out) {
    if (key->least || key->most)
        buffer_addf(out, " from %" PRId64 " to %" PRId64, key->least, key->most);
}

/* In the largest unit that leaves no rest. */
static void add_duration(int64_t milliseconds, struct buffer *out) {
    static const struct {
        const char *name;
        int64_t size;
    } units[] = {{"d", 86400000}, {"h", 3600000}, {"min", 60000}, {"s", 1000}, {"ms", 1}};
    size_t i = 0;
    while (milliseconds % units[i].size || (milliseconds == 0 && units[i].size != 1000))
        i++;
    buffer_addf(out, "%" PRId64 "%s", milliseconds / units[i].size, units[i].name);
}

static void add_durations(const struct settings_key *key, struct buffer *out) {
    buffer_add_string(out, "a duration (500ms, 10s, 5min, 2h, 1d)");
    if (!key->least && !key->most)
        return;
    buffer_add_string(out, " from ");
    add_duration(key->least, out);
    buffer_add_string(out, " to ");
    add_duration(key->most, out);
}

static void add_choices(const char *choices, struct buffer *out) {
    for (const char *at = choices; *at; at += strspn(at, " ")) {
        size_t size = strcspn(at, " ");
        if (at != choices)
            buffer_add_string(out, at[size] ? ", " : " or ");
        buffer_add(out, at, size);
        at += size;
    }
}

static void add_length(const struct settings_key *key, struct buffer *out) {
    if (key->most)
        buffer_addf(out, " of at most %" PRId64 " characters", key->most);
}

void settings_key_expects(const struct settings_key *key, struct buffer *out) {
    static const char *const plain[SETTING_TYPES] = {
        [SETTING_TEXT] = "a text",
        [SETTING_NAME] = "a name (letters, digits, - _ .)",
        [SETTING_CONNINFO] = "a libpq connection string without a password",
        [SETTING_INTEGER] = "a whole number",
        [SETTING_BOOLEAN] = "true or false",
        [SETTING_ADDRESS] = "a numeric HOST:PORT (192.0.2.10:8443, [2001:db8::1]:8443)",
        [SETTING_URL] = "a URL (http:// or https://) without user and password",
        [SETTING_FILE] = "a path or credential:NAME",
        [SETTING_SECRET] = "a path or credential:NAME"};
    if (plain[key->type])
        buffer_add_string(out, plain[key->type]);
    switch (key->type) {
    case SETTING_CHOICE:
        add_choices(key->choices, out);
        break;
    case SETTING_DURATION:
        add_durations(key, out);
        break;
    case SETTING_INTEGER:
        add_range(key, out);
        break;
    case SETTING_TEXT:
    case SETTING_NAME:
        add_length(key, out);
        break;
    default:
        break;
    }
}

/* ---- the default file ---- */

static void add_indent(size_t depth, struct buffer *out) {
    for (size_t i = 0; i < depth; i++)
        buffer_add_string(out, "  ");
}

/* A comment, broken between words. */
static void add_comment(size_t depth, const char *text, struct buffer *out) {
    size_t width = LINE_WIDTH - 2 * depth - 2;
    while (*text) {
        size_t size = strlen(text) < width ? strlen(text) : width;
        while (text[size] && text[size] != ' ' && size > 0)
            size--;
        add_indent(depth, out);
        buffer_addf(out, "# %.*s\n", (int)size, text);
        text += size;
        text += strspn(text, " ");
    }
}

static void add_facts(size_t depth, const struct settings_key *key, struct buffer *out) {
    char variable[SETTINGS_VARIABLE_SIZE];
    struct buffer facts;
    buffer_init(&facts, 512);
    settings_key_expects(key, &facts);
    if (key->unit)
        buffer_addf(&facts, ", %s%s", key->type == SETTING_DURATION ? "or a bare number of " : "", key->unit);
    if (key->default_text)
        buffer_addf(&facts, "; default: %s", *key->default_text ? key->default_text : "empty");
    else
        buffer_add_string(&facts, key->optional ? "; may be left out" : "; required");
    settings_key_variable(key, variable);
    buffer_addf(&facts, "; %s", variable);
    if (key->use == SETTINGS_OF_GATEWAY)
        buffer_add_string(&facts, key->reloadable ? "; reloaded by SIGHUP" : "; needs a restart");
    add_comment(depth, facts.data, out);
    buffer_wipe(&facts);
}

/* How many sections a path lies in, and what is left of it there: of "bus.security.sasl.username" two and
 * "sasl.username". */
static const char *name_in_section(const char *path, size_t *depth) {
    const char *name = path;
    char section[64];
    *depth = 0;
    for (size_t i = 0; path[i]; i++) {
        if (path[i] != '.' || !text_copy(section, sizeof section, path, i) || !settings_is_section(section))
            continue;
        name = path + i + 1;
        ++*depth;
    }
    return name;
}

static void add_key(const struct settings_key *key, struct buffer *out) {
    size_t depth;
    const char *name = name_in_section(key->path, &depth);
    buffer_add_char(out, '\n');
    add_comment(depth, key->help, out);
    add_facts(depth, key, out);
    add_indent(depth, out);
    buffer_addf(out, "#%s: %s%s%s\n", name, key->type == SETTING_ADDRESS ? "\"" : "", key->example,
                key->type == SETTING_ADDRESS ? "\"" : "");
}

/* The sections that a key is the first of. */
static void add_sections(const char *path, const char *previous, struct buffer *out) {
    for (size_t i = 0; i < settings_section_count; i++) {
        const struct settings_section *section = &settings_sections[i];
        size_t length = strlen(section->path), depth;
        if (strncmp(path, section->path, length) != 0 || path[length] != '.' ||
            (strncmp(previous, section->path, length) == 0 && previous[length] == '.'))
            continue;
        const char *name = name_in_section(section->path, &depth);
        buffer_add_char(out, '\n');
        add_comment(depth, section->help, out);
        add_indent(depth, out);
        buffer_addf(out, "%s:\n", name);
    }
}

void settings_write_default(struct buffer *out) {
    static const char head[] =
        "# The settings of a Pontis gateway.\n"
        "#\n"
        "# A flag (--set bus.group=home) goes before a variable (PONTIS_BUS_GROUP=home), that before this\n"
        "# file, and this file before the default. `pontis config check` tells what is wrong, `pontis "
        "config\n"
        "# show` every value and where it comes from. SIGHUP (systemctl reload pontis) takes over what says\n"
        "# so, and nothing at all while anything is wrong. Secrets are named by their file, or as\n"
        "# credential:NAME for what systemd hands over (LoadCredential=, LoadCredentialEncrypted=). A\n"
        "# credential stays what it was when the service started: a key that a reload is to replace is\n"
        "# named by its path.\n"
        "#\n"
        "# Under each explanation stands what is expected, the default, the variable, and whether a running\n"
        "# gateway takes a change over. The values are examples.\n";
    buffer_add_string(out, head);
    for (size_t i = 0; i < settings_key_count; i++) {
        add_sections(settings_keys[i].path, i ? settings_keys[i - 1].path : "", out);
        add_key(&settings_keys[i], out);
    }
}
