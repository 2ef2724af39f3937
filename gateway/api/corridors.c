#include "api/corridors.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/answer.h"
#include "base/text.h"
#include "core/currency.h"
#include "core/reasons.h"

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

json_t *corridors_document(const struct corridor *corridor) {
    return json_pack("{s:s, s:b, s:o, s:o, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:b}", "name",
                     corridor->name, "open", corridor->open, "home", system_json(&corridor->home), "peer",
                     system_json(&corridor->peer), "adapter", corridor->adapter, "payment_version",
                     corridor->payment_version, "status_version", corridor->status_version, "endpoint",
                     corridor->endpoint, "peer_certificate_pins", TEXTS(corridor->peer_certificate_pins),
                     "peer_signing_pins", TEXTS(corridor->peer_signing_pins), "limits", limits_json(corridor),
                     "timing", timing_json(corridor), "fx", fx_json(corridor), "acsc_is_final",
                     corridor->acsc_is_final);
}

/* ---- the route ---- */

struct asking {
    struct api *api;
    struct wire_exchange *exchange;
    const char *parameters[1]; /* the exchange's path holds it */
};

/* Columns of corridor_show: name, version, document. */
static struct result read_row(const struct store_table *table, const char *name, json_t **out) {
    struct corridor corridor = {0};
    if (table->rows == 0)
        return result_refuse(REASON_NO_SUCH_CORRIDOR, "/name", "no corridor is called %.100s", name);
    if (!table->cells[2] || !record_read(&corridor_record, "corridor",
                                         (struct bytes){table->cells[2], table->lengths[2]}, &corridor))
        return result_fatal("the stored document of %.100s cannot be read", name);
    *out =
        json_pack("{s:s, s:I, s:o}", "name", table->cells[0], "version",
                  (json_int_t)strtoll(table->cells[1], NULL, 10), "document", corridors_document(&corridor));
    return result_ok();
}

static void on_read(void *context, struct result result, const struct store_table *table) {
    struct asking *asking = context;
    json_t *answer = NULL;
    if (result_is_ok(&result))
        result = read_row(table, asking->parameters[0], &answer);
    if (result_is_ok(&result))
        answer_json(asking->api->flow, asking->exchange, 200, answer);
    else
        answer_problem(asking->api->flow, asking->exchange, &result);
    free(asking);
}

void corridors_show(struct api *api, struct wire_exchange *exchange, const char *name) {
    struct asking *asking = must_calloc(1, sizeof *asking);
    *asking = (struct asking){api, exchange, {name}};
    struct store_port *store = &api->flow->ports.store;
    store->read(store->self, "corridor_show", asking->parameters, 1, on_read, asking);
}
