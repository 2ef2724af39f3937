#include "flow/batch.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/ledger.h"
#include "flow/fold.h"
#include "flow/identity.h"

struct batch *batch_new(struct flow *flow) {
    struct batch *batch = must_calloc(1, sizeof *batch);
    batch->flow = flow;
    arena_init(&batch->arena);
    return batch;
}

static void wipe_wants(struct batch *batch) {
    array_wipe(&batch->keys);
    array_wipe(&batch->identity_keys);
    array_wipe(&batch->quote_ids);
    array_wipe(&batch->corridor_names);
    array_wipe(&batch->orders);
}

static void wipe_overlay(struct batch *batch) {
    array_wipe(&batch->instructions);
    array_wipe(&batch->known);
    array_wipe(&batch->quotes);
    array_wipe(&batch->views);
    array_wipe(&batch->order_views);
}

static void wipe_rows(struct batch *batch) {
    array_wipe(&batch->leases);
    array_wipe(&batch->positions);
    array_wipe(&batch->inputs);
    array_wipe(&batch->identities);
    array_wipe(&batch->rows);
    array_wipe(&batch->quote_uses);
    array_wipe(&batch->transitions);
    array_wipe(&batch->messages);
    array_wipe(&batch->attempts);
    array_wipe(&batch->attempt_ends);
    array_wipe(&batch->wallet_events);
    array_wipe(&batch->published);
    array_wipe(&batch->cases);
    array_wipe(&batch->rates);
    array_wipe(&batch->new_quotes);
    array_wipe(&batch->corridors);
    array_wipe(&batch->operators);
    array_wipe(&batch->suspensions);
    array_wipe(&batch->approvals);
    array_wipe(&batch->approval_ends);
    array_wipe(&batch->commands);
    array_wipe(&batch->transfers);
    array_wipe(&batch->deltas);
    array_wipe(&batch->sends);
    array_wipe(&batch->turns);
    array_wipe(&batch->repeats);
    array_wipe(&batch->again);
    array_wipe(&batch->progress);
}

void batch_reset(struct batch *batch) {
    wipe_wants(batch);
    wipe_overlay(batch);
    wipe_rows(batch);
    arena_wipe(&batch->arena);
    batch->incomplete = false;
    batch->failure = result_ok();
}

void batch_free(struct batch *batch) {
    batch_reset(batch);
    array_wipe(&batch->items);
    free(batch);
}

/* ---- what the items need ---- */

static void want_key(struct batch *batch, const struct instruction_key *key) {
    for (size_t i = 0; i < batch->keys.count; i++)
        if (instruction_key_equal(&batch->keys.items[i], key))
            return;
    *array_push(&batch->keys) = *key;
}

static void want_uuid(struct uuid wanted, struct uuid *items, size_t count, bool *known) {
    *known = false;
    for (size_t i = 0; i < count && !*known; i++)
        *known = uuid_equal(&items[i], &wanted);
}

static void want_identity(struct batch *batch, struct uuid identity) {
    bool known;
    want_uuid(identity, batch->identity_keys.items, batch->identity_keys.count, &known);
    if (!known)
        *array_push(&batch->identity_keys) = identity;
}

static void want_quote(struct batch *batch, struct uuid quote) {
    bool known;
    want_uuid(quote, batch->quote_ids.items, batch->quote_ids.count, &known);
    if (!known)
        *array_push(&batch->quote_ids) = quote;
}

static void want_corridor(struct batch *batch, const char *name) {
    for (size_t i = 0; i < batch->corridor_names.count; i++)
        if (text_equal(batch->corridor_names.items[i], name))
            return;
    text_set(*array_push(&batch->corridor_names), CORRIDOR_SIZE, name);
}

static void want_identities(struct batch *batch, const struct flow_item *item) {
    const struct event *event = &item->event;
    if (event->id[0])
        want_identity(batch, identity_of_event(event->source, event->id));
    if (item->collided)
        want_identity(batch, identity_of_collision(event->source, event->id, event->content_hash));
    if (event->type == EVENT_TRANSFER_INITIATED && !uuid_is_nil(&event->lock_id))
        want_identity(batch, identity_of_lock(event->source, &event->lock_id));
}

