#include "tests/support/world/memory_store.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/ledger.h"
#include "tests/support/world/memory_orders.h"

void memory_store_init(struct memory_store *store, const instant *clock) {
    memset(store, 0, sizeof *store);
    store->clock = clock;
    store->epoch = 1;
    arena_init(&store->arena);
    store->position = -1;
}

void memory_store_wipe(struct memory_store *store) {
    arena_wipe(&store->arena);
    array_wipe(&store->instructions);
    array_wipe(&store->identities);
    array_wipe(&store->quotes);
    array_wipe(&store->rates);
    array_wipe(&store->corridors);
    array_wipe(&store->balances);
    array_wipe(&store->transfers);
    array_wipe(&store->transitions);
    array_wipe(&store->messages);
    array_wipe(&store->attempts);
    array_wipe(&store->events);
    array_wipe(&store->inputs);
    array_wipe(&store->cases);
    memory_orders_wipe(store);
}

static struct bytes kept(struct memory_store *store, struct bytes bytes) {
    return (struct bytes){arena_copy(&store->arena, bytes.data, bytes.length), bytes.length};
}

/* ---- finding ---- */

static struct instruction *find_instruction(struct memory_store *store, const struct instruction_key *key) {
    for (size_t i = 0; i < store->instructions.count; i++)
        if (instruction_key_equal(&store->instructions.items[i].key, key))
            return &store->instructions.items[i];
    return NULL;
}

static struct store_identity *find_identity(struct memory_store *store, const struct uuid *key) {
    for (size_t i = 0; i < store->identities.count; i++)
        if (uuid_equal(&store->identities.items[i].key, key))
            return &store->identities.items[i];
    return NULL;
}

static struct quote *find_quote(struct memory_store *store, const struct uuid *id) {
    for (size_t i = 0; i < store->quotes.count; i++)
        if (uuid_equal(&store->quotes.items[i].id, id))
            return &store->quotes.items[i];
    return NULL;
}

static struct memory_event *find_event(struct memory_store *store, const struct uuid *id) {
    for (size_t i = 0; i < store->events.count; i++)
        if (uuid_equal(&store->events.items[i].row.id, id))
            return &store->events.items[i];
    return NULL;
}

static struct memory_message *find_message(struct memory_store *store, const struct uuid *id) {
    for (size_t i = 0; i < store->messages.count; i++)
        if (uuid_equal(&store->messages.items[i].row.id, id))
            return &store->messages.items[i];
    return NULL;
}

static struct store_delta *find_balance(struct memory_store *store, const struct store_delta *wanted) {
    for (size_t i = 0; i < store->balances.count; i++) {
        struct store_delta *row = &store->balances.items[i];
        if (row->account.role == wanted->account.role && text_equal(row->corridor, wanted->corridor) &&
            text_equal(row->account.owner, wanted->account.owner) &&
            text_equal(row->account.currency, wanted->account.currency))
            return row;
    }
    return NULL;
}

int64_t memory_store_version(const struct memory_store *store, const char *corridor) {
    int64_t version = 0;
    for (size_t i = 0; i < store->corridors.count; i++)
        if (text_equal(store->corridors.items[i].name, corridor))
            version = store->corridors.items[i].version;
    return version;
}

/* ---- guards ---- */

static bool instructions_hold(struct memory_store *store, const struct store_commit *commit) {
    for (size_t i = 0; i < commit->instruction_count; i++) {
        const struct store_instruction *row = &commit->instructions[i];
        const struct instruction *have = find_instruction(store, &row->after.key);
        if ((have ? have->version : 0) != row->version_before)
            return false;
    }
    return true;
}

static bool keys_hold(struct memory_store *store, const struct store_commit *commit) {
    for (size_t i = 0; i < commit->identity_count; i++)
        if (find_identity(store, &commit->identities[i].key))
            return false;
    for (size_t i = 0; i < commit->quote_use_count; i++) {
        const struct quote *quote = find_quote(store, &commit->quote_uses[i].quote);
        if (!quote || !uuid_is_nil(&quote->used_by) || quote->expires_at <= *store->clock)
            return false;
    }
    for (size_t i = 0; i < commit->wallet_event_count; i++)
        if (find_event(store, &commit->wallet_events[i].id))
            return false;
    return true;
}

static bool inputs_hold(const struct memory_store *store, const struct store_commit *commit) {
    for (size_t i = 0; i < commit->input_count; i++)
        for (size_t j = 0; commit->inputs[i].topic[0] && j < store->inputs.count; j++)
            if (store->inputs.items[j].topic[0] && store->inputs.items[j].offset == commit->inputs[i].offset)
                return false;
    return true;
}

