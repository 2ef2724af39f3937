#include "jobs/relay.h"

#include "flow/publish.h"

void relay_publish(struct flow *flow, const struct store_table *table, void (*done)(void *context, bool told),
                   void *context) {
    struct publication *publication = publication_new(flow, done, context);
    for (size_t i = 0; i < table->rows; i++) {
        const char *const *cells = table->cells + i * table->columns;
        const size_t *lengths = table->lengths + i * table->columns;
        struct uuid row;
        if (uuid_parse(cells[0], lengths[0], &row))
            publication_add(publication, &row, cells[1], (struct bytes){cells[2], lengths[2]},
                            (struct bytes){cells[3], lengths[3]});
    }
    publication_send(publication);
}
