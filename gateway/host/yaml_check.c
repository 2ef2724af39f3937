#include "host/yaml_check.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/text.h"

enum { PATH_SIZE = 80, MOST_FIELDS = 64 };

struct check {
    yaml_parser_t parser;
    yaml_event_t event;
    struct bytes text;
    char path[PATH_SIZE]; /* of the key whose value is judged: "limits.minimum" */
    struct yaml_finding *finding;
};

static bool find(struct check *check, int line, const char *format, ...) PRINTF_LIKE(3, 4);
static bool check_value(struct check *check, const cyaml_schema_value_t *schema, int line);

/* Always false. */
static bool find(struct check *check, int line, const char *format, ...) {
    char expected[96];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(expected, sizeof expected, format, arguments);
    va_end(arguments);
    check->finding->line = line;
    snprintf(check->finding->text, sizeof check->finding->text, "%.56s%s%s", check->path,
             check->path[0] ? ": " : "", expected);
    return false;
}

/* ---- events ---- */

static int line_of_byte(struct bytes text, size_t offset) {
    int line = 1;
    for (size_t i = 0; i < offset && i < text.length; i++)
        line += text.data[i] == '\n';
    return line;
}

/* What libyaml has against the text: a byte that is no character, or a form that is no YAML. */
static bool find_syntax(struct check *check) {
    const yaml_parser_t *parser = &check->parser;
    check->path[0] = '\0';
    if (parser->error == YAML_READER_ERROR)
        return find(check, line_of_byte(check->text, parser->problem_offset), "not a text file: %s",
                    parser->problem);
    return find(check, (int)parser->problem_mark.line + 1, "no YAML: %s%s%s",
                parser->context ? parser->context : "", parser->context ? ", " : "",
                parser->problem ? parser->problem : "unknown");
}

static int line_of_event(const struct check *check) {
    return (int)check->event.start_mark.line + 1;
}

static bool next(struct check *check) {
    yaml_event_delete(&check->event);
    if (!yaml_parser_parse(&check->parser, &check->event))
        return find_syntax(check);
    const yaml_event_t *event = &check->event;
    bool is_anchored = (event->type == YAML_SCALAR_EVENT && event->data.scalar.anchor) ||
                       (event->type == YAML_SEQUENCE_START_EVENT && event->data.sequence_start.anchor) ||
                       (event->type == YAML_MAPPING_START_EVENT && event->data.mapping_start.anchor);
    if (is_anchored || event->type == YAML_ALIAS_EVENT)
        return find(check, line_of_event(check), "anchors and aliases are not read");
    return true;
}

static bool skip(struct check *check, int events) {
    while (events-- > 0)
        if (!next(check))
            return false;
    return true;
}

/* ---- plain values ---- */

struct scalar {
    const char *text;
    size_t length;
};

static struct scalar scalar_of(const struct check *check) {
    return (struct scalar){(const char *)check->event.data.scalar.value, check->event.data.scalar.length};
}

static bool check_text(struct check *check, const cyaml_schema_value_t *schema, int line) {
    struct scalar scalar = scalar_of(check);
    if (scalar.length < schema->string.min)
        return find(check, line, "a text is expected, and there is none");
    if (scalar.length > schema->string.max)
        return find(check, line, "at most %u characters are expected", schema->string.max);
    if (memchr(scalar.text, '\0', scalar.length))
        return find(check, line, "a text without zeros is expected");
    return true;
}

static bool is_whole_number(const char *text) {
    size_t digits = strspn(text, "0123456789");
    return digits > 0 && digits <= 18 && !text[digits];
}

static bool check_scalar(struct check *check, const cyaml_schema_value_t *schema, int line) {
    const char *text = scalar_of(check).text;
    switch (schema->type) {
    case CYAML_STRING:
        return check_text(check, schema, line);
    case CYAML_BOOL:
        return text_equal(text, "true") || text_equal(text, "false") ||
               find(check, line, "true or false is expected");
    case CYAML_INT:
        return is_whole_number(text) || find(check, line, "a whole number is expected");
    default:
        assert(!"a type that no schema of ours has");
        return false;
    }
}

/* ---- lists and keys ---- */

