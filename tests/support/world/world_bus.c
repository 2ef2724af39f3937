#include "tests/support/world/world_bus.h"

#include <string.h>

#include "tests/support/world/wallet.h"

static void deliver(struct world *world, void *argument) {
    (void)world;
    struct node *node = argument;
    while (node->consuming && !node->paused && (size_t)node->delivered < node->topic.count) {
        struct bus_record record = {.topic = "in", .offset = node->delivered};
        record.value = node->topic.items[node->delivered++];
        if (record.value.data) /* else: compacted away */
            node->handler.records(node->handler.context, &record, 1);
    }
}

static void assign(struct world *world, void *argument) {
    (void)world;
    struct node *node = argument;
    node->handler.assigned(node->handler.context, "in", 0, 0, (int64_t)node->topic.count);
}

static void bus_subscribe(void *self, const char *topic, struct bus_handler handler) {
    (void)topic;
    struct node *node = self;
    node->handler = handler;
    world_task(node->world, node, 0, assign, node);
}

static void bus_consume(void *self, const char *topic, int32_t partition, int64_t offset) {
    (void)topic, (void)partition;
    struct node *node = self;
    node->delivered = offset;
    node->consuming = true;
    world_task(node->world, node, 0, deliver, node);
}

static void bus_pause(void *self) {
    struct node *node = self;
    node->paused = true;
}

static void bus_resume(void *self) {
    struct node *node = self;
    node->paused = false;
    world_task(node->world, node, 0, deliver, node);
}

struct published {
    struct node *node;
    bus_done done;
    void *context;
    bool lost;
};

static void run_published(struct world *world, void *argument) {
    (void)world;
    struct published *published = argument;
    published->done(published->context, published->lost ? result_retry("the bus is down") : result_ok());
}

static void bus_publish(void *self, const struct bus_outgoing *records, size_t count, bus_done done,
                        void *context) {
    struct node *node = self;
    node->publications++;
    if (node->world->bus_hangs)
        return;
    bool lost = node->world->bus_down;
    for (size_t i = 0; i < count && !lost; i++)
        wallet_hears(node, records[i].value);
    struct published *published = arena_alloc(&node->store.arena, sizeof *published);
    *published = (struct published){node, done, context, lost};
    world_task(node->world, node, 0, run_published, published);
}

void world_bus_fill(struct node *node, struct bus_port *out) {
    *out = (struct bus_port){node, bus_subscribe, bus_consume, bus_pause, bus_resume, bus_publish};
}

void world_produce(struct world *world, int index, const char *text) {
    struct node *node = &world->nodes[index];
    size_t length = strlen(text);
    *array_push(&node->topic) = (struct bytes){arena_copy(&node->store.arena, text, length), length};
    world_task(world, node, 0, deliver, node);
}

void world_rebalance(struct world *world, int index) {
    struct node *node = &world->nodes[index];
    node->consuming = false;
    node->handler.revoked(node->handler.context, "in", 0);
    assign(world, node);
}
