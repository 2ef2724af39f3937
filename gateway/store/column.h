#ifndef PONTIS_STORE_COLUMN_H
#define PONTIS_STORE_COLUMN_H

#include "base/buffer.h"
#include "base/instant.h"
#include "base/uuid.h"

/* One array parameter of a statement, in PostgreSQL's binary form: nothing to quote, nothing to parse. */
enum column_type {
    COLUMN_TEXT,
    COLUMN_UUID,
    COLUMN_BIGINT,
    COLUMN_INT,
    COLUMN_BYTES,
    COLUMN_INSTANT,
    COLUMN_BOOLEAN
};

enum { COLUMN_LIMIT = 256 * 1024 * 1024 };

struct column {
    struct buffer bytes;
    int32_t count;
};

void column_init(struct column *column, enum column_type type);
void column_wipe(struct column *column);
void column_add_text(struct column *column, const char *text);
void column_add_uuid(struct column *column, const struct uuid *uuid);
/* A nil uuid is null. */
void column_add_uuid_or_null(struct column *column, const struct uuid *uuid);
void column_add_bigint(struct column *column, int64_t number);
void column_add_int(struct column *column, int32_t number);
void column_add_bytes(struct column *column, const void *data, size_t length);
void column_add_instant(struct column *column, instant at);
/* 0 is null. */
void column_add_instant_or_null(struct column *column, instant at);
void column_add_boolean(struct column *column, bool value);
/* Writes the number of elements into the head; nothing is added after it. */
void column_close(struct column *column);

#endif