static bool position_holds(const struct memory_store *store, const struct store_commit *commit) {
    int64_t stands = store->position < 0 ? 0 : store->position;
    for (size_t i = 0; i < commit->position_count; i++)
        if (commit->positions[i].from != stands || commit->positions[i].to <= stands)
            return false;
    return true;
}

/* PostgreSQL keeps no text that is not UTF-8. */
static bool is_text(const char *bytes) {
    json_t *string = json_string(bytes);
    bool valid = string != NULL;
    json_decref(string);
    return valid;
}

static bool texts_hold(const struct store_commit *commit) {
    for (size_t i = 0; i < commit->input_count; i++) {
        const struct store_input *row = &commit->inputs[i];
        if (!is_text(row->source) || !is_text(row->event_id) || !is_text(row->detail))
            return false;
    }
    for (size_t i = 0; i < commit->transition_count; i++)
        if (!is_text(commit->transitions[i].record.data))
            return false;
    for (size_t i = 0; i < commit->message_count; i++)
        if (!is_text(commit->messages[i].traceparent))
            return false;
    return true;
}

static bool leases_hold(const struct memory_store *store, const struct store_commit *commit) {
    for (size_t i = 0; i < commit->position_count; i++)
        if (commit->positions[i].lease_epoch != store->epoch)
            return false;
    for (size_t i = 0; i < commit->lease_count; i++)
        if (commit->leases[i].epoch != store->epoch)
            return false;
    return true;
}

static bool corridors_hold(const struct memory_store *store, const struct store_commit *commit) {
    for (size_t i = 0; i < commit->corridor_count; i++)
        if (commit->corridors[i].version != memory_store_version(store, commit->corridors[i].name) + 1)
            return false;
    return true;
}

static struct store_delta after_delta(struct memory_store *store, const struct store_delta *delta) {
    struct store_delta sum = *delta;
    const struct store_delta *have = find_balance(store, delta);
    if (!have)
        return sum;
    sum.debits_pending += have->debits_pending;
    sum.debits_posted += have->debits_posted;
    sum.credits_pending += have->credits_pending;
    sum.credits_posted += have->credits_posted;
    return sum;
}

static int64_t available(const struct store_delta *row) {
    if (row->account.role == ACCOUNT_FOREIGN_PREFUND)
        return row->debits_posted - row->credits_posted - row->credits_pending;
    return row->credits_posted - row->debits_posted - row->debits_pending;
}

static bool balances_hold(struct memory_store *store, const struct store_commit *commit) {
    for (size_t i = 0; i < commit->delta_count; i++) {
        struct store_delta sum = after_delta(store, &commit->deltas[i]);
        bool guarded =
            sum.account.role == ACCOUNT_FOREIGN_PREFUND || sum.account.role == ACCOUNT_PEER_PREFUND;
        bool too_much = commit->deltas[i].credits_pending > 0 && sum.most_pending > 0 &&
                        sum.credits_pending > sum.most_pending;
        if (too_much || (guarded && available(&sum) < 0) || sum.debits_pending < 0 || sum.credits_pending < 0)
            return false;
    }
    return true;
}

/* ---- rows ---- */

static void put_instructions(struct memory_store *store, const struct store_commit *commit) {
    for (size_t i = 0; i < commit->instruction_count; i++) {
        struct instruction *have = find_instruction(store, &commit->instructions[i].after.key);
        if (!have)
            have = array_push(&store->instructions);
        *have = commit->instructions[i].after;
    }
}

static void put_messages(struct memory_store *store, const struct store_commit *commit) {
    for (size_t i = 0; i < commit->message_count; i++) {
        struct memory_message *message = array_push(&store->messages);
        message->row = commit->messages[i];
        message->row.body = kept(store, commit->messages[i].body);
        message->row.type = kept(store, bytes_of_string(commit->messages[i].type)).data;
    }
    for (size_t i = 0; i < commit->attempt_count; i++) {
        *array_push(&store->attempts) = commit->attempts[i];
        struct memory_message *message = find_message(store, &commit->attempts[i].message);
        message->attempts++;
        message->last_attempt = commit->attempts[i].at;
    }
    for (size_t i = 0; i < commit->attempt_end_count; i++)
        if (text_equal(commit->attempt_ends[i].outcome, "delivered"))
            find_message(store, &commit->attempt_ends[i].message)->delivered = true;
}

