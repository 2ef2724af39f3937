#include "flow/wallet_event.h"

#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/currency.h"
#include "core/reasons.h"
#include "flow/payment_json.h"
#include "host/digest.h"

enum { EVENT_MOST_BYTES = 64 * 1024, EVENT_MOST_LEVELS = 8 };

/* ---- reading: the envelope ---- */

static const struct {
    const char *name;
    int type;
} types[] = {
    {"wallet.transfer.initiated.v1", EVENT_TRANSFER_INITIATED},
    {"wallet.transfer.cancel.requested.v1", EVENT_CANCEL_REQUESTED},
    {"wallet.lock.captured.v1", EVENT_LOCK_CAPTURED},
    {"wallet.lock.released.v1", EVENT_LOCK_RELEASED},
    {"wallet.lock.failed.v1", EVENT_LOCK_FAILED},
    {"wallet.credit.completed.v1", EVENT_CREDIT_COMPLETED},
    {"wallet.credit.rejected.v1", EVENT_CREDIT_REJECTED},
    {"wallet.credit.blocked.v1", EVENT_CREDIT_BLOCKED},
};

static struct result schema(const char *where, const char *what) {
    return result_refuse(REASON_EVENT_SCHEMA, where, "%s", what);
}

static const char *string_of(const json_t *object, const char *member) {
    return json_string_value(json_object_get(object, member));
}

/* A mandatory string that is not empty. */
static struct result take(const json_t *object, const char *member, const char *where, char *out,
                          size_t size) {
    const char *text = string_of(object, member);
    if (!text || !*text || !text_copy(out, size, text, strlen(text)))
        return schema(where, "a string that is neither empty nor too long is wanted");
    return result_ok();
}

static struct result take_type(const json_t *root, struct event *out) {
    const char *text = string_of(root, "type");
    for (size_t i = 0; text && i < sizeof types / sizeof *types; i++)
        if (text_equal(types[i].name, text)) {
            out->type = types[i].type;
            out->key.direction = out->type >= EVENT_CREDIT_COMPLETED ? INBOUND : OUTBOUND;
            return result_ok();
        }
    return schema("/type", "no event of the wallet contract");
}

static struct result take_optional(const json_t *root, const char *member, const char *where, char *out,
                                   size_t size) {
    if (!json_object_get(root, member))
        return result_ok();
    return take(root, member, where, out, size);
}

static struct result take_envelope(const json_t *root, struct event *out) {
    const char *version = string_of(root, "specversion"), *content = string_of(root, "datacontenttype"),
               *time = string_of(root, "time");
    char key[129];
    instant at;
    TRY(take(root, "source", "/source", out->source, sizeof out->source));
    TRY(take(root, "id", "/id", out->id, sizeof out->id));
    TRY(take_type(root, out));
    if (!version || !text_equal(version, "1.0"))
        return schema("/specversion", "1.0 is wanted");
    if (!content || !text_equal(content, "application/json"))
        return schema("/datacontenttype", "application/json is wanted");
    if (!time || !instant_parse(time, strlen(time), &at))
        return schema("/time", "an instant of RFC 3339 is wanted");
    TRY(take_optional(root, "partitionkey", "/partitionkey", key, sizeof key));
    TRY(take_optional(root, "traceparent", "/traceparent", out->traceparent, sizeof out->traceparent));
    if (!json_is_object(json_object_get(root, "data")))
        return schema("/data", "an object is wanted");
    return result_ok();
}

/* ---- reading: the data ---- */

static struct result allow(const json_t *object, const char *where, const char *const *members) {
    const char *name;
    json_t *value;
    if (!json_is_object(object))
        return schema(where, "an object is wanted");
    json_object_foreach((json_t *)object, name, value) {
        size_t i = 0;
        while (members[i] && !text_equal(members[i], name))
            i++;
        if (!members[i])
            return schema(where, "an unknown member");
    }
    return result_ok();
}

