#include "store/read.h"

#include <stdlib.h>

#include "store/outcome.h"
#include "store/query.h"
#include "store/state.h"

struct reading {
    struct arena arena;
    struct store_table table;
    store_read_done done;
    void *context;
};

static void on_rows(void *context, size_t statement, const PGresult *rows) {
    (void)statement;
    struct reading *reading = context;
    size_t columns = (size_t)PQnfields(rows), count = (size_t)PQntuples(rows);
    const char **cells = arena_alloc(&reading->arena, (columns * count + 1) * sizeof *cells);
    size_t *lengths = arena_alloc(&reading->arena, (columns * count + 1) * sizeof *lengths);
    for (size_t i = 0; i < columns * count; i++) {
        int row = (int)(i / columns), column = (int)(i % columns);
        if (PQgetisnull(rows, row, column))
            continue;
        lengths[i] = (size_t)PQgetlength(rows, row, column);
        cells[i] = arena_copy(&reading->arena, PQgetvalue(rows, row, column), lengths[i]);
    }
    reading->table = (struct store_table){columns, count, cells, lengths};
}

static void on_end(void *context, const struct request_end *end) {
    struct reading *reading = context;
    struct result result = outcome_of_reading(end);
    reading->done(reading->context, result, result_is_ok(&result) ? &reading->table : NULL);
    arena_wipe(&reading->arena);
    free(reading);
}

void read_run(void *self, const char *name, const char *const *parameters, size_t count, store_read_done done,
              void *context) {
    struct store *store = self;
    if (!query_text(name) || query_commits(name)) {
        done(context, result_fatal("no query is called %s", name), NULL);
        return;
    }
    struct reading *reading = must_calloc(1, sizeof *reading);
    arena_init(&reading->arena);
    reading->done = done;
    reading->context = context;
    struct request *request = request_new(on_end, reading);
    request->on_rows = on_rows;
    struct statement *statement = request_add(request, name);
    for (size_t i = 0; i < count; i++)
        request_add_text(request, statement, parameters[i]);
    connection_submit(store->reading, request);
}