static void put_events(struct memory_store *store, const struct store_commit *commit) {
    for (size_t i = 0; i < commit->wallet_event_count; i++) {
        struct memory_event *event = array_push(&store->events);
        event->row = commit->wallet_events[i];
        event->row.body = kept(store, commit->wallet_events[i].body);
    }
    for (size_t i = 0; i < commit->published_count; i++)
        find_event(store, &commit->published[i])->published = true;
}

static void put_balances(struct memory_store *store, const struct store_commit *commit) {
    for (size_t i = 0; i < commit->delta_count; i++) {
        struct store_delta sum = after_delta(store, &commit->deltas[i]);
        struct store_delta *have = find_balance(store, &commit->deltas[i]);
        if (!have)
            have = array_push(&store->balances);
        *have = sum;
    }
}

static void put_transitions(struct memory_store *store, const struct store_commit *commit) {
    for (size_t i = 0; i < commit->transition_count; i++) {
        struct store_transition *row = array_push(&store->transitions);
        *row = commit->transitions[i];
        row->record = kept(store, commit->transitions[i].record);
    }
}

static void put_corridors(struct memory_store *store, const struct store_commit *commit) {
    for (size_t i = 0; i < commit->corridor_count; i++) {
        struct store_corridor *row = array_push(&store->corridors);
        *row = commit->corridors[i];
        row->document = kept(store, commit->corridors[i].document);
        row->accounts = NULL;
    }
}

#define PUT_ALL(store, member, count_member, commit)                                                         \
    for (size_t i_ = 0; i_ < (commit)->count_member; i_++)                                                   \
    *array_push(&(store)->member) = (commit)->member[i_]

enum store_outcome memory_store_commit(struct memory_store *store, const struct store_commit *commit) {
    if (!leases_hold(store, commit))
        return STORE_FENCED;
    if (!instructions_hold(store, commit) || !keys_hold(store, commit) || !position_holds(store, commit) ||
        !inputs_hold(store, commit) || !corridors_hold(store, commit) || !memory_orders_hold(store, commit))
        return STORE_CONFLICT;
    if (!texts_hold(commit) || !memory_orders_have_four_eyes(store, commit))
        return STORE_BAD_ROW;
    if (!balances_hold(store, commit))
        return STORE_CHECK;
    put_instructions(store, commit);
    put_messages(store, commit);
    put_events(store, commit);
    put_balances(store, commit);
    put_transitions(store, commit);
    put_corridors(store, commit);
    memory_orders_put(store, commit);
    PUT_ALL(store, identities, identity_count, commit);
    PUT_ALL(store, rates, rate_count, commit);
    PUT_ALL(store, quotes, quote_count, commit);
    PUT_ALL(store, transfers, transfer_count, commit);
    PUT_ALL(store, cases, case_count, commit);
    for (size_t i = 0; i < commit->input_count; i++) {
        struct store_input *row = array_push(&store->inputs);
        *row = commit->inputs[i];
        row->payload = kept(store, commit->inputs[i].payload);
    }
    for (size_t i = 0; i < commit->quote_use_count; i++)
        find_quote(store, &commit->quote_uses[i].quote)->used_by = commit->quote_uses[i].instruction;
    for (size_t i = 0; i < commit->position_count; i++) {
        store->position = commit->positions[i].to;
        memcpy(store->last_hash, commit->positions[i].last_hash, sizeof store->last_hash);
    }
    store->commits++;
    return STORE_COMMITTED;
}

/* ---- load ---- */

static void load_view(struct memory_store *store, const char *corridor, struct store_corridor_view *view) {
    text_set(view->corridor, sizeof view->corridor, corridor);
    view->version = memory_store_version(store, corridor);
    for (size_t i = 0; i < store->balances.count; i++) {
        const struct store_delta *row = &store->balances.items[i];
        if (!text_equal(row->corridor, corridor))
            continue;
        if (row->account.role == ACCOUNT_FOREIGN_PREFUND) {
            view->foreign_headroom = available(row);
            view->reserved = row->credits_pending;
        }
        if (row->account.role == ACCOUNT_PEER_PREFUND)
            view->peer_headroom = available(row);
    }
    for (size_t i = 0; i < store->rates.count; i++)
        if (text_equal(store->rates.items[i].corridor, corridor))
            view->best_rate = store->rates.items[i].offer;
}

