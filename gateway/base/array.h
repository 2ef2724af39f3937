#ifndef PONTIS_BASE_ARRAY_H
#define PONTIS_BASE_ARRAY_H

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"

/* A growing array of a type. A push may move the items: keep indexes, not pointers. */
#define ARRAY(type)                                                                                          \
    struct {                                                                                                 \
        type *items;                                                                                         \
        size_t count;                                                                                        \
        size_t capacity;                                                                                     \
    }

/* A pointer to a new zeroed item at the end. */
#define array_push(array)                                                                                    \
    ((array)->items =                                                                                        \
         array_grown((array)->items, (array)->count, &(array)->capacity, sizeof *(array)->items),            \
     &(array)->items[(array)->count++])

#define array_wipe(array)                                                                                    \
    (free((array)->items), (array)->items = NULL, (array)->count = 0, (array)->capacity = 0)

static inline void *array_grown(void *items, size_t count, size_t *capacity, size_t size) {
    if (count == *capacity) {
        *capacity = *capacity ? *capacity * 2 : 8;
        items = must_realloc(items, *capacity * size);
    }
    assert(items);
    memset((char *)items + count * size, 0, size);
    return items;
}

#endif
