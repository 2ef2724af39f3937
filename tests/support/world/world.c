#include "tests/support/world/world.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/ledger.h"
#include "flow/door_peer.h"
#include "flow/door_wallet.h"
#include "flow/step.h"
#include "tests/support/plain/plain.h"
#include "tests/support/world/wallet.h"

/* The only dialect of this world. */
const struct adapter *adapter_find(const char *name) {
    return text_equal(name, plain_adapter.name) ? &plain_adapter : NULL;
}

uint64_t world_random(struct world *world) {
    uint64_t x = world->random; /* xorshift64* */
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    world->random = x;
    return x * 0x2545F4914F6CDD1DULL;
}

static bool chance(struct world *world, unsigned of_100) {
    return of_100 && world_random(world) % 100 < of_100;
}

/* ---- tasks ---- */

void world_task(struct world *world, struct node *node, int64_t delay, void (*run)(struct world *, void *),
                void *argument) {
    struct task *task = array_push(&world->tasks);
    *task = (struct task){world->now + delay, world->order++, node, node->life, run, argument};
}

static size_t next_task(const struct world *world) {
    size_t best = 0;
    for (size_t i = 1; i < world->tasks.count; i++) {
        const struct task *task = &world->tasks.items[i], *first = &world->tasks.items[best];
        if (task->due < first->due || (task->due == first->due && task->order < first->order))
            best = i;
    }
    return best;
}

bool world_step(struct world *world, instant until) {
    if (world->tasks.count == 0)
        return false;
    size_t index = next_task(world);
    struct task task = world->tasks.items[index];
    if (task.due > until)
        return false;
    world->tasks.items[index] = world->tasks.items[--world->tasks.count];
    if (task.due > world->now)
        world->now = task.due;
    world->steps++;
    if (task.life == task.node->life)
        task.run(world, task.argument);
    if (world->steps == world->crash_at_step)
        world_crash(world, world->crash_node);
    return true;
}

void world_run(struct world *world, int64_t milliseconds) {
    instant until = world->now + milliseconds;
    while (world_step(world, until))
        ;
    world->now = until;
}

/* ---- clock and random ---- */

static instant clock_now(void *self) {
    return ((struct node *)self)->world->now;
}

struct timer {
    clock_callback callback;
    void *context;
};

static void run_timer(struct world *world, void *argument) {
    (void)world;
    struct timer timer = *(struct timer *)argument;
    timer.callback(timer.context);
}

static void clock_after(void *self, int64_t milliseconds, clock_callback callback, void *context) {
    struct node *node = self;
    struct timer *timer = arena_alloc(&node->store.arena, sizeof *timer);
    *timer = (struct timer){callback, context};
    world_task(node->world, node, milliseconds, run_timer, timer);
}

static void fill_random(void *self, void *bytes, size_t length) {
    struct node *node = self;
    for (size_t i = 0; i < length; i++)
        ((uint8_t *)bytes)[i] = (uint8_t)world_random(node->world);
}

/* ---- store ---- */

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
    struct store_loaded loaded;
    memory_store_load(&call->node->store, call->load, &call->node->store.arena, &loaded);
    call->loaded(call->context, result_ok(), &loaded);
}

static void store_load(void *self, const struct store_load *load, store_load_done done, void *context) {
    struct store_call *call = new_call(self, context);
    call->load = load;
    call->loaded = done;
    world_task(call->node->world, call->node, 0, run_load, call);
}

static void answer_commit(struct world *world, void *argument) {
    (void)world;
    struct store_call *call = argument;
    call->committed(call->context, STORE_COMMITTED, NULL);
}

static void run_commit(struct world *world, void *argument) {
    struct store_call *call = argument;
    if (chance(world, world->commit_unsure)) { /* the connection died before COMMIT */
        call->committed(call->context, STORE_RETRY, "connection lost");
        return;
    }
    enum store_outcome outcome = memory_store_commit(&call->node->store, call->commit);
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
    world_task(call->node->world, call->node, 0, run_commit, call);
}

static void run_claim(struct world *world, void *argument) {
    (void)world;
    struct store_call *call = argument;
    struct store_claim claim = {.epoch = call->node->life + 1,
                                .position = call->partition ? call->node->store.position : -1};
    call->claimed(call->context, result_ok(), &claim);
}