void memory_store_load(struct memory_store *store, const struct store_load *load, struct arena *arena,
                       struct store_loaded *loaded) {
    store->locked = load->lock;
    loaded->instructions = arena_alloc(arena, load->key_count * sizeof *loaded->instructions);
    loaded->identities = arena_alloc(arena, load->identity_count * sizeof *loaded->identities);
    loaded->quotes = arena_alloc(arena, load->quote_count * sizeof *loaded->quotes);
    loaded->corridors = arena_alloc(arena, load->corridor_count * sizeof *loaded->corridors);
    for (size_t i = 0; i < load->key_count; i++) {
        const struct instruction *have = find_instruction(store, &load->keys[i]);
        if (have)
            loaded->instructions[i] = *have;
    }
    for (size_t i = 0; i < load->identity_count; i++) {
        const struct store_identity *have = find_identity(store, &load->identities[i]);
        if (have)
            loaded->identities[i] = *have;
    }
    for (size_t i = 0; i < load->quote_count; i++) {
        const struct quote *have = find_quote(store, &load->quotes[i]);
        if (have) {
            loaded->quotes[i] = *have;
            loaded->quotes[i].expired = have->expires_at <= *store->clock;
        }
    }
    for (size_t i = 0; i < load->corridor_count; i++)
        load_view(store, load->corridors[i], &loaded->corridors[i]);
    memory_orders_load(store, load, arena, loaded);
}

/* ---- named reads ---- */

struct rows {
    struct arena *arena;
    size_t columns;
    ARRAY(const char *) cells;
};

static void add_cell(struct rows *rows, const char *text, size_t length) {
    *array_push(&rows->cells) = arena_copy(rows->arena, text, length);
}

static void add_text(struct rows *rows, const char *text) {
    add_cell(rows, text, strlen(text));
}

static void add_uuid(struct rows *rows, const struct uuid *uuid) {
    char text[UUID_TEXT_SIZE];
    uuid_format(uuid, text);
    add_text(rows, text);
}

static void add_number(struct rows *rows, int64_t number) {
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, number);
    add_text(rows, text);
}

static void add_hex(struct rows *rows, struct bytes bytes) {
    struct buffer hex;
    buffer_init(&hex, 1 << 20);
    for (size_t i = 0; i < bytes.length; i++)
        buffer_addf(&hex, "%02x", (unsigned char)bytes.data[i]);
    add_cell(rows, hex.data, hex.length);
    buffer_wipe(&hex);
}

static void add_key(struct rows *rows, const struct instruction_key *key) {
    add_text(rows, key->corridor);
    add_text(rows, direction_names[key->direction]);
    add_text(rows, instruction_kind_names[key->kind]);
    add_uuid(rows, &key->uetr);
}

static const struct uuid *uetr_of(const struct memory_store *store, const struct uuid *instruction) {
    for (size_t i = 0; i < store->instructions.count; i++)
        if (uuid_equal(&store->instructions.items[i].id, instruction))
            return &store->instructions.items[i].key.uetr;
    abort();
}

static void add_message(struct memory_store *store, struct rows *rows, const struct memory_message *message) {
    add_uuid(rows, &message->row.id);
    add_uuid(rows, &message->row.instruction);
    add_uuid(rows, uetr_of(store, &message->row.instruction));
    add_text(rows, message->row.corridor);
    add_text(rows, message->row.is_answer ? "true" : "false");
    add_hex(rows, message->row.body);
    add_number(rows, message->attempts);
}

static instant instant_of(const char *text) {
    instant time = 0;
    (void)instant_parse(text, strlen(text), &time);
    return time;
}

static void read_due(struct memory_store *store, const char *const *parameters, struct rows *rows) {
    rows->columns = 4;
    instant now = instant_of(parameters[0]);
    for (size_t i = 0; i < store->instructions.count; i++)
        if (store->instructions.items[i].due_at && store->instructions.items[i].due_at <= now)
            add_key(rows, &store->instructions.items[i].key);
}

static void read_waiting(struct memory_store *store, const char *const *parameters, struct rows *rows) {
    (void)parameters;
    rows->columns = 4;
    for (size_t i = 0; i < store->instructions.count; i++)
        if (store->instructions.items[i].state == STATE_RESERVED)
            add_key(rows, &store->instructions.items[i].key);
}

