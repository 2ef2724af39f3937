#include "jobs/measure.h"

#include <stdlib.h>

#include "base/text.h"
#include "host/metrics.h"

enum { PERIOD = 5000 };

static const char *cell(const struct store_table *table, size_t row, size_t column) {
    const char *text = table->cells[row * table->columns + column];
    return text ? text : "";
}

/* ---- payments that have not ended ---- */

/* What the table says of a corridor's payments in one direction and state; NULL: there are none. */
static const char *const *row_of(const struct store_table *table, const char *corridor, int direction,
                                 int state) {
    for (size_t i = 0; i < table->rows; i++)
        if (text_equal(cell(table, i, 0), corridor) &&
            text_equal(cell(table, i, 1), direction_names[direction]) &&
            text_equal(cell(table, i, 2), state_names[state]))
            return table->cells + i * table->columns;
    return NULL;
}

/* Zero has to be told too: a gauge that is not renewed keeps what it had for a while. */
static void set_open(const struct store_table *table, const char *corridor, int direction) {
    for (int state = STATE_NONE + 1; state < STATE_COUNT; state++) {
        if (state_is_final(state))
            continue;
        const char *const *row = row_of(table, corridor, direction, state);
        metrics_set_text(METRIC_OPEN_PAYMENTS, row ? row[3] : "0", corridor, direction_names[direction],
                         state_names[state]);
    }
}

static void set_in_doubt(const struct store_table *table, const char *corridor, int direction) {
    int state = direction == OUTBOUND ? STATE_IN_DOUBT : STATE_CREDIT_IN_DOUBT;
    const char *const *row = row_of(table, corridor, direction, state);
    metrics_set_text(METRIC_IN_DOUBT, row ? row[3] : "0", corridor, direction_names[direction]);
    metrics_set_text(METRIC_IN_DOUBT_AGE, row ? row[4] : "0", corridor, direction_names[direction]);
}

static void set_payments(const struct flow *flow, const struct store_table *table) {
    for (size_t i = 0; i < flow->links.count; i++)
        for (int direction = OUTBOUND; direction <= INBOUND; direction++) {
            const struct flow_link *link = flow->links.items[i];
            if (link->retired)
                continue;
            set_open(table, link->corridor.name, direction);
            set_in_doubt(table, link->corridor.name, direction);
        }
}

/* ---- what waits, and what is owned ---- */

static void set_backlog(const struct flow *flow, const struct store_table *table) {
    (void)flow;
    for (size_t i = 0; i < table->rows; i++) {
        const char *name = cell(table, i, 0);
        if (text_equal(name, "cases"))
            metrics_set_text(METRIC_CASES, cell(table, i, 1), NULL);
        else {
            metrics_set_text(METRIC_BACKLOG, cell(table, i, 1), name);
            metrics_set_text(METRIC_BACKLOG_AGE, cell(table, i, 2), name);
        }
    }
}

static void set_accounts(const struct flow *flow, const struct store_table *table) {
    (void)flow;
    for (size_t i = 0; i < table->rows; i++) {
        const char *corridor = cell(table, i, 0), *account = cell(table, i, 1), *owner = cell(table, i, 2),
                   *currency = cell(table, i, 3);
        metrics_set_text(METRIC_BALANCE, cell(table, i, 4), corridor, account, owner, currency);
        metrics_set_text(METRIC_HEADROOM, cell(table, i, 5), corridor, account, owner, currency);
    }
}

/* ---- the round ---- */

static const struct reading {
    const char *query;
    void (*set)(const struct flow *flow, const struct store_table *table);
} readings[] = {
    {"gauges_open_payments", set_payments},
    {"gauges_backlog", set_backlog},
    {"gauges_accounts", set_accounts},
};
enum { READINGS = sizeof readings / sizeof *readings };

/* One of a round's reads. */
struct asked {
    struct measure *measure;
    const struct reading *reading;
};

static void on_read(void *context, struct result result, const struct store_table *table) {
    struct asked asked = *(struct asked *)context;
    struct measure *measure = asked.measure;
    free(context);
    measure->reading--;
    if (result_is_ok(&result))
        asked.reading->set(measure->flow, table);
    else
        measure->failed = true;
    if (measure->reading == 0 && !measure->failed)
        metrics_set_whole(METRIC_READ_AT, flow_now(measure->flow) / 1000, NULL);
}

static void look(struct measure *measure) {
    struct store_port *store = &measure->flow->ports.store;
    measure->reading = READINGS;
    measure->failed = false;
    for (size_t i = 0; i < READINGS; i++) {
        struct asked *asked = must_malloc(sizeof *asked);
        *asked = (struct asked){measure, &readings[i]};
        store->read(store->self, readings[i].query, NULL, 0, on_read, asked);
    }
}

static void tick(void *context) {
    struct measure *measure = context;
    struct flow *flow = measure->flow;
    if (flow->stopping)
        return;
    if (flow->shard_epoch && measure->reading == 0)
        look(measure);
    flow->ports.clock.after(flow->ports.clock.self, PERIOD, tick, measure);
}

void measure_start(struct measure *measure, struct flow *flow) {
    *measure = (struct measure){.flow = flow};
    flow->ports.clock.after(flow->ports.clock.self, PERIOD, tick, measure);
}
