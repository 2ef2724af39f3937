#include "flow/step.h"

#include "base/text.h"

#include "core/reasons.h"
#include "flow/batch.h"
#include "flow/send.h"
#include "host/log.h"

enum { RETRY_MILLISECONDS = 100, MOST_TRIES_TOGETHER = 3 };

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

static void committed(struct batch *batch) {
    struct flow *flow = batch->flow;
    flow->batches++;
    advance_positions(flow, batch);
    send_messages(batch);
    send_wallet_events(batch);
    send_again(batch);
    finish_items(flow, batch);
    batch_free(batch);
    flow->batch = NULL;
    apply_pressure(flow);
    start(flow);
}

/* ---- load, decide, commit ---- */

static void run(struct batch *batch);

static void run_again(void *context) {
    run(context);
}

static void later(struct batch *batch) {
    struct clock_port *clock = &batch->flow->ports.clock;
    clock->after(clock->self, RETRY_MILLISECONDS, run_again, batch);
}

static void keep_first(struct batch *batch, size_t count) {
    while (batch->items.count > count)
        put_back(batch->flow, batch->items.items[--batch->items.count]);
}

/* Contention heals by deciding anew; in smaller company when it does not heal at once. */
static void decide_anew(struct batch *batch) {
    batch->tries++;
    if (batch->tries >= MOST_TRIES_TOGETHER && batch->items.count > 1)
        keep_first(batch, (batch->items.count + 1) / 2);
    if (batch->tries >= MOST_TRIES_TOGETHER)
        later(batch);
    else
        run(batch);
}

/* A row the database refuses whoever asks: halved until it stands alone, then kept as refused input. */
static void isolate(struct batch *batch, const char *detail) {
    if (batch->items.count > 1) {
        keep_first(batch, (batch->items.count + 1) / 2);
        run(batch);
        return;
    }
    struct flow_item *item = batch->items.items[0];
    log_write(LOG_ERROR, "input.quarantined", "detail", detail, NULL);
    bool is_order = item->kind == ITEM_COMMAND;
    if ((item->kind != ITEM_EVENT && !is_order) || !item->payload.data) {
        batch->flow->fatal(batch->flow->fatal_context, "the database refuses a row of our own");
        return;
    }
    item->kind = ITEM_REFUSED_INPUT;
    item->refusal =
        result_refuse(is_order ? REASON_ORDER_REFUSED : REASON_EVENT_SCHEMA, "", "the database refuses it");
    run(batch);
}

static void on_commit(void *context, enum store_outcome outcome, const char *detail) {
    struct batch *batch = context;
    switch (outcome) {
    case STORE_COMMITTED:
        committed(batch);
        return;
    case STORE_CONFLICT:
    case STORE_CHECK:
        log_write(LOG_INFO, "batch.conflict", "detail", detail ? detail : "", NULL);
        decide_anew(batch);
        return;
    case STORE_BAD_ROW:
        isolate(batch, detail ? detail : "");
        return;
    case STORE_RETRY:
        later(batch);
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

static void on_load(void *context, struct result result, const struct store_loaded *loaded) {
    struct batch *batch = context;
    if (result.kind == RESULT_RETRY) {
        later(batch);
        return;
    }
    if (!result_is_ok(&result)) {
        batch->flow->fatal(batch->flow->fatal_context, result.detail);
        return;
    }
    batch_overlay(batch, loaded);
    assert_shard(batch);
    batch_decide(batch);
    struct store_port *store = &batch->flow->ports.store;
    store->commit(store->self, &batch->commit, on_commit, batch);
}

static void run(struct batch *batch) {
    batch_reset(batch);
    batch_collect(batch);
    struct store_port *store = &batch->flow->ports.store;
    store->load(store->self, &batch->load, on_load, batch);
}

static void start(struct flow *flow) {
    if (flow->batch || !flow->head || flow->stopping)
        return;
    flow->batch = batch_new(flow);
    while (flow->batch->items.count < STEP_MOST_ITEMS && flow->head)
        *array_push(&flow->batch->items) = take(flow);
    run(flow->batch);
}
