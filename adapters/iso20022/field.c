#include "adapters/iso20022/field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/currency.h"
#include "core/reasons.h"

enum { VALUE_SIZE = 1500, RATE_DIGITS = 10 };

static const struct field_map *const maps[] = {&field_map_header, &field_map_payment, &field_map_status,
                                               &field_map_refusal};

const struct field_map *field_map_find(const char *definition, size_t *version) {
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        for (*version = 0; *version < FIELD_VERSIONS; ++*version)
            if (maps[i]->definitions[*version] && text_equal(maps[i]->definitions[*version], definition))
                return maps[i];
    return NULL;
}

static const char *place(const struct field_row *row, size_t version) {
    return row->path[version];
}

static bool is_end(const struct field_row *row) {
    return !row->path[0] && !row->path[1];
}

/* ---- writing ---- */

static bool is_empty(const struct field_row *row, const void *member) {
    const char *bytes = member;
    if (row->form == FORM_TEXT)
        return !bytes[0];
    for (size_t i = 0; i < row->size; i++)
        if (bytes[i])
            return false;
    return row->form != FORM_CONSTANT && row->form != FORM_AMOUNT;
}

static struct result format_amount(const struct field_row *row, const struct message *message,
                                   char out[VALUE_SIZE]) {
    const char *currency = (const char *)message + row->currency;
    int32_t digits = currency_minor_digits(currency);
    int64_t amount;
    memcpy(&amount, (const char *)message + row->offset, sizeof amount);
    if (digits < 0)
        return result_refuse(REASON_UNKNOWN_CURRENCY, row->member, "no decimals are known for this currency");
    if (amount < 0)
        return result_refuse(REASON_AMOUNT_FORMAT, row->member, "a negative amount");
    decimal_format_minor(amount, digits, out);
    return result_ok();
}

/* Also keeps out what no XML document may hold at all. */
static struct result format_text(const struct field_row *row, const char *text, char out[VALUE_SIZE]) {
    if (!text_is_latin(text))
        return result_refuse(REASON_CHARACTER_SET, row->member ? row->member : row->path[0],
                             "a character outside the ISO 20022 Latin set");
    text_set(out, VALUE_SIZE, text);
    return result_ok();
}

static struct result format(const struct field_row *row, const struct message *message,
                            char out[VALUE_SIZE]) {
    const void *member = (const char *)message + row->offset;
    switch (row->form) {
    case FORM_CONSTANT:
        text_set(out, VALUE_SIZE, row->constant);
        break;
    case FORM_TEXT:
        return format_text(row, member, out);
    case FORM_UUID:
        uuid_format(member, out);
        break;
    case FORM_INSTANT:
        instant_format(*(const instant *)member, out);
        break;
    case FORM_RATE:
        decimal_format(*(const struct decimal *)member, out);
        break;
    case FORM_STATUS:
        text_set(out, VALUE_SIZE, peer_status_names[*(const int *)member]);
        break;
    case FORM_AMOUNT:
        return format_amount(row, message, out);
    }
    return result_ok();
}

/* Rows stand in document order, so an element that is already there is its parent's last. */
static xmlNodePtr open_path(xmlNodePtr top, const char *path) {
    xmlNodePtr node = top;
    for (;;) {
        char name[40];
        size_t length = strcspn(path, "/");
        if (!text_copy(name, sizeof name, path, length))
            abort();
        bool is_leaf = !path[length];
        xmlNodePtr last = xmlGetLastChild(node);
        if (is_leaf || !last || strcmp((const char *)last->name, name) != 0)
            last = xmlNewChild(node, top->ns, BAD_CAST name, NULL);
        if (is_leaf)
            return last;
        node = last;
        path += length + 1;
    }
}

MUST_USE struct result field_write(const struct field_map *map, size_t version, const struct message *message,
                                   xmlNodePtr top) {
    char value[VALUE_SIZE];
    for (const struct field_row *row = map->rows; !is_end(row); row++) {
        const void *member = (const char *)message + row->offset;
        if (!place(row, version) || (row->when && !row->when(message)) || is_empty(row, member))
            continue;
        TRY(format(row, message, value));
        xmlNodePtr node = open_path(top, place(row, version));
        xmlNodeAddContent(node, BAD_CAST value);
        if (row->form == FORM_AMOUNT)
            xmlSetProp(node, BAD_CAST "Ccy", BAD_CAST((const char *)message + row->currency));
    }
    return result_ok();
}

/* ---- reading ---- */

/* Text of an element whose schema allows no elements in it; comments are not part of it, as in the signed
 * form. */
static bool leaf_text(const xmlNode *node, char out[VALUE_SIZE], size_t *length) {
    *length = 0;
    for (const xmlNode *child = node->children; child; child = child->next) {
        if (child->type == XML_COMMENT_NODE)
            continue;
        if ((child->type != XML_TEXT_NODE && child->type != XML_CDATA_SECTION_NODE) || !child->content)
            return false;
        size_t added = strlen((const char *)child->content);
        if (*length + added >= VALUE_SIZE)
            return false;
        memcpy(out + *length, child->content, added);
        *length += added;
    }
    out[*length] = '\0';
    return true;
}

static struct result refuse(const xmlNode *node, int reason, const char *what) {
    char path[DOCUMENT_PATH_SIZE];
    document_path(node, path);
    return result_refuse(reason, path, "line %ld: %s", xmlGetLineNo(node), what);
}

