#include "flow/corridor_file.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/currency.h"
#include "core/reasons.h"
#include "host/yaml.h"

enum { FILE_MOST_BYTES = 64 * 1024 };
static const int64_t DURATION_MOST = 366 * INT64_C(86400000);

/* ---- the file as YAML ---- */

struct file_system {
    char *name, *country, *bic, *currency;
};

struct file {
    char *name, *adapter, *payment_version, *status_version, *endpoint;
    bool open, acsc_is_final;
    struct file_system home, peer;
    char **peer_certificate_pins, **peer_signing_pins;
    unsigned peer_certificate_pins_count, peer_signing_pins_count;
    struct file_limits {
        char *minimum, *maximum, *total_reserved;
    } limits;
    struct file_timing {
        char *queue_age, *answer, *repeat, *credit, *maximum_execution;
    } timing;
    struct file_fx {
        char **providers;
        unsigned providers_count;
        char *quote_validity;
    } fx;
};

#define TEXT(owner, key)     CYAML_FIELD_STRING_PTR(#key, CYAML_FLAG_POINTER, struct owner, key, 1, 256)
#define MAPPING(key, fields) CYAML_FIELD_MAPPING(#key, CYAML_FLAG_DEFAULT, struct file, key, fields)

static const cyaml_schema_value_t text_entry = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 1, 256)};

static const cyaml_schema_field_t system_fields[] = {TEXT(file_system, name), TEXT(file_system, country),
                                                     TEXT(file_system, bic), TEXT(file_system, currency),
                                                     CYAML_FIELD_END};
static const cyaml_schema_field_t limits_fields[] = {TEXT(file_limits, minimum), TEXT(file_limits, maximum),
                                                     TEXT(file_limits, total_reserved), CYAML_FIELD_END};
static const cyaml_schema_field_t timing_fields[] = {TEXT(file_timing, queue_age),
                                                     TEXT(file_timing, answer),
                                                     TEXT(file_timing, repeat),
                                                     TEXT(file_timing, credit),
                                                     TEXT(file_timing, maximum_execution),
                                                     CYAML_FIELD_END};
static const cyaml_schema_field_t fx_fields[] = {CYAML_FIELD_SEQUENCE("providers", CYAML_FLAG_POINTER,
                                                                      struct file_fx, providers, &text_entry,
                                                                      1, CORRIDOR_MAX_PROVIDERS),
                                                 TEXT(file_fx, quote_validity), CYAML_FIELD_END};
static const cyaml_schema_field_t file_fields[] = {
    TEXT(file, name),
    CYAML_FIELD_BOOL("open", CYAML_FLAG_DEFAULT, struct file, open),
    MAPPING(home, system_fields),
    MAPPING(peer, system_fields),
    TEXT(file, adapter),
    TEXT(file, payment_version),
    TEXT(file, status_version),
    TEXT(file, endpoint),
    CYAML_FIELD_SEQUENCE("peer_certificate_pins", CYAML_FLAG_POINTER, struct file, peer_certificate_pins,
                         &text_entry, 1, CORRIDOR_MAX_PINS),
    CYAML_FIELD_SEQUENCE("peer_signing_pins", CYAML_FLAG_POINTER, struct file, peer_signing_pins, &text_entry,
                         1, CORRIDOR_MAX_PINS),
    MAPPING(limits, limits_fields),
    MAPPING(timing, timing_fields),
    MAPPING(fx, fx_fields),
    CYAML_FIELD_BOOL("acsc_is_final", CYAML_FLAG_OPTIONAL, struct file, acsc_is_final),
    CYAML_FIELD_END};
static const cyaml_schema_value_t file_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct file, file_fields)};

/* ---- mistakes, with the line of their key ---- */

struct reading {
    struct bytes text;
    const char *file_name;
};

static const char *next_line(const char *line, const char *end) {
    const char *feed = memchr(line, '\n', (size_t)(end - line));
    return feed ? feed + 1 : end;
}

/* The line on which `key` stands: at the left edge, or indented below its parent; 0: not found. */
static int line_of(struct bytes text, const char *parent, const char *key) {
    const char *end = text.data + text.length, *line = text.data;
    bool inside = !parent;
    int parent_line = 0;
    for (int number = 1; line < end; number++, line = next_line(line, end)) {
        const char *word = line;
        while (word < end && *word == ' ')
            word++;
        const char *wanted = inside ? key : parent;
        size_t length = strlen(wanted), left = (size_t)(end - word);
        bool fits = left > length && memcmp(word, wanted, length) == 0 && word[length] == ':';
        if (!fits || (!parent && word != line))
            continue;
        if (inside)
            return number;
        inside = true;
        parent_line = number;
    }
    return parent_line;
}