static void want_event(struct batch *batch, const struct flow_item *item) {
    const struct event *event = &item->event;
    if (event->key.corridor[0])
        want_corridor(batch, event->key.corridor);
    if (!uuid_is_nil(&event->key.uetr))
        want_key(batch, &event->key);
    want_identities(batch, item);
    if (event->type == EVENT_TRANSFER_INITIATED && !uuid_is_nil(&event->payment.quote_id))
        want_quote(batch, event->payment.quote_id);
}

/* By the newest rules that this worker has. */
static void renew_link(struct batch *batch, struct flow_item *item) {
    struct flow_link *link = flow_link_find(batch->flow, item->event.key.corridor);
    if (link)
        item->link = link;
}

static void want_order(struct batch *batch, struct flow_item *item) {
    if (item->corridor[0])
        want_corridor(batch, item->corridor);
    item->order_place = batch->orders.count;
    *array_push(&batch->orders) = *item->order;
}

static void want(struct batch *batch, struct flow_item *item) {
    if (item->kind == ITEM_EVENT) {
        renew_link(batch, item);
        want_event(batch, item);
    }
    if (item->kind == ITEM_COMMAND)
        want_order(batch, item);
}

void batch_collect(struct batch *batch) {
    for (size_t i = 0; i < batch->items.count; i++)
        want(batch, batch->items.items[i]);
    batch->load = (struct store_load){
        .keys = batch->keys.items,
        .key_count = batch->keys.count,
        .identities = batch->identity_keys.items,
        .identity_count = batch->identity_keys.count,
        .quotes = batch->quote_ids.items,
        .quote_count = batch->quote_ids.count,
        .corridors = (const char(*)[CORRIDOR_SIZE])batch->corridor_names.items,
        .corridor_count = batch->corridor_names.count,
        .orders = batch->orders.items,
        .order_count = batch->orders.count,
    };
}

/* ---- the overlay ---- */

void batch_overlay(struct batch *batch, const struct store_loaded *loaded) {
    for (size_t i = 0; i < batch->keys.count; i++) {
        struct batch_instruction *slot = array_push(&batch->instructions);
        slot->now = loaded->instructions[i];
        slot->now.key = batch->keys.items[i];
        slot->version_at_load = slot->now.version;
    }
    for (size_t i = 0; i < batch->identity_keys.count; i++)
        if (!uuid_is_nil(&loaded->identities[i].key))
            *array_push(&batch->known) = loaded->identities[i];
    for (size_t i = 0; i < batch->quote_ids.count; i++)
        if (!uuid_is_nil(&loaded->quotes[i].id))
            *array_push(&batch->quotes) = loaded->quotes[i];
    for (size_t i = 0; i < batch->corridor_names.count; i++)
        *array_push(&batch->views) = loaded->corridors[i];
    for (size_t i = 0; i < batch->orders.count; i++)
        *array_push(&batch->order_views) = loaded->orders[i];
}

bool batch_is_outdated(const struct batch *batch) {
    for (size_t i = 0; i < batch->views.count; i++) {
        const struct store_corridor_view *view = &batch->views.items[i];
        const struct flow_link *link = flow_link_find(batch->flow, view->corridor);
        int64_t known = link ? link->corridor.version : 0;
        if (known < view->version && (!link || link->unopened < view->version))
            return true;
    }
    return false;
}

struct store_corridor_view *batch_view(struct batch *batch, const char *corridor) {
    for (size_t i = 0; i < batch->views.count; i++)
        if (text_equal(batch->views.items[i].corridor, corridor))
            return &batch->views.items[i];
    return NULL;
}

struct store_order_view *batch_order_view(struct batch *batch, const struct flow_item *item) {
    return &batch->order_views.items[item->order_place];
}