static struct result take_lock(const json_t *data, bool with_amount, struct event *out, const char **amount) {
    static const char *const members[] = {"id", "amount", NULL}, *const reference[] = {"id", NULL};
    const json_t *lock = json_object_get(data, "lock");
    TRY(allow(lock, "/lock", with_amount ? members : reference));
    const char *id = string_of(lock, "id");
    if (!id || !uuid_parse(id, strlen(id), &out->lock_id))
        return schema("/lock/id", "a lower-case UUID is wanted");
    *amount = string_of(lock, "amount");
    struct decimal any;
    if (with_amount &&
        (!*amount || decimal_parse(*amount, strlen(*amount), 18, &any) == DECIMAL_NOT_A_NUMBER))
        return schema("/lock/amount", "a decimal amount is wanted");
    return result_ok();
}

static struct result take_lock_amount(const char *text, struct event *out) {
    int32_t digits = currency_minor_digits(out->payment.source_currency);
    if (digits < 0)
        return result_refuse(REASON_UNKNOWN_CURRENCY, "/payment/source_currency", "an unknown currency");
    if (decimal_parse_minor(text, strlen(text), digits, &out->lock_amount) != DECIMAL_OK)
        return result_refuse(REASON_AMOUNT_FORMAT, "/lock/amount", "no amount of the source currency");
    return result_ok();
}

/* The UETR stands in `subject`; a payment may repeat it. */
static struct result take_uetr(const json_t *root, struct event *out) {
    const json_t *subject = json_object_get(root, "subject");
    if (!subject)
        return result_ok();
    const char *text = json_string_value(subject);
    if (!text)
        return schema("/subject", "a string is wanted");
    if (!uuid_parse_v4(text, strlen(text), &out->key.uetr))
        return result_refuse(REASON_UETR_FORMAT, "/subject", "not a lower-case UUID of version 4");
    return result_ok();
}

static struct result merge_uetr(struct event *out) {
    struct uuid *own = &out->payment.uetr;
    if (uuid_is_nil(&out->key.uetr))
        out->key.uetr = *own;
    if (!uuid_is_nil(own) && !uuid_equal(own, &out->key.uetr))
        return result_refuse(REASON_UETR_FORMAT, "/payment/uetr", "not the UETR of the event's subject");
    *own = out->key.uetr;
    return result_ok();
}

static struct result take_expiry(const json_t *data, struct event *out) {
    const json_t *expires = json_object_get(data, "expires_at");
    const char *text = json_string_value(expires);
    if (expires && (!text || !instant_parse(text, strlen(text), &out->expires_at)))
        return schema("/expires_at", "an instant of RFC 3339 is wanted");
    return result_ok();
}

/* What the schema refuses goes first; then what no payment can have. */
static struct result read_initiated(const json_t *root, const json_t *data, struct event *out) {
    static const char *const members[] = {"corridor", "lock", "expires_at", "payment", NULL};
    const char *amount = NULL;
    TRY(allow(data, "", members));
    TRY(take_lock(data, true, out, &amount));
    TRY(take_expiry(data, out));
    struct result subject = take_uetr(root, out);
    struct result payment = json_into_payment(json_object_get(data, "payment"), &out->payment);
    if (subject.reason == REASON_EVENT_SCHEMA)
        return subject;
    if (!result_is_ok(&payment))
        return payment;
    TRY(subject);
    TRY(merge_uetr(out));
    return take_lock_amount(amount, out);
}

static struct result read_reason(const json_t *data, bool mandatory, struct event *out) {
    static const char *const members[] = {"code", "text", NULL};
    const json_t *reason = json_object_get(data, "reason");
    if (!reason && !mandatory)
        return result_ok();
    TRY(allow(reason, "/reason", members));
    TRY(take(reason, "code", "/reason/code", out->reason_code, sizeof out->reason_code));
    return take_optional(reason, "text", "/reason/text", out->reason_text, sizeof out->reason_text);
}