static bool check_list(struct check *check, const cyaml_schema_value_t *schema, int line) {
    uint32_t count = 0;
    for (;; count++) {
        if (!next(check))
            return false;
        if (check->event.type == YAML_SEQUENCE_END_EVENT)
            break;
        if (!check_value(check, schema->sequence.entry, line_of_event(check)))
            return false;
    }
    if (count < schema->sequence.min || count > schema->sequence.max)
        return find(check, line, "%u to %u entries are expected", schema->sequence.min, schema->sequence.max);
    return true;
}

/* Puts a key behind the path; returns the length to cut it back to. */
static size_t enter(struct check *check, const char *key) {
    size_t length = strlen(check->path);
    snprintf(check->path + length, PATH_SIZE - length, "%s%.40s", length ? "." : "", key);
    return length;
}

static bool find_unknown(struct check *check, const cyaml_schema_field_t *fields, const char *key, int line) {
    const char *nearest = fields->key;
    for (const cyaml_schema_field_t *field = fields; field->key; field++)
        if (text_distance(field->key, key) < text_distance(nearest, key))
            nearest = field->key;
    enter(check, key);
    return find(check, line, "unknown key; the nearest known one is %s", nearest);
}

static bool check_key(struct check *check, const cyaml_schema_field_t *fields, bool *seen) {
    int line = line_of_event(check);
    if (check->event.type != YAML_SCALAR_EVENT)
        return find(check, line, "a key is expected");
    const char *key = scalar_of(check).text;
    size_t index = 0;
    while (fields[index].key && !text_equal(fields[index].key, key))
        index++;
    if (!fields[index].key)
        return find_unknown(check, fields, key, line);
    size_t length = enter(check, fields[index].key);
    if (seen[index])
        return find(check, line, "this key is here twice");
    seen[index] = true;
    if (!next(check) || !check_value(check, &fields[index].value, line))
        return false;
    check->path[length] = '\0';
    return true;
}

static bool check_mapping(struct check *check, const cyaml_schema_value_t *schema, int line) {
    const cyaml_schema_field_t *fields = schema->mapping.fields;
    bool seen[MOST_FIELDS] = {false};
    for (;;) {
        if (!next(check))
            return false;
        if (check->event.type == YAML_MAPPING_END_EVENT)
            break;
        if (!check_key(check, fields, seen))
            return false;
    }
    for (size_t i = 0; fields[i].key; i++) {
        assert(i < MOST_FIELDS);
        if (seen[i] || (fields[i].value.flags & CYAML_FLAG_OPTIONAL))
            continue;
        enter(check, fields[i].key);
        return find(check, line, "this key is missing");
    }
    return true;
}

/* The value that the current event begins; `line` is its key's. */
static bool check_value(struct check *check, const cyaml_schema_value_t *schema, int line) {
    yaml_event_type_t type = check->event.type;
    if (schema->type == CYAML_MAPPING)
        return type == YAML_MAPPING_START_EVENT ? check_mapping(check, schema, line)
                                                : find(check, line, "a block of keys is expected");
    if (schema->type == CYAML_SEQUENCE)
        return type == YAML_SEQUENCE_START_EVENT ? check_list(check, schema, line)
                                                 : find(check, line, "a list is expected, as [a, b]");
    return type == YAML_SCALAR_EVENT ? check_scalar(check, schema, line)
                                     : find(check, line, "one value is expected, not a list or keys");
}

/* ---- the file ---- */

static bool check_stream(struct check *check, const cyaml_schema_value_t *schema) {
    if (!skip(check, 2)) /* to the start of the document */
        return false;
    if (check->event.type == YAML_STREAM_END_EVENT)
        return find(check, 1, "the file is empty");
    if (!next(check) || !check_value(check, schema, line_of_event(check)))
        return false;
    if (!skip(check, 2)) /* over its end */
        return false;
    return check->event.type == YAML_STREAM_END_EVENT ||
           find(check, line_of_event(check), "one document is expected, and another begins");
}

bool yaml_check(struct bytes text, const cyaml_schema_value_t *schema, struct yaml_finding *finding) {
    struct check check = {.text = text, .finding = finding};
    if (!yaml_parser_initialize(&check.parser))
        abort();
    yaml_parser_set_input_string(&check.parser, (const unsigned char *)(text.data ? text.data : ""),
                                 text.length);
    bool is_right = check_stream(&check, schema);
    yaml_event_delete(&check.event);
    yaml_parser_delete(&check.parser);
    return is_right;
}
