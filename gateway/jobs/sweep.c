#include "jobs/sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/reasons.h"
#include "flow/corridor_file.h"
#include "flow/door_timer.h"
#include "flow/door_wallet.h"
#include "flow/send.h"
#include "flow/step.h"
#include "host/log.h"
#include "jobs/relay.h"

enum { PERIOD = 1000, STALE = 3000 };

#define MOST_ROWS "500"

static void tick(void *context);

static const char *cell(const struct store_table *table, size_t row, size_t column) {
    const char *text = table->cells[row * table->columns + column];
    return text ? text : "";
}

/* ---- instructions: corridor, direction, kind, UETR ---- */

static int choice_of(const char *const *names, const char *name) {
    for (int i = 0; names[i]; i++)
        if (text_equal(names[i], name))
            return i;
    return 0;
}

static bool read_key(const struct store_table *table, size_t row, struct instruction_key *key) {
    const char *uetr = cell(table, row, 3);
    *key = (struct instruction_key){.direction = choice_of(direction_names, cell(table, row, 1)),
                                    .kind = choice_of(instruction_kind_names, cell(table, row, 2))};
    return text_copy(key->corridor, sizeof key->corridor, cell(table, row, 0), strlen(cell(table, row, 0))) &&
           uuid_parse(uetr, strlen(uetr), &key->uetr);
}

static void on_due(void *context, struct result result, const struct store_table *table) {
    struct sweep *sweep = context;
    sweep->reading--;
    for (size_t i = 0; result_is_ok(&result) && i < table->rows; i++) {
        struct instruction_key key;
        if (read_key(table, i, &key))
            door_timer_due(sweep->flow, &key);
    }
}

static void on_waiting(void *context, struct result result, const struct store_table *table) {
    struct sweep *sweep = context;
    sweep->reading--;
    for (size_t i = 0; result_is_ok(&result) && i < table->rows; i++) {
        struct instruction_key key;
        const struct flow_link *link =
            read_key(table, i, &key) ? flow_link_find(sweep->flow, key.corridor) : NULL;
        if (link && !link->unreachable)
            door_timer_dispatch(sweep->flow, &key);
    }
}

static void on_undelivered(void *context, struct result result, const struct store_table *table) {
    struct sweep *sweep = context;
    sweep->reading--;
    for (size_t i = 0; result_is_ok(&result) && i < table->rows; i++) {
        struct flow_link *link = flow_link_find(sweep->flow, cell(table, i, 3));
        if (link)
            send_row(sweep->flow, link, table, i);
    }
}

static void on_unpublished(void *context, struct result result, const struct store_table *table) {
    struct sweep *sweep = context;
    sweep->reading--;
    if (result_is_ok(&result))
        relay_publish(sweep->flow, table);
}

/* ---- corridors that another worker or an operator changed ---- */

static void tell_opened(struct sweep *sweep) {
    void (*opened)(void *) = sweep->opened;
    sweep->opened = NULL;
    if (opened)
        opened(sweep->context);
}

static void on_corridors(void *context, struct result result, const struct store_table *table) {
    struct sweep *sweep = context;
    sweep->reading--;
    if (!result_is_ok(&result))
        return;
    for (size_t i = 0; i < table->rows; i++) {
        const struct flow_link *link = flow_link_find(sweep->flow, cell(table, i, 0));
        int64_t version = strtoll(cell(table, i, 1), NULL, 10);
        if (link && link->corridor.version >= version)
            continue;
        struct corridor corridor = {0};
        struct bytes document = bytes_of_string(cell(table, i, 2));
        if (!record_read(&corridor_record, "corridor", document, &corridor))
            continue;
        corridor.version = version;
        struct result installed = flow_set_corridor(sweep->flow, &corridor);
        if (!result_is_ok(&installed))
            log_write(LOG_ERROR, "corridor.not_opened", "corridor", corridor.name, "detail", installed.detail,
                      NULL);
    }
    tell_opened(sweep);
}

/* ---- the round ---- */

static void ask(struct sweep *sweep, const char *query, const char *const *parameters, size_t count,
                store_read_done done) {
    struct store_port *store = &sweep->flow->ports.store;
    sweep->reading++;
    store->read(store->self, query, parameters, count, done, sweep);
}

static void look(struct sweep *sweep) {
    static char now[INSTANT_TEXT_SIZE], stale[INSTANT_TEXT_SIZE];
    instant_format(flow_now(sweep->flow), now);
    instant_format(flow_now(sweep->flow) - STALE, stale);
    static const char *due[] = {now, MOST_ROWS}, *undelivered[] = {stale, MOST_ROWS}, *most[] = {MOST_ROWS};
    ask(sweep, "instructions_due", due, 2, on_due);
    ask(sweep, "instructions_waiting", most, 1, on_waiting);
    ask(sweep, "messages_undelivered", undelivered, 2, on_undelivered);
    ask(sweep, "wallet_events_unpublished", undelivered, 2, on_unpublished);
}

static void on_shard(void *context, struct result result, const struct store_claim *claim) {
    struct sweep *sweep = context;
    sweep->reading--;
    if (!result_is_ok(&result))
        return;
    sweep->flow->shard_epoch = claim->epoch;
    if (claim->epoch)
        look(sweep);
}

static void tick(void *context) {
    struct sweep *sweep = context;
    struct flow *flow = sweep->flow;
    if (flow->stopping)
        return;
    /* One round at a time, and none while the last one's items still wait. */
    if (sweep->reading == 0 && flow->queued == 0) {
        door_wallet_renew(flow);
        ask(sweep, "corridors_current", NULL, 0, on_corridors);
        sweep->reading++;
        flow->ports.store.claim(flow->ports.store.self, FLOW_SHARD, on_shard, sweep);
    }
    flow->ports.clock.after(flow->ports.clock.self, PERIOD, tick, sweep);
}

void sweep_start(struct sweep *sweep, struct flow *flow, void (*opened)(void *context), void *context) {
    *sweep = (struct sweep){.flow = flow, .opened = opened, .context = context};
    tick(sweep);
}