/* What a wallet took or gave back; its own book says it too, so that only its form is judged. */
static struct result check_amount(const json_t *data) {
    struct decimal any;
    const json_t *amount = json_object_get(data, "amount");
    const char *text = json_string_value(amount);
    if (amount && (!text || decimal_parse(text, strlen(text), 18, &any) == DECIMAL_NOT_A_NUMBER))
        return schema("/amount", "a decimal amount is wanted");
    return result_ok();
}

static struct result read_answer(const json_t *root, const json_t *data, struct event *out) {
    static const char *const members[] = {"corridor", "lock", "amount", "reason", NULL};
    static const char *const credit_members[] = {"corridor", "reason", NULL};
    static const char *const cancel_members[] = {"corridor", NULL};
    bool about_lock = out->type >= EVENT_LOCK_CAPTURED && out->type <= EVENT_LOCK_FAILED;
    bool cancel = out->type == EVENT_CANCEL_REQUESTED;
    const char *unused;
    TRY(allow(data, "", about_lock ? members : cancel ? cancel_members : credit_members));
    struct result subject = take_uetr(root, out);
    if (subject.reason == REASON_EVENT_SCHEMA)
        return subject;
    if (!json_object_get(root, "subject"))
        return schema("/subject", "the UETR is wanted");
    if (about_lock) {
        TRY(take_lock(data, false, out, &unused));
        TRY(check_amount(data));
    }
    bool mandatory = out->type == EVENT_CREDIT_REJECTED || out->type == EVENT_CREDIT_BLOCKED;
    TRY(read_reason(data, mandatory, out));
    return subject;
}

/* The same data under the same subject is the same content, in whatever order its members come. */
static void hash_content(const json_t *root, uint8_t out[32]) {
    json_t *content = json_pack("{s:O, s:O?, s:O}", "type", json_object_get(root, "type"), "subject",
                                json_object_get(root, "subject"), "data", json_object_get(root, "data"));
    char *text = json_dumps(content, JSON_COMPACT | JSON_SORT_KEYS);
    digest_sha256(text, strlen(text), out);
    free(text);
    json_decref(content);
}

static struct result read_root(const json_t *root, struct event *out) {
    if (!json_is_object(root))
        return result_refuse(REASON_EVENT_MALFORMED, "", "not a JSON object");
    TRY(take_envelope(root, out));
    hash_content(root, out->content_hash);
    const json_t *data = json_object_get(root, "data");
    TRY(take(data, "corridor", "/corridor", out->key.corridor, sizeof out->key.corridor));
    return out->type == EVENT_TRANSFER_INITIATED ? read_initiated(root, data, out)
                                                 : read_answer(root, data, out);
}

/* The parser recurses: how deep is known before it starts. */
static bool is_deep(struct bytes text) {
    int level = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '{' || c == '['))
            level++;
        else if (!quoted && (c == '}' || c == ']'))
            level--;
        if (level > EVENT_MOST_LEVELS)
            return true;
    }
    return false;
}

