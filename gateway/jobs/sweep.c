#include "jobs/sweep.h"

#include <string.h>

#include "base/text.h"
#include "flow/door_timer.h"
#include "flow/door_wallet.h"
#include "flow/rules.h"
#include "flow/send.h"
#include "flow/step.h"
#include "jobs/relay.h"

enum { PERIOD = 1000, STALE = 3000, MOST = 500 };

#define MOST_ROWS "500" /* MOST, as a parameter */

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
        if (read_key(table, i, &key))
            door_timer_dispatch(sweep->flow, &key);
    }
}

static void on_undelivered(void *context, struct result result, const struct store_table *table) {
    struct sweep *sweep = context;
    sweep->reading--;
    for (size_t i = 0; result_is_ok(&result) && i < table->rows; i++) {
        struct flow_link *link = flow_link_find(sweep->flow, cell(table, i, 3));
        if (link && flow_link_may_try(sweep->flow, link))
            send_row(sweep->flow, link, table, i);
    }
}

/* ---- wallet events that are not told ---- */

static void ask_unpublished(struct sweep *sweep);

/* One round at a time: what Kafka has not acknowledged is not handed to it again and again. After a full one
 * the next follows at once. */
static void on_relayed(void *context, bool told) {
    struct sweep *sweep = context;
    sweep->relays = false;
    if (told && sweep->relays_more && !sweep->flow->stopping)
        ask_unpublished(sweep);
}

static void on_unpublished(void *context, struct result result, const struct store_table *table) {
    struct sweep *sweep = context;
    sweep->relays_more = result_is_ok(&result) && table->rows >= MOST;
    if (result_is_ok(&result))
        relay_publish(sweep->flow, table, on_relayed, sweep);
    else
        sweep->relays = false;
}

static void ask_unpublished(struct sweep *sweep) {
    struct store_port *store = &sweep->flow->ports.store;
    instant_format(flow_now(sweep->flow) - STALE, sweep->until);
    sweep->relays = true;
    store->read(store->self, "wallet_events_unpublished", sweep->of_unpublished, 2, on_unpublished, sweep);
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
    sweep->asks_corridors = false;
    if (!result_is_ok(&result))
        return;
    rules_install(sweep->flow, table);
    tell_opened(sweep);
}

static void ask_corridors(struct sweep *sweep) {
    struct store_port *store = &sweep->flow->ports.store;
    sweep->asks_corridors = true;
    store->read(store->self, "corridors_current", NULL, 0, on_corridors, sweep);
}

/* ---- the round ---- */

static void ask(struct sweep *sweep, const char *query, const char *const *parameters, size_t count,
                store_read_done done) {
    struct store_port *store = &sweep->flow->ports.store;
    sweep->reading++;
    store->read(store->self, query, parameters, count, done, sweep);
}

/* One round at a time, and none while the last one's items are not finished. */
static void look(struct sweep *sweep) {
    if (sweep->reading || sweep->flow->sweeping)
        return;
    instant_format(flow_now(sweep->flow), sweep->now);
    instant_format(flow_now(sweep->flow) - STALE, sweep->stale);
    ask(sweep, "instructions_due", sweep->of_due, 2, on_due);
    ask(sweep, "instructions_waiting", sweep->of_waiting, 1, on_waiting);
    ask(sweep, "messages_undelivered", sweep->of_undelivered, 2, on_undelivered);
}

static void on_shard(void *context, struct result result, const struct store_claim *claim) {
    struct sweep *sweep = context;
    struct flow *flow = sweep->flow;
    sweep->claims = false;
    if (!result_is_ok(&result))
        return;
    flow->shard_epoch = claim->epoch;
    if (!claim->epoch)
        return;
    look(sweep);
    if (!sweep->relays)
        ask_unpublished(sweep);
}

static void tick(void *context) {
    struct sweep *sweep = context;
    struct flow *flow = sweep->flow;
    if (flow->stopping)
        return;
    door_wallet_renew(flow);
    if (!sweep->asks_corridors)
        ask_corridors(sweep);
    if (!sweep->claims) {
        sweep->claims = true;
        flow->ports.store.claim(flow->ports.store.self, FLOW_SHARD, on_shard, sweep);
    }
    flow->ports.clock.after(flow->ports.clock.self, PERIOD, tick, sweep);
}

void sweep_start(struct sweep *sweep, struct flow *flow, void (*opened)(void *context), void *context) {
    *sweep = (struct sweep){.flow = flow,
                            .of_due = {sweep->now, MOST_ROWS},
                            .of_undelivered = {sweep->stale, MOST_ROWS},
                            .of_unpublished = {sweep->until, MOST_ROWS},
                            .of_waiting = {MOST_ROWS},
                            .opened = opened,
                            .context = context};
    tick(sweep);
}
