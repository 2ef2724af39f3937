#include "cli/table.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 32 };

void table_print_json(const json_t *json) {
    char *text = json_dumps(json, JSON_INDENT(2));
    puts(text ? text : "null");
    free(text);
}

const char *table_text(const json_t *object, const char *member) {
    const char *text = json_string_value(json_object_get(object, member));
    return text ? text : "";
}

/* ---- one text ---- */

/* Bytes of a control character at `at` (ASCII's, or U+0080 to U+009F); 0: it is none. */
static size_t control_length(const char *at) {
    unsigned char first = (unsigned char)at[0], second = first ? (unsigned char)at[1] : 0;
    if (first < ' ' || first == 0x7f)
        return 1;
    return first == 0xc2 && second >= 0x80 && second <= 0x9f ? 2 : 0;
}

void table_print_to(FILE *to, const char *text) {
    while (*text) {
        size_t control = control_length(text);
        fputc(control ? '?' : *text, to);
        text += control ? control : 1;
    }
}

void table_print(const char *text) {
    table_print_to(stdout, text);
}

/* In characters, as a terminal shows it. */
static size_t width_of(const char *text) {
    size_t width = 0;
    for (const char *at = text; *at; at++)
        width += ((unsigned char)*at & 0xc0) != 0x80;
    return width;
}

static void print_spaces(size_t count) {
    printf("%*s", (int)count, "");
}

/* ---- rows ---- */

struct column {
    const char *name;
    size_t width;
    bool is_number;
};

struct columns {
    struct column items[MOST_COLUMNS];
    size_t count;
};

static bool is_number(const char *text) {
    return strspn(text, "-0123456789.") == strlen(text);
}

static struct column *column_of(struct columns *columns, const char *name) {
    for (size_t i = 0; i < columns->count; i++)
        if (strcmp(columns->items[i].name, name) == 0)
            return &columns->items[i];
    if (columns->count == MOST_COLUMNS)
        return NULL;
    struct column *column = &columns->items[columns->count++];
    *column = (struct column){name, width_of(name), true};
    return column;
}

static void collect(struct columns *columns, json_t *rows) {
    size_t index;
    json_t *row, *value;
    const char *name;
    json_array_foreach(rows, index, row) {
        json_object_foreach(row, name, value) {
            struct column *column = column_of(columns, name);
            const char *text = table_text(row, name);
            if (!column)
                continue;
            column->width = width_of(text) > column->width ? width_of(text) : column->width;
            column->is_number = column->is_number && is_number(text);
        }
    }
}

static void print_cell(const struct column *column, const char *text, bool is_last) {
    size_t spaces = column->width > width_of(text) ? column->width - width_of(text) : 0;
    if (column->is_number)
        print_spaces(spaces);
    table_print(text);
    if (is_last)
        putchar('\n');
    else
        print_spaces(column->is_number ? 2 : spaces + 2);
}

void table_print_rows(const json_t *rows, const char *indent) {
    struct columns columns = {.count = 0};
    collect(&columns, (json_t *)rows);
    if (columns.count == 0) {
        printf("%snothing\n", indent);
        return;
    }
    fputs(indent, stdout);
    for (size_t i = 0; i < columns.count; i++)
        print_cell(&columns.items[i], columns.items[i].name, i + 1 == columns.count);
    size_t index;
    json_t *row;
    json_array_foreach((json_t *)rows, index, row) {
        fputs(indent, stdout);
        for (size_t i = 0; i < columns.count; i++)
            print_cell(&columns.items[i], table_text(row, columns.items[i].name), i + 1 == columns.count);
    }
}

static void print_value(const json_t *value) {
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    table_print(text);
    free(text);
}

void table_print_members_but(const json_t *object, const char *left_out) {
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value) {
        if (json_is_object(value) || json_is_array(value) || strcmp(name, left_out) == 0)
            continue;
        printf("%-16s ", name);
        if (json_is_string(value))
            table_print(json_string_value(value));
        else
            print_value(value);
        putchar('\n');
    }
}

void table_print_members(const json_t *object) {
    table_print_members_but(object, "");
}

/* ---- YAML ---- */

static void print_yaml(const json_t *object, int depth) {
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value) {
        printf("%*s%s:", 2 * depth, "", name);
        if (json_is_object(value)) {
            putchar('\n');
            print_yaml(value, depth + 1);
            continue;
        }
        putchar(' ');
        print_value(value);
        putchar('\n');
    }
}

void table_print_yaml(const json_t *object) {
    print_yaml(object, 0);
}