/* ---- ledger ---- */

static bool same_account(const struct store_delta *delta, const char *corridor,
                         const struct account_reference *account) {
    return delta->account.role == account->role && text_equal(delta->corridor, corridor) &&
           text_equal(delta->account.owner, account->owner) &&
           text_equal(delta->account.currency, account->currency);
}

static struct store_delta *delta_of(struct batch *batch, const char *corridor,
                                    const struct account_reference *account) {
    for (size_t i = 0; i < batch->deltas.count; i++)
        if (same_account(&batch->deltas.items[i], corridor, account))
            return &batch->deltas.items[i];
    struct store_delta *delta = array_push(&batch->deltas);
    text_set(delta->corridor, sizeof delta->corridor, corridor);
    delta->account = *account;
    return delta;
}

/* What the corridor lets be open at once: checked by decide on what was loaded, by the database on what
 * stands. */
static int64_t most_pending(struct batch *batch, const char *corridor,
                            const struct account_reference *account) {
    const struct flow_link *link = flow_link_find(batch->flow, corridor);
    return link && account->role == ACCOUNT_FOREIGN_PREFUND ? link->corridor.limits.total_reserved : 0;
}

int64_t batch_gained(const struct batch *batch, const char *corridor,
                     const struct account_reference *account) {
    for (size_t i = 0; i < batch->deltas.count; i++) {
        const struct store_delta *delta = &batch->deltas.items[i];
        if (same_account(delta, corridor, account))
            return ledger_available(&(struct ledger_change){*account, delta->debits_pending,
                                                            delta->debits_posted, delta->credits_pending,
                                                            delta->credits_posted});
    }
    return 0;
}

static void add_change(struct batch *batch, const char *corridor, const struct ledger_change *change) {
    struct store_delta *delta = delta_of(batch, corridor, &change->account);
    delta->most_pending = most_pending(batch, corridor, &change->account);
    delta->debits_pending += change->debits_pending;
    delta->debits_posted += change->debits_posted;
    delta->credits_pending += change->credits_pending;
    delta->credits_posted += change->credits_posted;
    struct store_corridor_view *view = batch_view(batch, corridor);
    if (!view)
        return;
    if (change->account.role == ACCOUNT_FOREIGN_PREFUND) {
        view->foreign_headroom += change->debits_posted - change->credits_posted - change->credits_pending;
        view->reserved += change->credits_pending;
    }
    if (change->account.role == ACCOUNT_PEER_PREFUND)
        view->peer_headroom += change->credits_posted - change->debits_posted - change->debits_pending;
}

void batch_post(struct batch *batch, const struct uuid *instruction, const char *corridor,
                const struct posting *posting) {
    struct store_transfer *transfer = array_push(&batch->transfers);
    transfer->id = flow_new_id(batch->flow);
    transfer->instruction = *instruction;
    text_set(transfer->corridor, sizeof transfer->corridor, corridor);
    transfer->posting = *posting;
    transfer->at = flow_now(batch->flow);
    struct ledger_change changes[2];
    ledger_apply(posting, changes);
    add_change(batch, corridor, &changes[0]);
    add_change(batch, corridor, &changes[1]);
}

void batch_send(struct batch *batch, struct flow_link *link, const struct batch_send *send, int64_t number) {
    struct batch_send *kept = array_push(&batch->sends);
    *kept = *send;
    kept->link = link;
    kept->attempt = flow_new_id(batch->flow);
    struct store_attempt *attempt = array_push(&batch->attempts);
    *attempt = (struct store_attempt){
        .id = kept->attempt, .message = send->message, .number = number, .at = flow_now(batch->flow)};
}

/* ---- deciding ---- */