static void read_undelivered(struct memory_store *store, const char *const *parameters, struct rows *rows) {
    rows->columns = 7;
    instant stale = instant_of(parameters[0]);
    for (size_t i = 0; i < store->messages.count; i++) {
        const struct memory_message *message = &store->messages.items[i];
        int64_t patience = message->attempts * message->attempts - 1;
        if (message->row.is_answer && !message->delivered &&
            message->last_attempt <= stale - 1000 * (patience < 300 ? patience : 300))
            add_message(store, rows, message);
    }
}

/* In the order they were made, which is that of every instruction's versions. */
static void read_unpublished(struct memory_store *store, const char *const *parameters, struct rows *rows) {
    rows->columns = 4;
    instant stale = instant_of(parameters[0]);
    size_t most = strtoul(parameters[1], NULL, 10) * rows->columns;
    for (size_t i = 0; i < store->events.count && rows->cells.count < most; i++) {
        const struct memory_event *event = &store->events.items[i];
        if (event->published || event->row.at > stale)
            continue;
        add_uuid(rows, &event->row.id);
        add_text(rows, event->row.topic);
        add_text(rows, event->row.key);
        add_cell(rows, event->row.body.data, event->row.body.length);
    }
}

static void read_corridors(struct memory_store *store, const char *const *parameters, struct rows *rows) {
    (void)parameters;
    rows->columns = 3;
    for (size_t i = 0; i < store->corridors.count; i++) {
        add_text(rows, store->corridors.items[i].name);
        add_number(rows, store->corridors.items[i].version);
        add_cell(rows, store->corridors.items[i].document.data, store->corridors.items[i].document.length);
    }
}

static void read_last_message(struct memory_store *store, const char *const *parameters, struct rows *rows) {
    rows->columns = 7;
    struct uuid wanted;
    if (!uuid_parse(parameters[0], strlen(parameters[0]), &wanted))
        abort();
    const struct memory_message *last = NULL;
    for (size_t i = 0; i < store->messages.count; i++)
        if (store->messages.items[i].row.direction == OUTBOUND &&
            uuid_equal(&store->messages.items[i].row.instruction, &wanted))
            last = &store->messages.items[i];
    if (last)
        add_message(store, rows, last);
}

static void read_owner(struct memory_store *store, const char *const *parameters, struct rows *rows) {
    rows->columns = 4;
    struct uuid wanted;
    const struct memory_message *message =
        uuid_parse(parameters[0], strlen(parameters[0]), &wanted) ? find_message(store, &wanted) : NULL;
    for (size_t i = 0; message && i < store->instructions.count; i++)
        if (uuid_equal(&store->instructions.items[i].id, &message->row.instruction))
            add_key(rows, &store->instructions.items[i].key);
}

static void read_untold(struct memory_store *store, const char *const *parameters, struct rows *rows) {
    rows->columns = 1;
    for (const char *at = parameters[0] + 1; *at; at += UUID_TEXT_SIZE) {
        struct uuid id;
        const struct memory_event *event =
            uuid_parse(at, UUID_TEXT_SIZE - 1, &id) ? find_event(store, &id) : NULL;
        if (event && !event->published)
            add_uuid(rows, &id);
    }
}

static const struct {
    const char *name;
    void (*read)(struct memory_store *store, const char *const *parameters, struct rows *rows);
} reads[] = {
    {"instructions_due", read_due},
    {"instructions_waiting", read_waiting},
    {"messages_undelivered", read_undelivered},
    {"wallet_events_unpublished", read_unpublished},
    {"corridors_current", read_corridors},
    {"message_of_instruction", read_last_message},
    {"instruction_of_message", read_owner},
    {"wallet_events_untold", read_untold},
};

void memory_store_read(struct memory_store *store, const char *name, const char *const *parameters,
                       struct arena *arena, struct store_table *out) {
    struct rows rows = {.arena = arena};
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++)
        if (text_equal(reads[i].name, name))
            reads[i].read(store, parameters, &rows);
    if (!rows.columns)
        abort();
    size_t count = rows.cells.count;
    const char **cells = arena_alloc(arena, (count + 1) * sizeof *cells);
    size_t *lengths = arena_alloc(arena, (count + 1) * sizeof *lengths);
    for (size_t i = 0; i < count; i++) {
        cells[i] = rows.cells.items[i];
        lengths[i] = strlen(cells[i]);
    }
    *out = (struct store_table){rows.columns, count / rows.columns, cells, lengths};
    array_wipe(&rows.cells);
}

int64_t memory_store_available(const struct memory_store *store, int role) {
    for (size_t i = 0; i < store->balances.count; i++)
        if (store->balances.items[i].account.role == role)
            return available(&store->balances.items[i]);
    return 0;
}
