#include "flow/step.h"

#include "base/text.h"
#include "core/reasons.h"
#include "flow/batch.h"
#include "flow/progress.h"
#include "flow/rules.h"
#include "flow/send.h"
#include "host/log.h"
#include "host/metrics.h"

/* Contention: the first failure leads to locks, under which only what nobody could lock can fail again. */
enum { RETRY_MILLISECONDS = 100, LONGEST_PAUSE = 1600, MOST_TRIES_TOGETHER = 3, MOST_TRIES_OF_AN_ORDER = 6 };

static void start(struct flow *flow);

static void apply_pressure(struct flow *flow) {
    struct bus_port *bus = &flow->ports.bus;
    if (!flow->paused && flow->queued > STEP_QUEUE_HIGH) {
        flow->paused = true;
        bus->pause(bus->self);
    } else if (flow->paused && flow->queued < STEP_QUEUE_LOW) {
        flow->paused = false;
        bus->resume(bus->self);
    }
}

static void append(struct flow *flow, struct flow_item *item) {
    item->next = NULL;
    if (flow->tail)
        flow->tail->next = item;
    else
        flow->head = item;
    flow->tail = item;
    flow->queued++;
}

static void put_back(struct flow *flow, struct flow_item *item) {
    flow_item_forget(item);
    item->next = flow->head;
    flow->head = item;
    if (!flow->tail)
        flow->tail = item;
    flow->queued++;
}

static struct flow_item *take(struct flow *flow) {
    struct flow_item *item = flow->head;
    if (!item)
        return NULL;
    flow->head = item->next;
    if (!flow->head)
        flow->tail = NULL;
    flow->queued--;
    return item;
}

void step_submit(struct flow *flow, struct flow_item *item) {
    append(flow, item);
    apply_pressure(flow);
    start(flow);
}

/* A record of a partition that is no longer ours, or is consumed anew: whoever consumes it gets it again. */
static bool is_void(struct flow *flow, const struct flow_item *item) {
    if (!flow_item_is_record(item))
        return false;
    const struct flow_partition *partition = flow_partition_find(flow, item->partition);
    return !partition || item->consumption != partition->consumption || item->offset < partition->position;
}

static void drop_void(struct batch *batch) {
    size_t kept = 0;
    for (size_t i = 0; i < batch->items.count; i++) {
        struct flow_item *item = batch->items.items[i];
        if (is_void(batch->flow, item))
            flow_item_free(item);
        else
            batch->items.items[kept++] = item;
    }
    batch->items.count = kept;
}

void step_forget_partition(struct flow *flow, int32_t partition) {
    struct flow_item *item = flow->head;
    flow->head = flow->tail = NULL;
    flow->queued = 0;
    while (item) {
        struct flow_item *next = item->next;
        if (flow_item_is_record(item) && item->partition == partition)
            flow_item_free(item);
        else
            append(flow, item);
        item = next;
    }
    apply_pressure(flow);
}

static bool has_void(const struct batch *batch) {
    for (size_t i = 0; i < batch->items.count; i++)
        if (is_void(batch->flow, batch->items.items[i]))
            return true;
    return false;
}

bool step_stop(struct flow *flow) {
    flow->stopping = true;
    return flow->batch == NULL;
}

/* ---- after the commit ---- */

static void advance_positions(struct flow *flow, const struct batch *batch) {
    for (size_t i = 0; i < batch->positions.count; i++)
        for (size_t j = 0; j < flow->partitions.count; j++)
            if (flow->partitions.items[j].partition == batch->positions.items[i].partition)
                flow->partitions.items[j].position = batch->positions.items[i].to;
}

static void finish_items(struct flow *flow, struct batch *batch) {
    for (size_t i = 0; i < batch->items.count; i++) {
        struct flow_item *item = batch->items.items[i];
        if (item->done)
            item->done(flow, item, item->reason, item->refusal.detail);
        flow_item_free(item);
    }
    batch->items.count = 0;
}

static void finish(struct batch *batch) {
    struct flow *flow = batch->flow;
    finish_items(flow, batch);
    batch_free(batch);
    flow->batch = NULL;
    apply_pressure(flow);
    start(flow);
}

static void committed(struct batch *batch) {
    struct flow *flow = batch->flow;
    flow->batches++;
    advance_positions(flow, batch);
    progress_committed(batch);
    send_messages(batch);
    send_wallet_events(batch);
    send_again(batch);
    finish(batch);
}

/* ---- load, decide, commit ---- */

static void run(struct batch *batch);

static void run_again(void *context) {
    run(context);
}

