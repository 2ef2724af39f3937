#include "base/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "base/instant.h"
#include "base/text.h"
#include "base/uuid.h"

static const void *member_of(const struct field *field, const void *owner) {
    return (const char *)owner + field->offset;
}

static bool is_all_zero(const void *data, size_t size) {
    const unsigned char *bytes = data;
    for (size_t i = 0; i < size; i++)
        if (bytes[i])
            return false;
    return true;
}

static bool is_empty_record(const struct record *record, const void *value) {
    for (const struct field *field = record->fields; field->name; field++)
        if (!field_is_empty(field, value))
            return false;
    return true;
}

bool field_is_empty(const struct field *field, const void *owner) {
    const void *member = member_of(field, owner);
    if (field->type == FIELD_TEXT)
        return *(const char *)member == '\0';
    if (field->type == FIELD_RECORD)
        return is_empty_record(field->record, member);
    return is_all_zero(member, field->size);
}

static void format_hex(const uint8_t *bytes, size_t size, struct buffer *out) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        buffer_add_char(out, digits[bytes[i] >> 4]);
        buffer_add_char(out, digits[bytes[i] & 15]);
    }
}

void field_format(const struct field *field, const void *owner, struct buffer *out) {
    const void *member = member_of(field, owner);
    char text[64];
    switch (field->type) {
    case FIELD_TEXT:
        buffer_add_string(out, member);
        return;
    case FIELD_UUID:
        uuid_format(member, text);
        buffer_add_string(out, text);
        return;
    case FIELD_INTEGER:
        buffer_addf(out, "%" PRId64, *(const int64_t *)member);
        return;
    case FIELD_INSTANT:
        instant_format(*(const instant *)member, text);
        buffer_add_string(out, text);
        return;
    case FIELD_DECIMAL:
        decimal_format(*(const struct decimal *)member, text);
        buffer_add_string(out, text);
        return;
    case FIELD_BOOLEAN:
        buffer_add_string(out, *(const bool *)member ? "true" : "false");
        return;
    case FIELD_CHOICE:
        buffer_add_string(out, field->choices[*(const int *)member]);
        return;
    case FIELD_DIGEST:
        format_hex(member, field->size, out);
        return;
    case FIELD_RECORD:
        return;
    }
}

static bool parse_integer(const char *text, size_t length, int64_t *out) {
    bool negative = length && text[0] == '-';
    struct decimal decimal;
    if (decimal_parse(text + negative, length - negative, 0, &decimal) != DECIMAL_OK)
        return false;
    *out = negative ? -decimal.mantissa : decimal.mantissa;
    return true;
}

static bool parse_choice(const struct field *field, const char *text, size_t length, int *out) {
    for (int i = 0; field->choices[i]; i++) {
        if (strlen(field->choices[i]) != length || memcmp(field->choices[i], text, length) != 0)
            continue;
        *out = i;
        return true;
    }
    return false;
}

static bool parse_hex(const char *text, size_t length, uint8_t *out, size_t size) {
    static const char digits[] = "0123456789abcdef";
    if (length != size * 2)
        return false;
    for (size_t i = 0; i < length; i++) {
        const char *digit = memchr(digits, text[i], sizeof digits - 1);
        if (!digit)
            return false;
        out[i / 2] = (uint8_t)(out[i / 2] << 4 | (digit - digits));
    }
    return true;
}

static bool parse_boolean(const char *text, size_t length, bool *out) {
    *out = length == 4 && memcmp(text, "true", 4) == 0;
    return *out || (length == 5 && memcmp(text, "false", 5) == 0);
}

bool field_parse(const struct field *field, void *owner, const char *text, size_t length) {
    void *member = (char *)owner + field->offset;
    switch (field->type) {
    case FIELD_TEXT:
        return text_copy(member, field->size, text, length);
    case FIELD_UUID:
        return uuid_parse(text, length, member);
    case FIELD_INTEGER:
        return parse_integer(text, length, member);
    case FIELD_INSTANT:
        return instant_parse(text, length, member);
    case FIELD_DECIMAL:
        return decimal_parse(text, length, 18, member) == DECIMAL_OK;
    case FIELD_BOOLEAN:
        return parse_boolean(text, length, member);
    case FIELD_CHOICE:
        return parse_choice(field, text, length, member);
    case FIELD_DIGEST:
        return parse_hex(text, length, member, field->size);
    case FIELD_RECORD:
        return false;
    }
    return false;
}

