#include "flow/corridor_json.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/decimal.h"
#include "core/currency.h"

/* ---- the rules as a corridor file has them ---- */

static json_t *system_json(const struct corridor_system *system) {
    return json_pack("{s:s, s:s, s:s, s:s}", "name", system->name, "country", system->country, "bic",
                     system->bic, "currency", system->currency);
}

static json_t *amount_json(int64_t amount, const char *currency) {
    char text[DECIMAL_TEXT_SIZE];
    decimal_format_minor(amount, currency_minor_digits(currency), text);
    return json_string(text);
}

static json_t *duration_json(int64_t milliseconds) {
    static const struct {
        const char *unit;
        int64_t milliseconds;
    } units[] = {{"d", 86400000}, {"h", 3600000}, {"min", 60000}, {"s", 1000}, {"ms", 1}};
    size_t unit = 0;
    while (milliseconds % units[unit].milliseconds != 0)
        unit++;
    return json_sprintf("%" PRId64 "%s", milliseconds / units[unit].milliseconds, units[unit].unit);
}

/* The texts of an array of char[size] up to the first empty one. */
static json_t *texts_json(const char *first, size_t size, size_t count) {
    json_t *texts = json_array();
    for (size_t i = 0; i < count && first[i * size]; i++)
        json_array_append_new(texts, json_string(first + i * size));
    return texts;
}

#define TEXTS(array) texts_json((array)[0], sizeof *(array), sizeof(array) / sizeof *(array))

static json_t *limits_json(const struct corridor *corridor) {
    const char *home = corridor->home.currency, *peer = corridor->peer.currency;
    return json_pack("{s:o, s:o, s:o}", "minimum", amount_json(corridor->limits.minimum, home), "maximum",
                     amount_json(corridor->limits.maximum, home), "total_reserved",
                     amount_json(corridor->limits.total_reserved, peer));
}

static json_t *timing_json(const struct corridor *corridor) {
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "queue_age", duration_json(corridor->timing.queue_age),
                     "answer", duration_json(corridor->timing.answer), "repeat",
                     duration_json(corridor->timing.repeat), "credit", duration_json(corridor->timing.credit),
                     "maximum_execution", duration_json(corridor->timing.maximum_execution));
}

static json_t *fx_json(const struct corridor *corridor) {
    return json_pack("{s:o, s:o}", "providers", TEXTS(corridor->fx.providers), "quote_validity",
                     duration_json(corridor->fx.quote_validity));
}

json_t *json_from_corridor(const struct corridor *corridor) {
    return json_pack("{s:s, s:b, s:o, s:o, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:b}", "name",
                     corridor->name, "open", corridor->open, "home", system_json(&corridor->home), "peer",
                     system_json(&corridor->peer), "adapter", corridor->adapter, "payment_version",
                     corridor->payment_version, "status_version", corridor->status_version, "endpoint",
                     corridor->endpoint, "peer_certificate_pins", TEXTS(corridor->peer_certificate_pins),
                     "peer_signing_pins", TEXTS(corridor->peer_signing_pins), "limits", limits_json(corridor),
                     "timing", timing_json(corridor), "fx", fx_json(corridor), "acsc_is_final",
                     corridor->acsc_is_final);
}

/* ---- what differs ---- */

void json_add_change(json_t *changes, const char *path, json_t *from, json_t *to) {
    json_t *change = json_pack("{s:s}", "path", path);
    if (from)
        json_object_set_new(change, "from", from);
    if (to)
        json_object_set_new(change, "to", to);
    json_array_append_new(changes, change);
}

enum { PATH_SIZE = 128 };

static void compare(json_t *changes, const char *path, json_t *from, json_t *to) {
    if (!json_is_object(to)) {
        if (!from || !json_equal(from, to))
            json_add_change(changes, path, json_incref(from), json_incref(to));
        return;
    }
    const char *key;
    json_t *value;
    json_object_foreach(to, key, value) {
        char below[PATH_SIZE];
        snprintf(below, sizeof below, "%s%s%s", path, *path ? "." : "", key);
        compare(changes, below, json_object_get(from, key), value);
    }
}

/* Both have the same keys. */
json_t *json_from_changes(const struct corridor *before, const struct corridor *after) {
    json_t *changes = json_array();
    json_t *from = before ? json_from_corridor(before) : NULL, *to = json_from_corridor(after);
    compare(changes, "", from, to);
    json_decref(from);
    json_decref(to);
    return changes;
}
