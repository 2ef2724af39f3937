#ifndef PONTIS_STORE_TABLE_H
#define PONTIS_STORE_TABLE_H

#include "store/request.h"

/* How an array of structs becomes the array parameters of one statement. */
struct table {
    const char *query;
    const char
        *types;  /* one letter a parameter: t text, u uuid, l bigint, i int, b bytes, z instant, f boolean */
    size_t size; /* of a struct */
    /* Adds one element to each column, or to none: the row does not concern this table. */
    void (*write)(struct column *columns, const void *row);
    /* Locks are taken in this order; NULL: as they come. */
    int (*compare)(const void *left, const void *right);
};

/* The statement, with its columns; NULL (and nothing added) when no row concerns it. */
struct statement *table_add(const struct table *table, const void *rows, size_t count,
                            struct request *request);

#endif