static void write_escaped(const char *text, struct buffer *out) {
    for (size_t plain; *text; text += plain) {
        plain = strcspn(text, "\\\n");
        buffer_add(out, text, plain);
        if (!text[plain])
            return;
        buffer_add_string(out, text[plain] == '\n' ? "\\n" : "\\\\");
        plain++;
    }
}

/* Only texts may hold what has to be escaped. */
static void write_line(const struct field *field, const char *prefix, const void *value, struct buffer *out) {
    buffer_add_string(out, prefix);
    buffer_add_char(out, '.');
    buffer_add_string(out, field->name);
    buffer_add_char(out, '=');
    if (field->type == FIELD_TEXT)
        write_escaped(member_of(field, value), out);
    else
        field_format(field, value, out);
    buffer_add_char(out, '\n');
}

void record_write(const struct record *record, const char *prefix, const void *value, struct buffer *out) {
    for (const struct field *field = record->fields; field->name; field++) {
        if (field_is_empty(field, value))
            continue;
        if (field->type == FIELD_RECORD) {
            char nested[128];
            snprintf(nested, sizeof nested, "%s.%s", prefix, field->name);
            record_write(field->record, nested, member_of(field, value), out);
            continue;
        }
        write_line(field, prefix, value, out);
    }
}

static bool unescape(const char *text, size_t length, struct buffer *out) {
    for (size_t i = 0; i < length; i++) {
        if (text[i] != '\\') {
            buffer_add_char(out, text[i]);
            continue;
        }
        if (++i == length || (text[i] != '\\' && text[i] != 'n'))
            return false;
        buffer_add_char(out, text[i] == 'n' ? '\n' : '\\');
    }
    return true;
}

static bool read_path(const struct record *record, const char *path, size_t length, struct bytes text,
                      void *value) {
    const char *dot = memchr(path, '.', length);
    size_t head = dot ? (size_t)(dot - path) : length;
    for (const struct field *field = record->fields; field->name; field++) {
        if (strlen(field->name) != head || memcmp(field->name, path, head) != 0)
            continue;
        if (!dot)
            return field_parse(field, value, text.data, text.length);
        if (field->type != FIELD_RECORD)
            return false;
        return read_path(field->record, dot + 1, length - head - 1, text, (char *)value + field->offset);
    }
    return false;
}

static bool read_escaped(const struct record *record, const char *path, size_t length, struct bytes value,
                         void *out) {
    struct buffer text;
    buffer_init(&text, 8192);
    bool good = unescape(value.data, value.length, &text) && !text.overflowed &&
                read_path(record, path, length, buffer_bytes(&text), out);
    buffer_wipe(&text);
    return good;
}

static bool read_line(const struct record *record, const char *prefix, struct bytes line, void *value) {
    size_t skip = strlen(prefix);
    if (line.length <= skip || memcmp(line.data, prefix, skip) != 0 || line.data[skip] != '.')
        return true;
    const char *equals = memchr(line.data, '=', line.length);
    if (!equals)
        return false;
    const char *path = line.data + skip + 1;
    size_t length = (size_t)(equals - path);
    struct bytes text = {equals + 1, (size_t)(line.data + line.length - equals - 1)};
    return memchr(text.data, '\\', text.length) ? read_escaped(record, path, length, text, value)
                                                : read_path(record, path, length, text, value);
}

bool record_read(const struct record *record, const char *prefix, struct bytes canonical, void *value) {
    const char *at = canonical.data;
    const char *end = at + canonical.length;
    while (at < end) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        if (!line_end || !read_line(record, prefix, (struct bytes){at, (size_t)(line_end - at)}, value))
            return false;
        at = line_end + 1;
    }
    return true;
}