/* Time passes: what was decided may be decided otherwise. */
static void later(struct batch *batch, int64_t milliseconds) {
    struct clock_port *clock = &batch->flow->ports.clock;
    for (size_t i = 0; i < batch->items.count; i++)
        flow_item_forget(batch->items.items[i]);
    clock->after(clock->self, milliseconds, run_again, batch);
}

static void keep_first(struct batch *batch, size_t count) {
    while (batch->items.count > count)
        put_back(batch->flow, batch->items.items[--batch->items.count]);
}

static void halve(struct batch *batch) {
    keep_first(batch, (batch->items.count + 1) / 2);
}

static void log_item(const char *event, const struct flow_item *item, const char *detail) {
    const struct instruction_key *key = &item->event.key;
    char uetr[UUID_TEXT_SIZE] = "";
    if (!uuid_is_nil(&key->uetr))
        uuid_format(&key->uetr, uetr);
    log_write(LOG_ERROR, event, "door", door_names[item->door], "corridor", key->corridor, "uetr", uetr,
              "detail", detail, NULL);
}

/* Ends without a commit what no commit can hold, and what nobody but us brought. */
static void give_up(struct batch *batch, int reason, const char *detail) {
    struct flow_item *item = batch->items.items[0];
    log_item("item.dropped", item, detail);
    if (result_is_ok(&item->refusal))
        item->refusal = result_refuse(reason, "", "%s", reason_row(reason)->text);
    item->reason = item->refusal.reason;
    finish(batch);
}

/* From now on refused: an order is judged so, anything else, and an order of which not even that can be kept,
 * is a refused input. */
static void refuse(struct batch *batch, int reason, const char *why) {
    struct flow_item *item = batch->items.items[0];
    if (item->kind != ITEM_COMMAND || item->is_unkeepable)
        item->kind = ITEM_REFUSED_INPUT;
    item->is_unkeepable = true;
    item->refusal = result_refuse(reason, "", "%s", why);
    run(batch);
}

static int64_t pause_after(int tries) {
    int64_t pause = RETRY_MILLISECONDS;
    for (int i = MOST_TRIES_TOGETHER; i < tries && pause < LONGEST_PAUSE; i++)
        pause *= 2;
    return pause;
}

/* Contention heals by deciding anew under locks. What still fails is not contention: in smaller company it
 * holds up fewer others. */
static void decide_anew(struct batch *batch, enum store_outcome outcome, const char *detail) {
    bool is_order = batch->items.count == 1 && batch->items.items[0]->kind == ITEM_COMMAND;
    bool was_locked = batch->load.lock;
    batch->tries++;
    log_write(batch->tries > MOST_TRIES_TOGETHER ? LOG_ERROR : LOG_INFO, "batch.conflict", "detail", detail,
              NULL);
    if (is_order && was_locked && outcome == STORE_CHECK) {
        refuse(batch, REASON_NO_LIQUIDITY, "an account would be overdrawn");
        return;
    }
    if (is_order && batch->tries >= MOST_TRIES_OF_AN_ORDER) {
        give_up(batch, REASON_UNAVAILABLE, detail);
        return;
    }
    if (batch->tries < MOST_TRIES_TOGETHER) {
        run(batch);
        return;
    }
    halve(batch);
    later(batch, pause_after(batch->tries));
}

static int reason_of_bad_row(const struct flow_item *item) {
    if (item->door == DOOR_COMMAND)
        return REASON_ORDER_REFUSED;
    return item->door == DOOR_PEER ? REASON_MESSAGE_SCHEMA : REASON_EVENT_SCHEMA;
}

/* Not even the refusal can be kept: without what the sender wrote in it, it can. False: that was tried. */
static bool strip(struct flow_item *item) {
    if (!item->event.source[0] && !item->event.id[0] && !item->refusal.detail[0])
        return false;
    item->event.source[0] = item->event.id[0] = '\0';
    item->refusal.detail[0] = '\0';
    return true;
}

/* A row the database refuses whoever asks: halved, first half first, until it stands alone; then kept as
 * refused input. */
static void isolate(struct batch *batch, const char *detail) {
    struct flow_item *item = batch->items.items[0];
    if (batch->items.count > 1) {
        halve(batch);
        run(batch);
        return;
    }
    bool has_input = item->payload.data && (item->kind == ITEM_EVENT || item->kind == ITEM_COMMAND);
    log_item("input.unkept", item, detail);
    if (has_input)
        refuse(batch, reason_of_bad_row(item), "the database refuses it");
    else if (item->kind == ITEM_REFUSED_INPUT && strip(item))
        run(batch);
    else if (flow_item_is_record(item))
        batch->flow->fatal(batch->flow->fatal_context, "the database keeps nothing of a record");
    else
        give_up(batch, reason_of_bad_row(item), detail);
}

