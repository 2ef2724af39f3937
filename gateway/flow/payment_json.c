#include "flow/payment_json.h"

#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "core/currency.h"
#include "core/reasons.h"

/* ---- amounts: the only integers of a payment ---- */

static const char *currency_of(const struct payment *payment, const struct field *field) {
    size_t offset = field->offset;
    bool source = offset == offsetof(struct payment, source_amount) ||
                  (offset == offsetof(struct payment, limit_amount) && payment->fixed_side == FIXED_TARGET);
    return source ? payment->source_currency : payment->target_currency;
}

/* ---- writing ---- */

static json_t *from_record(const struct record *record, const void *value, const struct payment *payment);

static json_t *from_member(const struct field *field, const void *owner, const struct payment *payment) {
    if (field->type == FIELD_RECORD)
        return from_record(field->record, (const char *)owner + field->offset, payment);
    char text[DECIMAL_TEXT_SIZE];
    if (field->type == FIELD_INTEGER) {
        int64_t amount = *(const int64_t *)((const char *)owner + field->offset);
        decimal_format_minor(amount, currency_minor_digits(currency_of(payment, field)), text);
        return json_string(text);
    }
    struct buffer buffer;
    buffer_init(&buffer, 4096);
    field_format(field, owner, &buffer);
    json_t *string = json_stringn(buffer.data, buffer.length);
    buffer_wipe(&buffer);
    return string;
}

static bool is_always_told(const struct field *field) {
    return field->type == FIELD_CHOICE;
}

static json_t *from_record(const struct record *record, const void *value, const struct payment *payment) {
    json_t *object = json_object();
    for (const struct field *field = record->fields; field->name; field++)
        if (!field_is_empty(field, value) || is_always_told(field))
            json_object_set_new(object, field->name, from_member(field, value, payment));
    return object;
}

json_t *json_from_payment(const struct payment *payment) {
    return from_record(&payment_record, payment, payment);
}

/* ---- reading ---- */

static struct result refuse(int reason, const char *path, const char *name, const char *what) {
    char where[96];
    snprintf(where, sizeof where, "%s/%s", path, name);
    return result_refuse(reason, where, "%s", what);
}

static const struct field *find_field(const struct record *record, const char *name) {
    for (const struct field *field = record->fields; field->name; field++)
        if (text_equal(field->name, name))
            return field;
    return NULL;
}

static struct result into_record(const json_t *json, const struct record *record, const char *path,
                                 void *value, struct payment *payment);

static struct result into_amount(const char *text, const struct field *field, const char *path,
                                 struct payment *payment) {
    struct decimal any;
    if (decimal_parse(text, strlen(text), 18, &any) == DECIMAL_NOT_A_NUMBER)
        return refuse(REASON_EVENT_SCHEMA, path, field->name, "not a decimal amount");
    int32_t digits = currency_minor_digits(currency_of(payment, field));
    if (digits < 0)
        return refuse(REASON_UNKNOWN_CURRENCY, path, field->name, "its currency is unknown");
    int64_t *amount = (int64_t *)((char *)payment + field->offset);
    enum decimal_error error = decimal_parse_minor(text, strlen(text), digits, amount);
    if (error == DECIMAL_TOO_LARGE)
        return refuse(REASON_AMOUNT_TOO_LARGE, path, field->name, "the amount does not fit");
    if (error != DECIMAL_OK)
        return refuse(REASON_AMOUNT_FORMAT, path, field->name, "more decimals than the currency has");
    return result_ok();
}

static struct result into_text(const char *text, const struct field *field, const char *path, void *owner) {
    if (field->type == FIELD_UUID && text_equal(field->name, "uetr")) {
        struct uuid *uetr = (struct uuid *)((char *)owner + field->offset);
        if (!uuid_parse_v4(text, strlen(text), uetr))
            return refuse(REASON_UETR_FORMAT, path, field->name, "not a lower-case UUID of version 4");
        return result_ok();
    }
    if (!*text || !field_parse(field, owner, text, strlen(text)))
        return refuse(REASON_EVENT_SCHEMA, path, field->name, "no value of this member");
    return result_ok();
}

static struct result into_member(const json_t *json, const struct field *field, const char *path, void *owner,
                                 struct payment *payment) {
    if (field->type == FIELD_RECORD) {
        char nested[64];
        snprintf(nested, sizeof nested, "%s/%s", path, field->name);
        return into_record(json, field->record, nested, (char *)owner + field->offset, payment);
    }
    const char *text = json_string_value(json);
    if (!text)
        return refuse(REASON_EVENT_SCHEMA, path, field->name, "not a string");
    if (field->type == FIELD_INTEGER)
        return into_amount(text, field, path, payment);
    return into_text(text, field, path, owner);
}

static struct result check_names(const json_t *json, const struct record *record, const char *path) {
    if (!json_is_object(json))
        return result_refuse(REASON_EVENT_SCHEMA, path, "not an object");
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)json, name, value) {
        if (!find_field(record, name))
            return refuse(REASON_EVENT_SCHEMA, path, strlen(name) < 32 ? name : "", "an unknown member");
    }
    return result_ok();
}

/* A refusal of the schema goes before any other, wherever it stands. */
static bool is_worse(const struct result *new, const struct result *old) {
    if (result_is_ok(new))
        return false;
    return result_is_ok(old) || (new->reason == REASON_EVENT_SCHEMA && old->reason != REASON_EVENT_SCHEMA);
}

static struct result into_record(const json_t *json, const struct record *record, const char *path,
                                 void *value, struct payment *payment) {
    TRY(check_names(json, record, path));
    struct result worst = result_ok();
    /* Amounts last: they are read in the decimals of their currencies. */
    for (int amounts = 0; amounts < 2; amounts++)
        for (const struct field *field = record->fields; field->name; field++) {
            const json_t *member = json_object_get(json, field->name);
            if (!member || (field->type == FIELD_INTEGER) != amounts)
                continue;
            struct result read = into_member(member, field, path, value, payment);
            if (is_worse(&read, &worst))
                worst = read;
        }
    return worst;
}

struct result json_into_payment(const json_t *json, struct payment *out) {
    return into_record(json, &payment_record, "/payment", out, out);
}
