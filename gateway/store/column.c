#include "store/column.h"

#include <arpa/inet.h>
#include <endian.h>
#include <string.h>

/* Element types as pg_type.dat of PostgreSQL numbers them for ever. */
static const uint32_t type_oids[] = {
    [COLUMN_TEXT] = 25,  [COLUMN_UUID] = 2950,    [COLUMN_BIGINT] = 20,  [COLUMN_INT] = 23,
    [COLUMN_BYTES] = 17, [COLUMN_INSTANT] = 1184, [COLUMN_BOOLEAN] = 16,
};

/* array_send: dimensions, "has nulls", element type; then length and lower bound of the one dimension. */
enum { COUNT_AT = 12, POSTGRES_EPOCH_SECONDS = 946684800 };

static void add_word(struct column *column, uint32_t word) {
    uint32_t wire = htonl(word);
    buffer_add(&column->bytes, &wire, sizeof wire);
}

static void add_element(struct column *column, const void *data, size_t length) {
    add_word(column, (uint32_t)length);
    buffer_add(&column->bytes, data, length);
    column->count++;
}

static void add_null(struct column *column) {
    add_word(column, UINT32_MAX);
    column->count++;
}

void column_init(struct column *column, enum column_type type) {
    buffer_init(&column->bytes, COLUMN_LIMIT);
    column->count = 0;
    add_word(column, 1);
    add_word(column, 1);
    add_word(column, type_oids[type]);
    add_word(column, 0);
    add_word(column, 1);
}

void column_wipe(struct column *column) {
    buffer_wipe(&column->bytes);
}

void column_add_text(struct column *column, const char *text) {
    add_element(column, text, strlen(text));
}

void column_add_uuid(struct column *column, const struct uuid *uuid) {
    add_element(column, uuid->bytes, sizeof uuid->bytes);
}

void column_add_uuid_or_null(struct column *column, const struct uuid *uuid) {
    if (uuid_is_nil(uuid))
        add_null(column);
    else
        column_add_uuid(column, uuid);
}

void column_add_bigint(struct column *column, int64_t number) {
    uint64_t wire = htobe64((uint64_t)number);
    add_element(column, &wire, sizeof wire);
}

void column_add_int(struct column *column, int32_t number) {
    uint32_t wire = htonl((uint32_t)number);
    add_element(column, &wire, sizeof wire);
}

void column_add_bytes(struct column *column, const void *data, size_t length) {
    add_element(column, data, length);
}

void column_add_instant(struct column *column, instant at) {
    column_add_bigint(column, (at - POSTGRES_EPOCH_SECONDS * INT64_C(1000)) * 1000);
}

void column_add_instant_or_null(struct column *column, instant at) {
    if (at)
        column_add_instant(column, at);
    else
        add_null(column);
}

void column_add_boolean(struct column *column, bool value) {
    char wire = value ? 1 : 0;
    add_element(column, &wire, 1);
}

void column_close(struct column *column) {
    uint32_t wire = htonl((uint32_t)column->count);
    if (!column->bytes.overflowed)
        memcpy(column->bytes.data + COUNT_AT, &wire, sizeof wire);
}
