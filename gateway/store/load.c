#include "store/load.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/reasons.h"
#include "store/outcome.h"
#include "store/state.h"

enum { MOST_PARTS = 7 };

struct loading {
    struct store *store;
    struct arena arena;
    const struct store_load *load;
    struct store_loaded loaded;
    store_load_done done;
    void *context;
    bool damaged; /* a stored value is none */
    void (*parts[MOST_PARTS])(struct loading *loading, const PGresult *rows, int row);
    size_t part_count;
};

/* ---- cells ---- */

static struct bytes cell(const PGresult *rows, int row, int column) {
    return (struct bytes){PQgetvalue(rows, row, column), (size_t)PQgetlength(rows, row, column)};
}

static int64_t number(const PGresult *rows, int row, int column) {
    return strtoll(PQgetvalue(rows, row, column), NULL, 10);
}

/* The index that was asked for; PostgreSQL counts from 1. */
static size_t place(const PGresult *rows, int row) {
    return (size_t)number(rows, row, 0) - 1;
}

static void take_text(struct loading *loading, struct bytes from, char *to, size_t size) {
    loading->damaged |= !text_copy(to, size, from.data, from.length);
}

static void take_uuid(struct loading *loading, const PGresult *rows, int row, int column, struct uuid *out) {
    struct bytes text = cell(rows, row, column);
    if (!PQgetisnull(rows, row, column))
        loading->damaged |= !uuid_parse(text.data, text.length, out);
}

static void take_instant(struct loading *loading, const PGresult *rows, int row, int column, instant *out) {
    struct bytes text = cell(rows, row, column);
    if (!PQgetisnull(rows, row, column))
        loading->damaged |= !instant_parse(text.data, text.length, out);
}

