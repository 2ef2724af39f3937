#include "store/request.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct request *request_new(void (*on_end)(void *context, const struct request_end *end), void *context) {
    struct request *request = must_calloc(1, sizeof *request);
    arena_init(&request->arena);
    request->on_end = on_end;
    request->context = context;
    return request;
}

void request_free(struct request *request) {
    array_wipe(&request->statements);
    arena_wipe(&request->arena);
    free(request);
}

struct statement *request_add(struct request *request, const char *name) {
    struct statement *statement = array_push(&request->statements);
    statement->name = name;
    return statement;
}

static void add_value(struct statement *statement, const char *value, size_t length, int format) {
    assert(statement->count < STATEMENT_MAX_PARAMETERS);
    statement->values[statement->count] = value;
    statement->lengths[statement->count] = (int)length;
    statement->formats[statement->count] = format;
    statement->count++;
}

void request_add_text(struct request *request, struct statement *statement, const char *text) {
    size_t length = text ? strlen(text) : 0;
    add_value(statement, text ? arena_copy(&request->arena, text, length) : NULL, length, 0);
}

void request_add_number(struct request *request, struct statement *statement, int64_t number) {
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, number);
    request_add_text(request, statement, text);
}

void request_add_column(struct request *request, struct statement *statement, struct column *column) {
    column_close(column);
    request->too_large |= column->bytes.overflowed != 0;
    const char *value = arena_copy(&request->arena, column->bytes.data, column->bytes.length);
    add_value(statement, value, column->bytes.length, 1);
    column_wipe(column);
}
