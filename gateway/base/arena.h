#ifndef PONTIS_BASE_ARENA_H
#define PONTIS_BASE_ARENA_H

#include <stddef.h>

/* Memory that is given back all at once: one arena a batch, wiped when the batch is done. Exhaustion aborts.
 */
struct arena_block;

struct arena {
    struct arena_block *blocks;
};

void arena_init(struct arena *arena);
void arena_wipe(struct arena *arena);
/* Zeroed and aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size);
/* A copy with a zero behind it. */
void *arena_copy(struct arena *arena, const void *data, size_t length);

#endif