static struct result mistake(const struct reading *reading, const char *parent, const char *key,
                             const char *expected) {
    char where[96];
    snprintf(where, sizeof where, "%.50s:%d: %s%s%s", reading->file_name, line_of(reading->text, parent, key),
             parent ? parent : "", parent ? "." : "", key);
    return result_refuse(REASON_CORRIDOR_FILE, where, "%s", expected);
}

/* ---- values ---- */

static struct result copy(const struct reading *reading, const char *parent, const char *key,
                          const char *value, char *out, size_t size) {
    if (text_copy(out, size, value, strlen(value)))
        return result_ok();
    char expected[64];
    snprintf(expected, sizeof expected, "at most %zu characters are expected", size - 1);
    return mistake(reading, parent, key, expected);
}

static struct result read_system(const struct reading *reading, const char *parent,
                                 const struct file_system *file, struct corridor_system *out) {
    TRY(copy(reading, parent, "name", file->name, out->name, sizeof out->name));
    TRY(copy(reading, parent, "country", file->country, out->country, sizeof out->country));
    TRY(copy(reading, parent, "bic", file->bic, out->bic, sizeof out->bic));
    TRY(copy(reading, parent, "currency", file->currency, out->currency, sizeof out->currency));
    if (!text_is_latin(out->name))
        return mistake(reading, parent, "name", "characters of the ISO 20022 Latin set are expected");
    if (!text_is_upper(out->country, 2))
        return mistake(reading, parent, "country", "a country code of ISO 3166 is expected, as SG");
    if (!text_is_bic(out->bic))
        return mistake(reading, parent, "bic", "a BIC of 8 or 11 characters is expected");
    if (currency_minor_digits(out->currency) < 0)
        return mistake(reading, parent, "currency", "a currency code of ISO 4217 is expected, as SGD");
    return result_ok();
}