static void measure_commit(const struct batch *batch, enum store_outcome outcome) {
    static const char *const names[] = {
        [STORE_COMMITTED] = "committed", [STORE_CONFLICT] = "conflict", [STORE_FENCED] = "fenced",
        [STORE_CHECK] = "check",         [STORE_BAD_ROW] = "bad_row",   [STORE_RETRY] = "retry",
        [STORE_UNKNOWN] = "unknown"};
    metrics_count(METRIC_BATCHES, names[outcome]);
    metrics_station(STATION_COMMIT, batch->since);
}

static void on_commit(void *context, enum store_outcome outcome, const char *detail) {
    struct batch *batch = context;
    measure_commit(batch, outcome);
    switch (outcome) {
    case STORE_COMMITTED:
        committed(batch);
        return;
    case STORE_CONFLICT:
    case STORE_CHECK:
        decide_anew(batch, outcome, detail ? detail : "");
        return;
    case STORE_BAD_ROW:
        isolate(batch, detail ? detail : "");
        return;
    case STORE_RETRY:
        later(batch, RETRY_MILLISECONDS);
        return;
    case STORE_UNKNOWN:
        return; /* the store asks on and completes again */
    case STORE_FENCED:
        batch->flow->fatal(batch->flow->fatal_context, "another worker took over");
        return;
    }
}

/* What nobody brings belongs to the holder of the shard: its epoch is asserted with such items. */
static void assert_shard(struct batch *batch) {
    for (size_t i = 0; i < batch->items.count; i++) {
        const struct flow_item *item = batch->items.items[i];
        if (item->door != DOOR_TIMER || item->kind != ITEM_EVENT || item->event.type != EVENT_TIMER_DUE)
            continue;
        struct store_lease *lease = array_push(&batch->leases);
        text_set(lease->name, sizeof lease->name, FLOW_SHARD);
        lease->epoch = batch->flow->shard_epoch;
        return;
    }
}

/* ---- another worker or gateway applied a corridor ---- */

static void on_rules(void *context, struct result result, const struct store_table *table) {
    struct batch *batch = context;
    if (!result_is_ok(&result)) {
        later(batch, RETRY_MILLISECONDS);
        return;
    }
    rules_install(batch->flow, table);
    batch->is_refreshed = true;
    run(batch);
}

static void refresh(struct batch *batch) {
    struct store_port *store = &batch->flow->ports.store;
    store->read(store->self, "corridors_current", NULL, 0, on_rules, batch);
}

static void decide_and_commit(struct batch *batch, const struct store_loaded *loaded) {
    struct flow *flow = batch->flow;
    if (has_void(batch)) { /* a partition was given back while the load was under way */
        run(batch);
        return;
    }
    batch_overlay(batch, loaded);
    if (!batch->is_refreshed && batch_is_outdated(batch)) {
        refresh(batch);
        return;
    }
    assert_shard(batch);
    batch_decide(batch);
    if (!result_is_ok(&batch->failure))
        flow->fatal(flow->fatal_context, batch->failure.detail);
    else if (batch->incomplete)
        run(batch);
    else {
        batch->since = metrics_clock();
        flow->ports.store.commit(flow->ports.store.self, &batch->commit, on_commit, batch);
    }
}

static void on_load(void *context, struct result result, const struct store_loaded *loaded) {
    struct batch *batch = context;
    metrics_station(STATION_LOAD, batch->since);
    if (result_is_ok(&result))
        decide_and_commit(batch, loaded);
    else if (result.kind == RESULT_RETRY)
        later(batch, RETRY_MILLISECONDS);
    else
        batch->flow->fatal(batch->flow->fatal_context, result.detail);
}

static void run(struct batch *batch) {
    batch_reset(batch);
    drop_void(batch);
    if (batch->items.count == 0) {
        finish(batch);
        return;
    }
    batch_collect(batch);
    batch->load.lock = batch->tries > 0;
    batch->since = metrics_clock();
    struct store_port *store = &batch->flow->ports.store;
    store->load(store->self, &batch->load, on_load, batch);
}

/* What changes how others are judged is alone in its batch. */
static bool may_take(const struct batch *batch, const struct flow_item *next) {
    size_t count = batch->items.count;
    if (!next || count >= STEP_MOST_ITEMS)
        return false;
    return count == 0 || (!next->stands_alone && !batch->items.items[0]->stands_alone);
}

static void start(struct flow *flow) {
    if (flow->batch || !flow->head || flow->stopping)
        return;
    flow->batch = batch_new(flow);
    while (may_take(flow->batch, flow->head)) {
        struct flow_item *item = take(flow);
        if (item->door == DOOR_WALLET)
            metrics_station(STATION_CONSUME, item->arrived);
        *array_push(&flow->batch->items) = item;
    }
    run(flow->batch);
}