static void store_claim(void *self, const char *lease, store_claim_done done, void *context) {
    struct store_call *call = new_call(self, context);
    call->partition = strncmp(lease, "partition:", 10) == 0;
    call->claimed = done;
    world_task(call->node->world, call->node, 0, run_claim, call);
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

/* ---- bus ---- */

static void deliver(struct world *world, void *argument) {
    (void)world;
    struct node *node = argument;
    while (node->consuming && (size_t)node->delivered < node->topic.count) {
        struct bus_record record = {.topic = "in", .offset = node->delivered};
        record.value = node->topic.items[node->delivered++];
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
    (void)self;
}

struct published {
    struct node *node;
    bus_done done;
    void *context;
};

static void run_published(struct world *world, void *argument) {
    (void)world;
    struct published *published = argument;
    published->done(published->context, result_ok());
}

static void bus_publish(void *self, const struct bus_outgoing *records, size_t count, bus_done done,
                        void *context) {
    struct node *node = self;
    for (size_t i = 0; i < count; i++)
        wallet_hears(node, records[i].value);
    struct published *published = arena_alloc(&node->store.arena, sizeof *published);
    *published = (struct published){node, done, context};
    world_task(node->world, node, 0, run_published, published);
}

/* ---- wire: what one node posts, the other is handed ---- */

struct post {
    struct node *from;
    int life; /* of the sender: nobody learns of the answer when it has died */
    struct bytes body;
    wire_done done;
    void *context;
    bool answer_is_lost;
    struct wire_exchange exchange;
};

static void tell(struct post *post, enum wire_outcome outcome, int status) {
    if (post->from->life != post->life || !post->done)
        return;
    struct wire_response response = {.outcome = outcome, .http_status = status};
    wire_done done = post->done;
    post->done = NULL;
    done(post->context, &response);
}

static void run_unknown(struct world *world, void *argument) {
    (void)world;
    tell(argument, WIRE_UNKNOWN, 0);
}

static void run_not_sent(struct world *world, void *argument) {
    (void)world;
    tell(argument, WIRE_NOT_SENT, 0);
}

static void arrive(struct world *world, void *argument) {
    struct post *post = argument;
    struct node *to = &world->nodes[1 - post->from->index];
    if (!to->on_peer)
        return;
    post->exchange = (struct wire_exchange){.handle = post,
                                            .listener = "peer",
                                            .method = "POST",
                                            .path = "/plain",
                                            .query = "",
                                            .content_type = "text/plain",
                                            .traceparent = "",
                                            .idempotency_key = "",
                                            .subject = "",
                                            .body = post->body};
    text_set(post->exchange.public_key, sizeof post->exchange.public_key, "pin");
    to->on_peer(to->peer_context, &post->exchange);
}

static struct post *new_post(struct node *from, const struct wire_request *request, wire_done done,
                             void *context) {
    struct post *post = arena_alloc(&from->store.arena, sizeof *post);
    *post = (struct post){.from = from, .life = from->life, .done = done, .context = context};
    post->body = (struct bytes){arena_copy(&from->store.arena, request->body.data, request->body.length),
                                request->body.length};
    return post;
}

static void wire_post(void *self, const struct wire_request *request, wire_done done, void *context) {
    struct node *from = self;
    struct world *world = from->world;
    struct node *to = &world->nodes[1 - from->index];
    struct post *post = new_post(from, request, done, context);
    int64_t delay = 1 + (int64_t)(world_random(world) % 20);
    if (world->wire_down) {
        world_task(world, from, delay, run_not_sent, post);
        return;
    }
    if (chance(world, world->lose_request)) {
        world_task(world, from, 10000, run_unknown, post);
        return;
    }
    post->answer_is_lost = chance(world, world->lose_answer);
    world_task(world, to, delay, arrive, post);
    /* The deadline: whoever tells first is heard. */
    world_task(world, from, 10000, run_unknown, post);
    if (chance(world, world->duplicate))
        world_task(world, to, delay + 5, arrive, new_post(from, request, NULL, NULL));
}

static void wire_serve(void *self, const char *listener, wire_handler handler, void *context) {
    struct node *node = self;
    if (!text_equal(listener, "peer"))
        return;
    node->on_peer = handler;
    node->peer_context = context;
}

static void wire_answer(void *self, struct wire_exchange *exchange, int status, const char *type,
                        struct bytes body) {
    (void)self, (void)type, (void)body;
    struct post *post = exchange->handle;
    if (post->answer_is_lost)
        return;
    tell(post, status / 100 == 2 ? WIRE_DELIVERED : WIRE_UNKNOWN, status);
}

/* ---- nodes ---- */

static void on_fatal(void *context, const char *why) {
    struct node *node = context;
    cr_assert_fail("node %d: %s", node->index, why);
}

static void start(struct node *node) {
    struct ports ports = {
        .clock = {node, clock_now, clock_now, clock_after},
        .random = {node, fill_random},
        .bus = {node, bus_subscribe, bus_consume, bus_pause, bus_pause, bus_publish},
        .wire = {node, wire_post, wire_serve, wire_answer},
        .store = {node, store_load, store_commit, store_claim, store_read},
    };
    struct flow_settings settings = {.source = node->index == HOME ? "/pontis/home" : "/pontis/away",
                                     .topic_in = "in",
                                     .topic_out = "out",
                                     .incarnation = "1"};
    flow_init(&node->flow, &ports, &settings);
    node->flow.fatal = on_fatal;
    node->flow.fatal_context = node;
    for (size_t i = 0; i < node->store.corridors.count; i++) {
        struct corridor corridor = {0};
        cr_assert(
            record_read(&corridor_record, "corridor", node->store.corridors.items[i].document, &corridor));
        corridor.version = node->store.corridors.items[i].version;
        struct result set = flow_set_corridor(&node->flow, &corridor);
        cr_assert(result_is_ok(&set), "%s", set.detail);
    }
    door_peer_open(&node->flow);
    door_wallet_open(&node->flow);
    sweep_start(&node->sweep, &node->flow, NULL, NULL);
}

void world_crash(struct world *world, int index) {
    struct node *node = &world->nodes[index];
    node->life++;
    node->consuming = false;
    node->on_peer = NULL;
    if (node->flow.batch) {
        struct batch *batch = node->flow.batch;
        for (size_t i = 0; i < batch->items.count; i++)
            flow_item_free(batch->items.items[i]);
        batch_free(batch);
    }
    flow_wipe(&node->flow);
    start(node);
}

/* ---- setting up ---- */

static void fill_system(struct corridor_system *system, bool singapore) {
    text_set(system->name, sizeof system->name, singapore ? "Singapore" : "Thailand");
    text_set(system->country, sizeof system->country, singapore ? "SG" : "TH");
    text_set(system->bic, sizeof system->bic, singapore ? "MASGSGSG" : "BOTHTHBK");
    text_set(system->currency, sizeof system->currency, singapore ? "SGD" : "THB");
}

static void fill_corridor(struct corridor *corridor, int index) {
    *corridor = (struct corridor){.version = 1, .open = true};
    text_set(corridor->name, sizeof corridor->name, "sg-th");
    fill_system(&corridor->home, index == HOME);
    fill_system(&corridor->peer, index != HOME);
    text_set(corridor->adapter, sizeof corridor->adapter, "plain");
    text_set(corridor->payment_version, sizeof corridor->payment_version, "plain.pay.1");
    text_set(corridor->status_version, sizeof corridor->status_version, "plain.sts.1");
    text_set(corridor->endpoint, sizeof corridor->endpoint, "https://peer");
    text_set(corridor->peer_certificate_pins[0], 65, "pin");
    corridor->limits.minimum = 100;
    corridor->limits.maximum = 100000000;
    corridor->timing.queue_age = 300000;
    corridor->timing.answer = 5000;
    corridor->timing.repeat = 5000;
    corridor->timing.credit = 5000;
    corridor->timing.maximum_execution = 86400000;
    text_set(corridor->fx.providers[0], REFERENCE_SIZE, "GLOBEXFX");
    corridor->fx.quote_validity = 600000;
}

static void fund(struct node *node, int debit, int credit, const char *currency, int64_t amount) {
    struct posting posting = {.phase = POSTING_DIRECT, .amount = amount};
    posting.debit.role = debit;
    posting.credit.role = credit;
    text_set(posting.debit.currency, CURRENCY_SIZE, currency);
    text_set(posting.credit.currency, CURRENCY_SIZE, currency);
    struct ledger_change changes[2];
    ledger_apply(&posting, changes);
    for (size_t i = 0; i < 2; i++) {
        struct store_delta *row = array_push(&node->store.balances);
        text_set(row->corridor, sizeof row->corridor, "sg-th");
        row->account = changes[i].account;
        row->debits_posted = changes[i].debits_posted;
        row->credits_posted = changes[i].credits_posted;
    }
}

enum { PREFUND = 1000000000 };

static void prepare(struct node *node) {
    struct corridor corridor;
    fill_corridor(&corridor, node->index);
    struct buffer document;
    buffer_init(&document, 1 << 16);
    record_write(&corridor_record, "corridor", &corridor, &document);
    struct store_corridor *row = array_push(&node->store.corridors);
    text_set(row->name, sizeof row->name, corridor.name);
    row->version = 1;
    row->document =
        (struct bytes){arena_copy(&node->store.arena, document.data, document.length), document.length};
    buffer_wipe(&document);
    struct store_rate *rate = array_push(&node->store.rates);
    text_set(rate->corridor, sizeof rate->corridor, corridor.name);
    text_set(rate->offer.provider, sizeof rate->offer.provider, "GLOBEXFX");
    rate->offer.rate = node->index == HOME ? (struct decimal){258125, 4} : (struct decimal){38741, 6};
    fund(node, ACCOUNT_FOREIGN_PREFUND, ACCOUNT_FUNDING, corridor.peer.currency, PREFUND);
    fund(node, ACCOUNT_FUNDING, ACCOUNT_PEER_PREFUND, corridor.home.currency, PREFUND);
}

void world_init(struct world *world, uint64_t seed) {
    memset(world, 0, sizeof *world);
    world->now = 1764000000000;
    world->random = seed * 0x9E3779B97F4A7C15ULL + 1;
    for (int i = 0; i < NODE_COUNT; i++) {
        struct node *node = &world->nodes[i];
        node->world = world;
        node->index = i;
        memory_store_init(&node->store);
        prepare(node);
        start(node);
    }
    world_run(world, 100);
}

void world_wipe(struct world *world) {
    for (int i = 0; i < NODE_COUNT; i++) {
        struct node *node = &world->nodes[i];
        flow_wipe(&node->flow);
        array_wipe(&node->topic);
        array_wipe(&node->wallet.seen);
        array_wipe(&node->wallet.locked);
        memory_store_wipe(&node->store);
    }
    array_wipe(&world->tasks);
}

const struct instruction *world_instruction(struct world *world, int index, const struct uuid *uetr) {
    struct memory_store *store = &world->nodes[index].store;
    for (size_t i = 0; i < store->instructions.count; i++)
        if (uuid_equal(&store->instructions.items[i].key.uetr, uetr))
            return &store->instructions.items[i];
    return NULL;
}

void world_produce(struct world *world, int index, const char *text) {
    struct node *node = &world->nodes[index];
    size_t length = strlen(text);
    *array_push(&node->topic) = (struct bytes){arena_copy(&node->store.arena, text, length), length};
    world_task(world, node, 0, deliver, node);
}

/* ---- what must hold ---- */

static void check_sums(const struct memory_store *store) {
    int64_t pending = 0, posted = 0;
    for (size_t i = 0; i < store->balances.count; i++) {
        const struct store_delta *row = &store->balances.items[i];
        pending += row->debits_pending - row->credits_pending;
        posted += row->debits_posted - row->credits_posted;
        cr_assert_geq(row->debits_pending, 0);
        cr_assert_geq(row->credits_pending, 0);
    }
    cr_assert_eq(pending, 0);
    cr_assert_eq(posted, 0);
}

/* The sum of one phase's transfers on the prefund account of a direction. */
static int64_t phase_sum(const struct memory_store *store, int role, int phase) {
    int64_t sum = 0;
    for (size_t i = 0; i < store->transfers.count; i++) {
        const struct posting *posting = &store->transfers.items[i].posting;
        if (posting->phase == phase && (posting->debit.role == role || posting->credit.role == role))
            sum += posting->amount;
    }
    return sum;
}

void world_check(struct world *world) {
    for (int i = 0; i < NODE_COUNT; i++)
        check_sums(&world->nodes[i].store);
}

void world_check_at_rest(struct world *world) {
    world_check(world);
    for (int i = 0; i < NODE_COUNT; i++) {
        struct memory_store *mine = &world->nodes[i].store, *theirs = &world->nodes[1 - i].store;
        for (size_t j = 0; j < mine->instructions.count; j++)
            cr_assert(state_is_final(mine->instructions.items[j].state), "node %d: %s", i,
                      state_names[mine->instructions.items[j].state]);
        cr_assert_eq(phase_sum(mine, ACCOUNT_FOREIGN_PREFUND, POSTING_POST),
                     phase_sum(theirs, ACCOUNT_PEER_PREFUND, POSTING_POST), "the gateways' books");
        cr_assert_eq(memory_store_available(mine, ACCOUNT_FOREIGN_PREFUND),
                     memory_store_available(theirs, ACCOUNT_PEER_PREFUND), "what is left of the prefunding");
        cr_assert_eq(world->nodes[i].wallet.captured,
                     phase_sum(mine, ACCOUNT_DOMESTIC, POSTING_POST) -
                         phase_sum(mine, ACCOUNT_PEER_PREFUND, POSTING_POST),
                     "our wallet's captures");
        cr_assert_eq(world->nodes[i].wallet.credited, phase_sum(mine, ACCOUNT_PEER_PREFUND, POSTING_POST),
                     "our wallet's credits");
    }
}