static void decide_item(struct batch *batch, struct flow_item *item) {
    switch (item->kind) {
    case ITEM_EVENT:
        fold_event(batch, item);
        return;
    case ITEM_REFUSED_INPUT:
        fold_refused_input(batch, item);
        return;
    case ITEM_RESEND:
        fold_resend(batch, item);
        return;
    case ITEM_ATTEMPT_END:
        *array_push(&batch->attempt_ends) = item->end;
        return;
    case ITEM_PUBLISHED:
        for (size_t i = 0; i < item->published_count; i++)
            *array_push(&batch->published) = item->published[i];
        return;
    case ITEM_COMMAND:
        item->command(batch, item);
        return;
    }
}

static struct store_position *position_of(struct batch *batch, struct flow_partition *partition) {
    for (size_t i = 0; i < batch->positions.count; i++)
        if (batch->positions.items[i].partition == partition->partition)
            return &batch->positions.items[i];
    struct store_position *position = array_push(&batch->positions);
    text_set(position->topic, sizeof position->topic, batch->flow->settings.topic_in);
    text_set(position->incarnation, sizeof position->incarnation, batch->flow->settings.incarnation);
    position->partition = partition->partition;
    position->lease_epoch = partition->lease_epoch;
    position->from = partition->position;
    return position;
}

static void move_position(struct batch *batch, const struct flow_item *item) {
    if (!flow_item_is_record(item))
        return;
    struct flow_partition *partition = flow_partition_find(batch->flow, item->partition);
    struct store_position *position = position_of(batch, partition);
    position->to = item->offset + 1;
    identity_hash(item->payload, position->last_hash);
}

static void collect_changed(struct batch *batch) {
    for (size_t i = 0; i < batch->instructions.count; i++) {
        const struct batch_instruction *slot = &batch->instructions.items[i];
        if (!slot->changed)
            continue;
        struct store_instruction *row = array_push(&batch->rows);
        row->after = slot->now;
        row->version_before = slot->version_at_load;
    }
}

#define COMMIT_ROWS(member, count_member, array)                                                             \
    commit->member = (array).items;                                                                          \
    commit->count_member = (array).count

static void fill_commit(struct batch *batch) {
    struct store_commit *commit = &batch->commit;
    *commit = (struct store_commit){0};
    COMMIT_ROWS(leases, lease_count, batch->leases);
    COMMIT_ROWS(positions, position_count, batch->positions);
    COMMIT_ROWS(inputs, input_count, batch->inputs);
    COMMIT_ROWS(identities, identity_count, batch->identities);
    COMMIT_ROWS(instructions, instruction_count, batch->rows);
    COMMIT_ROWS(quote_uses, quote_use_count, batch->quote_uses);
    COMMIT_ROWS(transitions, transition_count, batch->transitions);
    COMMIT_ROWS(messages, message_count, batch->messages);
    COMMIT_ROWS(attempts, attempt_count, batch->attempts);
    COMMIT_ROWS(attempt_ends, attempt_end_count, batch->attempt_ends);
    COMMIT_ROWS(wallet_events, wallet_event_count, batch->wallet_events);
    COMMIT_ROWS(published, published_count, batch->published);
    COMMIT_ROWS(cases, case_count, batch->cases);
    COMMIT_ROWS(rates, rate_count, batch->rates);
    COMMIT_ROWS(quotes, quote_count, batch->new_quotes);
    COMMIT_ROWS(corridors, corridor_count, batch->corridors);
    COMMIT_ROWS(operators, operator_count, batch->operators);
    COMMIT_ROWS(suspensions, suspension_count, batch->suspensions);
    COMMIT_ROWS(approvals, approval_count, batch->approvals);
    COMMIT_ROWS(approval_ends, approval_end_count, batch->approval_ends);
    COMMIT_ROWS(commands, command_count, batch->commands);
    COMMIT_ROWS(transfers, transfer_count, batch->transfers);
    COMMIT_ROWS(deltas, delta_count, batch->deltas);
}

void batch_decide(struct batch *batch) {
    for (size_t i = 0; i < batch->items.count; i++) {
        decide_item(batch, batch->items.items[i]);
        move_position(batch, batch->items.items[i]);
    }
    collect_changed(batch);
    fill_commit(batch);
}
