#include "store/table.h"

#include <stdlib.h>
#include <string.h>

static enum column_type type_of(char letter) {
    static const char letters[] = {
        [COLUMN_TEXT] = 't',  [COLUMN_UUID] = 'u',    [COLUMN_BIGINT] = 'l', [COLUMN_INT] = 'i',
        [COLUMN_BYTES] = 'b', [COLUMN_INSTANT] = 'z', [COLUMN_BOOLEAN] = 'f'};
    const char *at = memchr(letters, letter, sizeof letters);
    if (!at)
        abort();
    return (enum column_type)(at - letters);
}

struct sorted {
    const void *row;
    const struct table *table;
};

static int compare_rows(const void *left, const void *right) {
    const struct sorted *a = left, *b = right;
    return a->table->compare(a->row, b->row);
}

static void write_rows(const struct table *table, const void *rows, size_t count, struct column *columns) {
    struct sorted *order = must_malloc((count + 1) * sizeof *order);
    for (size_t i = 0; i < count; i++)
        order[i] = (struct sorted){(const char *)rows + i * table->size, table};
    if (table->compare)
        qsort(order, count, sizeof *order, compare_rows);
    for (size_t i = 0; i < count; i++)
        table->write(columns, order[i].row);
    free(order);
}

struct statement *table_add(const struct table *table, const void *rows, size_t count,
                            struct request *request) {
    if (count == 0)
        return NULL;
    struct column columns[STATEMENT_MAX_PARAMETERS];
    size_t width = strlen(table->types);
    for (size_t i = 0; i < width; i++)
        column_init(&columns[i], type_of(table->types[i]));
    write_rows(table, rows, count, columns);
    struct statement *statement = columns[0].count ? request_add(request, table->query) : NULL;
    for (size_t i = 0; i < width; i++)
        if (statement)
            request_add_column(request, statement, &columns[i]);
        else
            column_wipe(&columns[i]);
    return statement;
}
