#include "flow/publish.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "flow/step.h"
#include "flow/turn.h"
#include "host/metrics.h"

struct publication {
    struct flow *flow;
    struct arena arena;
    void (*done)(void *context, bool told);
    void *context;
    int64_t since; /* metrics_clock */
    ARRAY(struct bus_outgoing) records;
    ARRAY(struct uuid) rows;
};

struct publication *publication_new(struct flow *flow, void (*done)(void *context, bool told),
                                    void *context) {
    struct publication *publication = must_calloc(1, sizeof *publication);
    publication->flow = flow;
    publication->done = done;
    publication->context = context;
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

static void end(struct publication *publication, bool told) {
    if (publication->done)
        publication->done(publication->context, told);
    publication_free(publication);
}

static void on_marked(struct flow *flow, struct flow_item *item, int reason, const char *detail) {
    (void)flow, (void)reason, (void)detail;
    end(item->context, true);
}

static void mark(struct publication *publication) {
    struct flow_item *item = flow_item_new(ITEM_PUBLISHED, DOOR_TIMER);
    item->published = must_memdup(publication->rows.items, publication->rows.count * sizeof(struct uuid));
    item->published_count = publication->rows.count;
    item->done = on_marked;
    item->context = publication;
    step_submit(publication->flow, item);
}

static void on_published(void *context, struct result result) {
    struct publication *publication = context;
    bool told = result_is_ok(&result);
    metrics_station(STATION_PUBLISH, publication->since);
    if (!told)
        turn_forget(publication->flow);
    if (told && publication->rows.count)
        mark(publication);
    else
        end(publication, told);
}

void publication_send(struct publication *publication) {
    if (publication->records.count == 0) {
        end(publication, true);
        return;
    }
    publication->since = metrics_clock();
    struct bus_port *bus = &publication->flow->ports.bus;
    bus->publish(bus->self, publication->records.items, publication->records.count, on_published,
                 publication);
}
