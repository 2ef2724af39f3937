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
#include "tests/support/world/world_bus.h"
#include "tests/support/world/world_store.h"
#include "tests/support/world/world_wire.h"

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

bool world_chance(struct world *world, unsigned of_100) {
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

/* ---- nodes ---- */

static void on_fatal(void *context, const char *why) {
    struct node *node = context;
    cr_assert(node->may_die, "node %d: %s", node->index, why);
    snprintf(node->died_of, sizeof node->died_of, "%s", why);
}

static void start(struct node *node) {
    struct ports ports = {.clock = {node, clock_now, clock_now, clock_after}, .random = {node, fill_random}};
    world_bus_fill(node, &ports.bus);
    world_wire_fill(node, &ports.wire);
    world_store_fill(node, &ports.store);
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

static void end(struct node *node) {
    if (node->flow.batch) {
        struct batch *batch = node->flow.batch;
        for (size_t i = 0; i < batch->items.count; i++)
            flow_item_free(batch->items.items[i]);
        batch_free(batch);
    }
    flow_wipe(&node->flow);
}

void world_crash(struct world *world, int index) {
    struct node *node = &world->nodes[index];
    node->life++;
    node->store.epoch++;
    node->store.locked = false;
    node->consuming = node->paused = false;
    node->on_peer = NULL;
    end(node);
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
    memory_store_enrol(&node->store, "ann", 'a', ROLE_OPERATOR);
    memory_store_enrol(&node->store, "bob", 'b', ROLE_OPERATOR);
    memory_store_enrol(&node->store, "cat", 'c', ROLE_OPERATOR);
}

void world_init(struct world *world, uint64_t seed) {
    memset(world, 0, sizeof *world);
    world->now = 1764000000000;
    world->random = seed * 0x9E3779B97F4A7C15ULL + 1;
    for (int i = 0; i < NODE_COUNT; i++) {
        struct node *node = &world->nodes[i];
        node->world = world;
        node->index = i;
        memory_store_init(&node->store, &world->now);
        prepare(node);
        start(node);
    }
    world_run(world, 100);
}

void world_wipe(struct world *world) {
    for (int i = 0; i < NODE_COUNT; i++) {
        struct node *node = &world->nodes[i];
        end(node);
        array_wipe(&node->topic);
        array_wipe(&node->wallet.seen);
        array_wipe(&node->wallet.locked);
        array_wipe(&node->wallet.heard);
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

static void on_told(void *context, const struct command *command) {
    struct world_told *told = context;
    told->count++;
    told->verdict = command->verdict;
    told->waits = command->waits;
    told->why = command->why;
    snprintf(told->answer, sizeof told->answer, "%s", command->answer.data ? command->answer.data : "");
}

struct command *world_command(struct world *world, int index, int order, const char *operator,
                              struct world_told * told) {
    struct command *command = must_calloc(1, sizeof *command);
    *told = (struct world_told){.why = result_ok()};
    command->flow = &world->nodes[index].flow;
    command->refusal = result_ok();
    command->asked.order = order;
    text_set(command->operator, sizeof command->operator, operator);
    memset(command->asked.certificate, operator[0], FINGERPRINT_SIZE - 1);
    command->done = on_told;
    command->context = told;
    return command;
}

void world_order(struct command *command, const char *request, const char *key) {
    command->request = bytes_of_string(request);
    command_identify(command, key);
    door_command(command);
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