static bool is_pin(const char *text) {
    return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static struct result read_pins(const struct reading *reading, const char *key, char *const *pins,
                               unsigned count, char out[][65]) {
    for (unsigned i = 0; i < count; i++) {
        if (!is_pin(pins[i]))
            return mistake(reading, NULL, key,
                           "the SHA-256 of a public key is expected: 64 lower-case hex digits");
        text_set(out[i], 65, pins[i]);
    }
    return result_ok();
}

static struct result read_amount(const struct reading *reading, const char *key, const char *text,
                                 const char *currency, int64_t *out) {
    if (decimal_parse_minor(text, strlen(text), currency_minor_digits(currency), out) == DECIMAL_OK)
        return result_ok();
    char expected[64];
    snprintf(expected, sizeof expected, "an amount in %s is expected, as \"100.00\"", currency);
    return mistake(reading, "limits", key, expected);
}

static struct result read_duration(const struct reading *reading, const char *parent, const char *key,
                                   const char *text, int64_t *out) {
    static const struct {
        const char *unit;
        int64_t milliseconds;
    } units[] = {{"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000}, {"d", 86400000}};
    size_t digits = strspn(text, "0123456789");
    struct decimal number;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (text_equal(text + digits, units[i].unit) && digits <= 9 &&
            decimal_parse(text, digits, 0, &number) == DECIMAL_OK && number.mantissa > 0 &&
            number.mantissa <= DURATION_MOST / units[i].milliseconds) {
            *out = number.mantissa * units[i].milliseconds;
            return result_ok();
        }
    return mistake(reading, parent, key,
                   "a duration of at most 366d is expected, as 500ms, 30s, 5min, 24h or 1d");
}

/* ---- parts ---- */

static struct result read_head(const struct reading *reading, const struct file *file, struct corridor *out) {
    TRY(copy(reading, NULL, "name", file->name, out->name, sizeof out->name));
    for (const char *c = out->name; *c; c++)
        if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) && *c != '-')
            return mistake(reading, NULL, "name",
                           "lower-case letters, digits and dashes are expected, as sg-th");
    TRY(read_system(reading, "home", &file->home, &out->home));
    TRY(read_system(reading, "peer", &file->peer, &out->peer));
    if (text_equal(out->home.bic, out->peer.bic))
        return mistake(reading, "peer", "bic", "another BIC than home's is expected");
    if (text_equal(out->home.currency, out->peer.currency))
        return mistake(reading, "peer", "currency", "another currency than home's is expected");
    TRY(copy(reading, NULL, "adapter", file->adapter, out->adapter, sizeof out->adapter));
    TRY(copy(reading, NULL, "payment_version", file->payment_version, out->payment_version,
             sizeof out->payment_version));
    TRY(copy(reading, NULL, "status_version", file->status_version, out->status_version,
             sizeof out->status_version));
    TRY(copy(reading, NULL, "endpoint", file->endpoint, out->endpoint, sizeof out->endpoint));
    if (strncmp(out->endpoint, "https://", 8) != 0 || out->endpoint[strlen(out->endpoint) - 1] == '/')
        return mistake(reading, NULL, "endpoint", "an https URL without a closing / is expected");
    out->open = file->open;
    out->acsc_is_final = file->acsc_is_final;
    return result_ok();
}

static struct result read_limits(const struct reading *reading, const struct file *file,
                                 struct corridor *out) {
    const struct file_limits *limits = &file->limits;
    TRY(read_amount(reading, "minimum", limits->minimum, out->home.currency, &out->limits.minimum));
    TRY(read_amount(reading, "maximum", limits->maximum, out->home.currency, &out->limits.maximum));
    TRY(read_amount(reading, "total_reserved", limits->total_reserved, out->peer.currency,
                    &out->limits.total_reserved));
    if (out->limits.maximum < out->limits.minimum)
        return mistake(reading, "limits", "maximum", "no less than the minimum is expected");
    return result_ok();
}

static struct result read_timing(const struct reading *reading, const struct file *file,
                                 struct corridor *out) {
    const struct file_timing *timing = &file->timing;
    TRY(read_duration(reading, "timing", "queue_age", timing->queue_age, &out->timing.queue_age));
    TRY(read_duration(reading, "timing", "answer", timing->answer, &out->timing.answer));
    TRY(read_duration(reading, "timing", "repeat", timing->repeat, &out->timing.repeat));
    TRY(read_duration(reading, "timing", "credit", timing->credit, &out->timing.credit));
    return read_duration(reading, "timing", "maximum_execution", timing->maximum_execution,
                         &out->timing.maximum_execution);
}

/* An account is called FX:PROVIDER:CURRENCY, and a message names the provider. */
static struct result read_provider(const struct reading *reading, const char *text, struct corridor *out,
                                   unsigned index) {
    char *provider = out->fx.providers[index];
    TRY(copy(reading, "fx", "providers", text, provider, sizeof out->fx.providers[index]));
    if (!text_is_reference(provider) || strchr(provider, ':'))
        return mistake(reading, "fx", "providers", "names of letters, digits and dashes are expected");
    for (unsigned i = 0; i < index; i++)
        if (text_equal(out->fx.providers[i], provider))
            return mistake(reading, "fx", "providers", "each provider is expected once");
    return result_ok();
}

static struct result read_fx(const struct reading *reading, const struct file *file, struct corridor *out) {
    for (unsigned i = 0; i < file->fx.providers_count; i++)
        TRY(read_provider(reading, file->fx.providers[i], out, i));
    return read_duration(reading, "fx", "quote_validity", file->fx.quote_validity, &out->fx.quote_validity);
}

static struct result read_all(const struct reading *reading, const struct file *file, struct corridor *out) {
    TRY(read_head(reading, file, out));
    TRY(read_pins(reading, "peer_certificate_pins", file->peer_certificate_pins,
                  file->peer_certificate_pins_count, out->peer_certificate_pins));
    TRY(read_pins(reading, "peer_signing_pins", file->peer_signing_pins, file->peer_signing_pins_count,
                  out->peer_signing_pins));
    TRY(read_limits(reading, file, out));
    TRY(read_timing(reading, file, out));
    return read_fx(reading, file, out);
}

struct result corridor_file_read(struct bytes yaml, const char *file_name, struct corridor *out) {
    *out = (struct corridor){0};
    struct reading reading = {yaml, file_name};
    struct file *file = NULL;
    struct yaml_finding finding = {1, "a corridor file is never this large"};
    if (yaml.length > FILE_MOST_BYTES || !yaml_load(yaml, &file_schema, (void **)&file, &finding)) {
        char where[96];
        snprintf(where, sizeof where, "%.50s:%d", file_name, finding.line);
        return result_refuse(REASON_CORRIDOR_FILE, where, "%s", finding.text);
    }
    struct result result = read_all(&reading, file, out);
    yaml_unload(&file_schema, file);
    return result;
}

void corridor_file_locate(struct bytes yaml, const char *file_name, struct result *refusal) {
    char key[sizeof refusal->where];
    text_set(key, sizeof key, refusal->where);
    snprintf(refusal->where, sizeof refusal->where, "%.50s:%d: %.30s", file_name, line_of(yaml, NULL, key),
             key);
}