struct result wallet_event_read(struct bytes text, struct event *out) {
    *out = (struct event){0};
    if (text.length > EVENT_MOST_BYTES)
        return result_refuse(REASON_EVENT_MALFORMED, "", "more than %d bytes", EVENT_MOST_BYTES);
    if (is_deep(text))
        return result_refuse(REASON_EVENT_MALFORMED, "", "more than %d levels", EVENT_MOST_LEVELS);
    json_error_t error;
    json_t *root = json_loadb(text.data, text.length, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        return result_refuse(REASON_EVENT_MALFORMED, "", "line %d, column %d: %.80s", error.line,
                             error.column, error.text);
    struct result result = read_root(root, out);
    json_decref(root);
    return result;
}

/* ---- writing ---- */

static void set(json_t *object, const char *name, const char *text) {
    if (text && *text)
        json_object_set_new(object, name, json_string(text));
}

static void set_uuid(json_t *object, const char *name, const struct uuid *uuid) {
    char text[UUID_TEXT_SIZE];
    uuid_format(uuid, text);
    set(object, name, text);
}

/* A payment always carries a code, also for a reason that has none of its own. */
static const char *code_of(const struct wallet_notice *notice) {
    const char *code = reason_row(notice->reason)->iso_code;
    bool of_payment = notice->instruction && notice->type != WALLET_EVENT_REFUSED;
    return code[0] || !of_payment ? code : notice->instruction->reason_code;
}

static json_t *reason_json(const struct wallet_notice *notice) {
    const struct instruction *instruction = notice->instruction;
    json_t *reason = json_object();
    if (notice->reason) {
        const struct reason_row *row = reason_row(notice->reason);
        set(reason, "code", code_of(notice));
        set(reason, "rule", row->rule);
        set(reason, "text", row->text);
    } else if (instruction) {
        set(reason, "code", instruction->reason_code);
        set(reason, "text", instruction->reason_text);
    }
    if (json_object_size(reason))
        set(reason, "field", notice->reason_field);
    return reason;
}

static void add_reason(json_t *data, const struct wallet_notice *notice) {
    json_t *reason = reason_json(notice);
    if (json_object_size(reason))
        json_object_set(data, "reason", reason);
    json_decref(reason);
}

static void add_instruction(json_t *data, const struct instruction *instruction) {
    assert(instruction);
    set(data, "corridor", instruction->key.corridor);
    set(data, "direction", direction_names[instruction->key.direction]);
    set(data, "state", state_names[instruction->state]);
    json_object_set_new(data, "payment", json_from_payment(&instruction->payment));
    if (uuid_is_nil(&instruction->lock_id))
        return;
    json_t *lock = json_object();
    set_uuid(lock, "id", &instruction->lock_id);
    json_object_set_new(data, "lock", lock);
}

static void add_capture(json_t *data, const struct payment *payment) {
    char text[DECIMAL_TEXT_SIZE];
    decimal_format_minor(payment->source_amount, currency_minor_digits(payment->source_currency), text);
    set(data, "capture_amount", text);
}

static void add_refused(json_t *data, const struct wallet_notice *notice) {
    char hash[DIGEST_HEX_SIZE];
    json_t *refused = json_object();
    set(refused, "source", notice->refused_source);
    set(refused, "id", notice->refused_id);
    digest_to_hex(notice->refused_hash, DIGEST_SIZE, hash);
    set(refused, "hash", hash);
    json_object_set_new(data, "refused", refused);
}

static json_t *data_json(const struct wallet_notice *notice) {
    json_t *data = json_object();
    switch (notice->type) {
    case WALLET_EVENT_REFUSED:
        add_refused(data, notice);
        break;
    case WALLET_ALERT:
        set(data, "text", notice->text);
        break;
    case WALLET_CREDIT_REQUESTED:
        add_instruction(data, notice->instruction);
        set(data, "mode", "immediate");
        return data;
    default:
        add_instruction(data, notice->instruction);
        if (notice->type == WALLET_TRANSFER_SETTLED || notice->type == WALLET_TRANSFER_BLOCKED)
            add_capture(data, &notice->instruction->payment);
    }
    add_reason(data, notice);
    return data;
}

void wallet_event_write(const struct wallet_notice *notice, struct buffer *out) {
    char time[INSTANT_TEXT_SIZE];
    instant_format(notice->time, time);
    json_t *root = json_object();
    set(root, "specversion", "1.0");
    set(root, "source", notice->source);
    set_uuid(root, "id", &notice->id);
    set(root, "type", wallet_event_type_names[notice->type]);
    if (notice->instruction)
        set_uuid(root, "subject", &notice->instruction->key.uetr);
    set(root, "traceparent", notice->traceparent);
    set(root, "partitionkey", notice->key);
    set(root, "time", time);
    set(root, "datacontenttype", "application/json");
    set(root, "causationid", notice->causation_id);
    json_object_set_new(root, "data", data_json(notice));
    char *text = json_dumps(root, JSON_COMPACT);
    buffer_add_string(out, text);
    free(text);
    json_decref(root);
}
