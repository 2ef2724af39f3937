#include "host/settings_file.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/text.h"
#include "host/settings_keys.h"

enum { PATH_SIZE = 96, MOST_KEYS = 128 };

struct reading {
    yaml_document_t *document;
    const char *file;
    struct findings *findings;
    settings_file_entry entry;
    void *context;
    int lines[MOST_KEYS]; /* where each key was met; 0: not yet */
};

static void find(const struct reading *reading, int line, const char *path, const char *text) {
    char where[sizeof((struct finding *)0)->where];
    snprintf(where, sizeof where, "%.170s:%d", reading->file, line);
    findings_error(reading->findings, where, path, "%s", text);
}

static int line_of(const yaml_node_t *node) {
    return (int)node->start_mark.line + 1;
}

/* ---- keys and values ---- */

static const char *text_of(const yaml_node_t *node) {
    if (node->type != YAML_SCALAR_NODE ||
        strlen((const char *)node->data.scalar.value) != node->data.scalar.length)
        return NULL;
    return (const char *)node->data.scalar.value;
}

static bool is_nothing(const yaml_node_t *node) {
    const char *text = text_of(node);
    return text && !*text && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static void take(struct reading *reading, size_t key, const yaml_node_t *value, int line) {
    const char *path = settings_keys[key].path, *text = text_of(value);
    char twice[64];
    snprintf(twice, sizeof twice, "this key is here twice: it is in line %d too", reading->lines[key]);
    if (reading->lines[key])
        find(reading, line, path, twice);
    else if (!text)
        find(reading, line, path, "one value is expected, not a list, keys or zeros");
    else
        reading->entry(reading->context, key, text, line);
    reading->lines[key] = line;
}

static void find_unknown(const struct reading *reading, int line, const char *path) {
    char text[128];
    snprintf(text, sizeof text, "unknown key; the nearest known one is %s", settings_nearest_path(path));
    find(reading, line, path, text);
}

static void read_section(struct reading *reading, const yaml_node_t *node, const char *section);

static void read_pair(struct reading *reading, const yaml_node_t *key, const yaml_node_t *value,
                      const char *section) {
    const char *name = text_of(key);
    char path[PATH_SIZE];
    int line = line_of(key);
    if (!name) {
        find(reading, line, section, "a key is expected");
        return;
    }
    snprintf(path, sizeof path, "%s%s%.48s", section, *section ? "." : "", name);
    size_t index = settings_key_find(path);
    if (index < settings_key_count)
        take(reading, index, value, line);
    else if (!settings_is_section(path))
        find_unknown(reading, line, path);
    else if (!is_nothing(value))
        read_section(reading, value, path);
}

/* At most as deep as sections lie in sections: what else is nested is no section. */
static void read_section(struct reading *reading, const yaml_node_t *node, const char *section) {
    if (node->type != YAML_MAPPING_NODE) {
        find(reading, line_of(node), section, "a block of keys is expected");
        return;
    }
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top;
         pair++)
        read_pair(reading, yaml_document_get_node(reading->document, pair->key),
                  yaml_document_get_node(reading->document, pair->value), section);
}

/* ---- the text ---- */

/* Always false. */
static bool find_syntax(const struct reading *reading, const yaml_parser_t *parser, struct bytes text) {
    char what[160];
    int line = (int)parser->problem_mark.line + 1;
    if (parser->error == YAML_READER_ERROR) {
        line = 1;
        for (size_t i = 0; i < parser->problem_offset && i < text.length; i++)
            line += text.data[i] == '\n';
    }
    snprintf(what, sizeof what, "no YAML: %s", parser->problem ? parser->problem : "unknown");
    find(reading, line, "", what);
    return false;
}

static bool read_document(struct reading *reading, yaml_parser_t *parser, struct bytes text) {
    yaml_document_t document;
    if (!yaml_parser_load(parser, &document))
        return find_syntax(reading, parser, text);
    reading->document = &document;
    const yaml_node_t *root = yaml_document_get_root_node(&document);
    if (root && !is_nothing(root))
        read_section(reading, root, "");
    reading->document = NULL;
    yaml_document_delete(&document);
    if (!yaml_parser_load(parser, &document))
        return find_syntax(reading, parser, text);
    root = yaml_document_get_root_node(&document);
    if (root)
        find(reading, line_of(root), "", "one document is expected, and another one begins");
    yaml_document_delete(&document);
    return true;
}

bool settings_file_read(struct bytes text, const char *path, struct findings *findings,
                        settings_file_entry entry, void *context) {
    struct reading reading = {.file = path, .findings = findings, .entry = entry, .context = context};
    yaml_parser_t parser;
    assert(settings_key_count <= MOST_KEYS);
    if (!yaml_parser_initialize(&parser))
        abort();
    yaml_parser_set_input_string(&parser, (const unsigned char *)(text.data ? text.data : ""), text.length);
    bool is_read = read_document(&reading, &parser, text);
    yaml_parser_delete(&parser);
    return is_read;
}
