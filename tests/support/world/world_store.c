#include "tests/support/world/world_store.h"

#include <string.h>

struct store_call {
    struct node *node;
    const struct store_load *load;
    store_load_done loaded;
    const struct store_commit *commit;
    store_commit_done committed;
    store_claim_done claimed;
    bool partition;
    const char *name;
    const char *const *parameters;
    store_read_done was_read;
    void *context;
};

static struct store_call *new_call(struct node *node, void *context) {
    struct store_call *call = arena_alloc(&node->store.arena, sizeof *call);
    call->node = node;
    call->context = context;
    return call;
}

static void run_load(struct world *world, void *argument) {
    (void)world;
    struct store_call *call = argument;
    struct store_loaded loaded = {0};
    memory_store_load(&call->node->store, call->load, &call->node->store.arena, &loaded);
    call->loaded(call->context, result_ok(), &loaded);
}

static void store_load(void *self, const struct store_load *load, store_load_done done, void *context) {
    struct store_call *call = new_call(self, context);
    call->load = load;
    call->loaded = done;
    world_task(call->node->world, call->node, call->node->world->load_delay, run_load, call);
}

static void answer_commit(struct world *world, void *argument) {
    (void)world;
    struct store_call *call = argument;
    call->committed(call->context, STORE_COMMITTED, NULL);
}

static void run_commit(struct world *world, void *argument) {
    struct store_call *call = argument;
    struct memory_store *store = &call->node->store;
    if (world_chance(world, world->commit_unsure)) { /* the connection died before COMMIT */
        store->locked = false;
        call->committed(call->context, STORE_RETRY, "connection lost");
        return;
    }
    enum store_outcome outcome =
        world->rival ? world->rival(world, call->node, call->commit) : STORE_COMMITTED;
    if (outcome == STORE_COMMITTED)
        outcome = memory_store_commit(store, call->commit);
    store->locked = false;
    if (outcome != STORE_COMMITTED) {
        call->committed(call->context, outcome, "");
        return;
    }
    /* A crash may come between the commit and its answer. */
    world_task(world, call->node, 0, answer_commit, call);
}

static void store_commit(void *self, const struct store_commit *commit, store_commit_done done,
                         void *context) {
    struct store_call *call = new_call(self, context);
    call->commit = commit;
    call->committed = done;
    world_task(call->node->world, call->node, call->node->world->commit_delay, run_commit, call);
}

static void run_claim(struct world *world, void *argument) {
    (void)world;
    struct store_call *call = argument;
    const struct memory_store *store = &call->node->store;
    struct store_claim claim = {.epoch = store->epoch, .position = call->partition ? store->position : -1};
    memcpy(claim.last_hash, store->last_hash, sizeof claim.last_hash);
    call->claimed(call->context, result_ok(), &claim);
}

static void store_claim(void *self, const char *lease, store_claim_done done, void *context) {
    struct store_call *call = new_call(self, context);
    call->partition = strncmp(lease, "partition:", 10) == 0;
    call->claimed = done;
    struct world *world = call->node->world;
    world_task(world, call->node, 2 * world->load_delay, run_claim, call);
}

static void run_read(struct world *world, void *argument) {
    (void)world;
    struct store_call *call = argument;
    struct store_table table;
    memory_store_read(&call->node->store, call->name, call->parameters, &call->node->store.arena, &table);
    call->was_read(call->context, result_ok(), &table);
}

static void store_read(void *self, const char *name, const char *const *parameters, size_t count,
                       store_read_done done, void *context) {
    (void)count;
    struct store_call *call = new_call(self, context);
    call->name = name;
    call->parameters = parameters;
    call->was_read = done;
    world_task(call->node->world, call->node, 0, run_read, call);
}

void world_store_fill(struct node *node, struct store_port *out) {
    *out = (struct store_port){node, store_load, store_commit, store_claim, store_read};
}
