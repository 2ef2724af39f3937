#include "flow/publish.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "flow/step.h"

struct publication {
    struct flow *flow;
    struct arena arena;
    ARRAY(struct bus_outgoing) records;
    ARRAY(struct uuid) rows;
};

struct publication *publication_new(struct flow *flow) {
    struct publication *publication = must_calloc(1, sizeof *publication);
    publication->flow = flow;
    arena_init(&publication->arena);
    return publication;
}

static void publication_free(struct publication *publication) {
    arena_wipe(&publication->arena);
    array_wipe(&publication->records);
    array_wipe(&publication->rows);
    free(publication);
}

static struct bytes copied(struct publication *publication, struct bytes bytes) {
    return (struct bytes){arena_copy(&publication->arena, bytes.data, bytes.length), bytes.length};
}

void publication_add(struct publication *publication, const struct uuid *row, const char *topic,
                     struct bytes key, struct bytes body) {
    struct bus_outgoing *record = array_push(&publication->records);
    record->topic = copied(publication, bytes_of_string(topic)).data;
    record->key = copied(publication, key);
    record->value = copied(publication, body);
    if (row)
        *array_push(&publication->rows) = *row;
}

static void on_published(void *context, struct result result) {
    struct publication *publication = context;
    if (result_is_ok(&result) && publication->rows.count) {
        struct flow_item *item = flow_item_new(ITEM_PUBLISHED, DOOR_TIMER);
        item->published = must_memdup(publication->rows.items, publication->rows.count * sizeof(struct uuid));
        item->published_count = publication->rows.count;
        step_submit(publication->flow, item);
    }
    publication_free(publication);
}

void publication_send(struct publication *publication) {
    if (publication->records.count == 0) {
        publication_free(publication);
        return;
    }
    struct bus_port *bus = &publication->flow->ports.bus;
    bus->publish(bus->self, publication->records.items, publication->records.count, on_published,
                 publication);
}