static struct result read_currency(const struct field_row *row, const xmlNode *node,
                                   struct message *message) {
    xmlChar *text = xmlGetNoNsProp(node, BAD_CAST "Ccy");
    char found[CURRENCY_SIZE];
    bool fits = text && text_copy(found, sizeof found, (const char *)text, strlen((const char *)text));
    xmlFree(text);
    char *member = (char *)message + row->currency;
    if (!fits || currency_minor_digits(found) < 0)
        return refuse(node, REASON_UNKNOWN_CURRENCY, "not a currency with known decimals");
    if (member[0] && !text_equal(member, found))
        return refuse(node, REASON_MESSAGE_SCHEMA, "another currency than elsewhere in the message");
    text_set(member, CURRENCY_SIZE, found);
    return result_ok();
}

static struct result read_amount(const struct field_row *row, const xmlNode *node, const char *text,
                                 size_t length, struct message *message, int64_t *out) {
    TRY(read_currency(row, node, message));
    switch (decimal_parse_minor(text, length, currency_minor_digits((char *)message + row->currency), out)) {
    case DECIMAL_OK:
        return result_ok();
    case DECIMAL_TOO_LARGE:
        return refuse(node, REASON_AMOUNT_TOO_LARGE, "an amount that no account can hold");
    case DECIMAL_TOO_MANY_DIGITS:
        return refuse(node, REASON_AMOUNT_FORMAT, "more decimals than the currency has");
    default:
        return refuse(node, REASON_AMOUNT_FORMAT, "not digits with one point");
    }
}

static bool read_status(const char *text, int *out) {
    for (int i = STATUS_ACTC; i <= STATUS_BLCK; i++)
        if (text_equal(peer_status_names[i], text)) {
            *out = i;
            return true;
        }
    return false;
}

/* By member: values are compared as bytes, and a struct copied whole may bring its padding along. */
static bool read_rate(const char *text, size_t length, struct decimal *out) {
    struct decimal rate;
    if (decimal_parse(text, length, RATE_DIGITS, &rate) != DECIMAL_OK)
        return false;
    out->mantissa = rate.mantissa;
    out->scale = rate.scale;
    return true;
}

union value {
    char text[VALUE_SIZE];
    struct uuid uuid;
    instant instant;
    struct decimal decimal;
    int64_t amount;
    int status;
};

static struct result parse(const struct field_row *row, const xmlNode *node, struct message *message,
                           union value *out) {
    char text[VALUE_SIZE];
    size_t length;
    if (!leaf_text(node, text, &length))
        return refuse(node, REASON_MESSAGE_SCHEMA, "not a text of this length");
    switch (row->form) {
    case FORM_AMOUNT:
        return read_amount(row, node, text, length, message, &out->amount);
    case FORM_CONSTANT:
        return text_equal(text, row->constant) ? result_ok()
                                               : refuse(node, REASON_MESSAGE_SCHEMA, "constant");
    case FORM_TEXT:
        return text_copy(out->text, row->size, text, length)
                   ? result_ok()
                   : refuse(node, REASON_CHARACTER_SET, "longer than its Latin form can be");
    case FORM_UUID:
        return uuid_parse(text, length, &out->uuid) ? result_ok()
                                                    : refuse(node, REASON_UETR_FORMAT, "not a UUID");
    case FORM_INSTANT:
        return instant_parse(text, length, &out->instant) && out->instant > 0
                   ? result_ok()
                   : refuse(node, REASON_MESSAGE_SCHEMA, "not a time with a zone");
    case FORM_RATE:
        return read_rate(text, length, &out->decimal) ? result_ok()
                                                      : refuse(node, REASON_MESSAGE_SCHEMA, "not a rate");
    case FORM_STATUS:
        return read_status(text, &out->status) ? result_ok()
                                               : refuse(node, REASON_MESSAGE_SCHEMA, "not a status");
    }
    return result_ok();
}

/* A member whose second place says something else makes the message ambiguous. */
static struct result keep(const struct field_row *row, const xmlNode *node, const union value *value,
                          struct message *message) {
    if (row->form == FORM_CONSTANT)
        return result_ok();
    void *member = (char *)message + row->offset;
    bool was_empty = is_empty(row, member) || (row->form == FORM_AMOUNT && *(int64_t *)member == 0);
    if (!was_empty && memcmp(member, value, row->size) != 0)
        return refuse(node, REASON_MESSAGE_SCHEMA, "not what another element says of the same");
    memcpy(member, value, row->size);
    return result_ok();
}

MUST_USE struct result field_read(const struct field_map *map, size_t version, const xmlNode *top,
                                  struct message *message) {
    for (const struct field_row *row = map->rows; !is_end(row); row++) {
        const xmlNode *node = place(row, version) ? document_find(top, place(row, version)) : NULL;
        if (!node)
            continue;
        union value value;
        memset(&value, 0, sizeof value);
        TRY(parse(row, node, message, &value));
        TRY(keep(row, node, &value, message));
    }
    return result_ok();
}

const char *field_member(const struct field_map *map, size_t version, const char *path) {
    size_t length = strlen(path);
    for (const struct field_row *row = map->rows; !is_end(row); row++) {
        const char *suffix = place(row, version);
        size_t size = suffix ? strlen(suffix) : 0;
        if (size && row->member && length > size && path[length - size - 1] == '/' &&
            strcmp(path + length - size, suffix) == 0)
            return row->member;
    }
    return NULL;
}

const char *field_place(const struct field_map *map, size_t version, const char *member) {
    for (const struct field_row *row = map->rows; !is_end(row); row++)
        if (row->member && place(row, version) && text_equal(row->member, member))
            return place(row, version);
    return NULL;
}