static int hex_digit(char c) {
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

static void take_hash(struct loading *loading, struct bytes hex, uint8_t out[32]) {
    loading->damaged |= hex.length != 64;
    for (size_t i = 0; i < 32 && hex.length == 64; i++)
        out[i] = (uint8_t)(hex_digit(hex.data[2 * i]) << 4 | hex_digit(hex.data[2 * i + 1]));
}

/* ---- parts ---- */

static void take_instruction(struct loading *loading, const PGresult *rows, int row) {
    struct instruction *instruction = &loading->loaded.instructions[place(rows, row)];
    loading->damaged |= !record_read(&instruction_record, "instruction", cell(rows, row, 1), instruction);
}

static void take_identity(struct loading *loading, const PGresult *rows, int row) {
    struct store_identity *identity = &loading->loaded.identities[place(rows, row)];
    identity->key = loading->load->identities[place(rows, row)];
    take_hash(loading, cell(rows, row, 1), identity->content_hash);
    take_uuid(loading, rows, row, 2, &identity->instruction);
}

static void take_quote(struct loading *loading, const PGresult *rows, int row) {
    struct quote *quote = &loading->loaded.quotes[place(rows, row)];
    quote->id = loading->load->quotes[place(rows, row)];
    take_text(loading, cell(rows, row, 1), quote->corridor, sizeof quote->corridor);
    take_text(loading, cell(rows, row, 2), quote->provider, sizeof quote->provider);
    take_text(loading, cell(rows, row, 3), quote->source_currency, sizeof quote->source_currency);
    take_text(loading, cell(rows, row, 4), quote->target_currency, sizeof quote->target_currency);
    bool target = text_equal(PQgetvalue(rows, row, 5), fixed_side_names[FIXED_TARGET]);
    quote->fixed_side = target ? FIXED_TARGET : FIXED_SOURCE;
    quote->source_amount = number(rows, row, 6);
    quote->target_amount = number(rows, row, 7);
    quote->rate = (struct decimal){number(rows, row, 8), (int32_t)number(rows, row, 9)};
    take_instant(loading, rows, row, 10, &quote->expires_at);
    quote->expired = text_equal(PQgetvalue(rows, row, 11), "t");
    take_uuid(loading, rows, row, 12, &quote->used_by);
}

static void take_corridor(struct loading *loading, const PGresult *rows, int row) {
    struct store_corridor_view *view = &loading->loaded.corridors[place(rows, row)];
    view->foreign_headroom = number(rows, row, 1);
    view->reserved = number(rows, row, 2);
    view->peer_headroom = number(rows, row, 3);
    take_text(loading, cell(rows, row, 4), view->best_rate.provider, sizeof view->best_rate.provider);
    view->best_rate.rate = (struct decimal){number(rows, row, 5), (int32_t)number(rows, row, 6)};
    take_instant(loading, rows, row, 7, &view->best_rate.valid_until);
    view->version = number(rows, row, 8);
}

/* ---- of an order ---- */

static bool is_true(const PGresult *rows, int row, int column) {
    return text_equal(PQgetvalue(rows, row, column), "t");
}

/* The index of a name, 0 where there is none. */
static int take_choice(struct loading *loading, const char *const *names, const PGresult *rows, int row,
                       int column) {
    const char *name = PQgetvalue(rows, row, column);
    int choice = 0;
    if (PQgetisnull(rows, row, column))
        return 0;
    while (names[choice] && !text_equal(names[choice], name))
        choice++;
    loading->damaged |= !names[choice];
    return names[choice] ? choice : 0;
}

static struct bytes take_bytes(struct loading *loading, const PGresult *rows, int row, int column) {
    struct bytes from = cell(rows, row, column);
    return (struct bytes){arena_copy(&loading->arena, from.data, from.length), from.length};
}

static void take_answer(struct loading *loading, const PGresult *rows, int row, struct store_answer *out) {
    if (PQgetisnull(rows, row, 4))
        return;
    out->is_known = true;
    take_hash(loading, cell(rows, row, 4), out->content_hash);
    out->verdict = take_choice(loading, command_verdict_names, rows, row, 5);
    out->reason = take_choice(loading, reason_rules, rows, row, 6);
    take_text(loading, cell(rows, row, 7), out->field, sizeof out->field);
    take_text(loading, cell(rows, row, 8), out->detail, sizeof out->detail);
    out->answer = take_bytes(loading, rows, row, 9);
}

static void take_approval(struct loading *loading, const PGresult *rows, int row, struct approval_seen *out) {
    out->order = take_choice(loading, order_names, rows, row, 10);
    out->state = take_choice(loading, approval_state_names, rows, row, 11);
    take_text(loading, cell(rows, row, 12), out->proposer, sizeof out->proposer);
    take_text(loading, cell(rows, row, 13), out->proposer_certificate, sizeof out->proposer_certificate);
    out->base_version = number(rows, row, 14);
    take_instant(loading, rows, row, 15, &out->expires_at);
}

static void take_order(struct loading *loading, const PGresult *rows, int row) {
    struct store_order_view *view = &loading->loaded.orders[place(rows, row)];
    take_text(loading, cell(rows, row, 1), view->operator, sizeof view->operator);
    view->role = take_choice(loading, operator_role_names, rows, row, 2);
    view->is_active = is_true(rows, row, 3);
    take_answer(loading, rows, row, &view->before);
    take_approval(loading, rows, row, &view->approval);
    view->corridor_version = number(rows, row, 16);
    view->document = take_bytes(loading, rows, row, 17);
    view->available = number(rows, row, 18);
    view->other_role = take_choice(loading, operator_role_names, rows, row, 19);
    view->other_active = is_true(rows, row, 20);
    view->certificate_known = is_true(rows, row, 21);
    view->active_operators = number(rows, row, 22);
    view->participants = take_bytes(loading, rows, row, 23).data;
}

static void take_nothing(struct loading *loading, const PGresult *rows, int row) {
    (void)loading, (void)rows, (void)row;
}

static void on_rows(void *context, size_t statement, const PGresult *rows) {
    struct loading *loading = context;
    for (int row = 0; row < PQntuples(rows); row++)
        loading->parts[statement](loading, rows, row);
}

static void end_loading(struct loading *loading, struct result result) {
    loading->done(loading->context, result, result_is_ok(&result) ? &loading->loaded : NULL);
    arena_wipe(&loading->arena);
    free(loading);
}

static void on_end(void *context, const struct request_end *end) {
    struct loading *loading = context;
    struct result result = outcome_of_reading(end);
    if (result_is_ok(&result) && loading->damaged)
        result = result_fatal("a stored row cannot be read");
    if (loading->load->lock)
        loading->store->locked = end->fate == REQUEST_DONE;
    end_loading(loading, result);
}

/* ---- what is asked ---- */

static struct statement *add_part(struct loading *loading, struct request *request, const char *query,
                                  void (*take)(struct loading *loading, const PGresult *rows, int row)) {
    loading->parts[loading->part_count++] = take;
    return request_add(request, query);
}

static void ask_keys(struct loading *loading, struct request *request, struct statement *statement) {
    const struct store_load *load = loading->load;
    struct column columns[4];
    for (size_t i = 0; i < 4; i++)
        column_init(&columns[i], i == 3 ? COLUMN_UUID : COLUMN_TEXT);
    for (size_t i = 0; i < load->key_count; i++) {
        column_add_text(&columns[0], load->keys[i].corridor);
        column_add_text(&columns[1], direction_names[load->keys[i].direction]);
        column_add_text(&columns[2], instruction_kind_names[load->keys[i].kind]);
        column_add_uuid(&columns[3], &load->keys[i].uetr);
    }
    for (size_t i = 0; i < 4; i++)
        request_add_column(request, statement, &columns[i]);
}

static void ask_uuids(struct request *request, struct statement *statement, const struct uuid *uuids,
                      size_t count) {
    struct column column;
    column_init(&column, COLUMN_UUID);
    for (size_t i = 0; i < count; i++)
        column_add_uuid(&column, &uuids[i]);
    request_add_column(request, statement, &column);
}

static void ask_names(struct loading *loading, struct request *request, struct statement *statement) {
    struct column names;
    column_init(&names, COLUMN_TEXT);
    for (size_t i = 0; i < loading->load->corridor_count; i++)
        column_add_text(&names, loading->load->corridors[i]);
    request_add_column(request, statement, &names);
}

enum { ORDER_COLUMNS = 10 };

static void ask_order(struct column columns[ORDER_COLUMNS], const struct store_order *order) {
    column_add_text(&columns[0], order->certificate);
    column_add_uuid_or_null(&columns[1], &order->identity);
    column_add_uuid_or_null(&columns[2], &order->approval);
    column_add_text(&columns[3], order->corridor);
    column_add_text(&columns[4], account_role_names[order->account.role]);
    column_add_text(&columns[5], order->account.owner);
    column_add_text(&columns[6], order->account.currency);
    column_add_text(&columns[7], order->operator);
    column_add_text(&columns[8], order->operator_certificate);
    column_add_text(&columns[9], order->participants ? order->participants : "");
}

static void ask_orders(struct loading *loading, struct request *request, struct statement *statement) {
    struct column columns[ORDER_COLUMNS];
    for (size_t i = 0; i < ORDER_COLUMNS; i++)
        column_init(&columns[i], i == 1 || i == 2 ? COLUMN_UUID : COLUMN_TEXT);
    for (size_t i = 0; i < loading->load->order_count; i++)
        ask_order(columns, &loading->load->orders[i]);
    for (size_t i = 0; i < ORDER_COLUMNS; i++)
        request_add_column(request, statement, &columns[i]);
}

/* In the order in which a commit touches them: instructions, then balances. */
static void ask_locks(struct loading *loading, struct request *request) {
    if (loading->load->key_count)
        ask_keys(loading, request, add_part(loading, request, "commit_lock_instructions", take_nothing));
    if (loading->load->corridor_count)
        ask_names(loading, request, add_part(loading, request, "commit_lock_balances", take_nothing));
}

static void ask_all(struct loading *loading, struct request *request) {
    const struct store_load *load = loading->load;
    if (load->key_count)
        ask_keys(loading, request, add_part(loading, request, "load_instructions", take_instruction));
    if (load->identity_count)
        ask_uuids(request, add_part(loading, request, "load_identities", take_identity), load->identities,
                  load->identity_count);
    if (load->quote_count)
        ask_uuids(request, add_part(loading, request, "load_quotes", take_quote), load->quotes,
                  load->quote_count);
    if (load->corridor_count)
        ask_names(loading, request, add_part(loading, request, "load_corridors", take_corridor));
    if (load->order_count)
        ask_orders(loading, request, add_part(loading, request, "load_orders", take_order));
}

static void make_room(struct loading *loading) {
    const struct store_load *load = loading->load;
    struct store_loaded *loaded = &loading->loaded;
    loaded->instructions = arena_alloc(&loading->arena, load->key_count * sizeof *loaded->instructions);
    loaded->identities = arena_alloc(&loading->arena, load->identity_count * sizeof *loaded->identities);
    loaded->quotes = arena_alloc(&loading->arena, load->quote_count * sizeof *loaded->quotes);
    loaded->corridors = arena_alloc(&loading->arena, load->corridor_count * sizeof *loaded->corridors);
    loaded->orders = arena_alloc(&loading->arena, load->order_count * sizeof *loaded->orders);
    for (size_t i = 0; i < load->corridor_count; i++)
        text_set(loaded->corridors[i].corridor, CORRIDOR_SIZE, load->corridors[i]);
}

/* A transaction of an earlier load that nobody committed. */
static void release(struct store *store) {
    if (store->locked)
        connection_rollback(store->committing);
    store->locked = false;
}

/* Statements see what was committed before the locks were had: each has a snapshot of its own. */
static void submit_locking(struct loading *loading, struct request *request) {
    struct store *store = loading->store;
    if (!store->entered || store->first) {
        request_free(request);
        end_loading(loading, result_retry("the committing session is not free"));
        return;
    }
    request->begins = true;
    connection_submit(store->committing, request);
}

void load_run(void *self, const struct store_load *load, store_load_done done, void *context) {
    struct store *store = self;
    struct loading *loading = must_calloc(1, sizeof *loading);
    *loading = (struct loading){.store = store, .load = load, .done = done, .context = context};
    arena_init(&loading->arena);
    make_room(loading);
    release(store);
    struct request *request = request_new(on_end, loading);
    request->on_rows = on_rows;
    if (load->lock)
        ask_locks(loading, request);
    ask_all(loading, request);
    if (load->lock)
        submit_locking(loading, request);
    else
        connection_submit(store->reading, request);
}
