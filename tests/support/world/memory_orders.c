#include "tests/support/world/memory_orders.h"

#include <string.h>

#include "base/text.h"
#include "core/ledger.h"

void memory_orders_wipe(struct memory_store *store) {
    array_wipe(&store->operators);
    array_wipe(&store->approvals);
    array_wipe(&store->commands);
}

/* ---- finding ---- */

static struct memory_operator *find_operator(const struct memory_store *store, const char *name) {
    for (size_t i = 0; i < store->operators.count; i++)
        if (text_equal(store->operators.items[i].row.name, name))
            return &store->operators.items[i];
    return NULL;
}

static struct memory_operator *find_certificate(const struct memory_store *store, const char *certificate) {
    for (size_t i = 0; i < store->operators.count; i++)
        if (text_equal(store->operators.items[i].row.certificate, certificate))
            return &store->operators.items[i];
    return NULL;
}

struct memory_approval *memory_store_approval(const struct memory_store *store, const struct uuid *id) {
    for (size_t i = 0; i < store->approvals.count; i++)
        if (uuid_equal(&store->approvals.items[i].row.id, id))
            return &store->approvals.items[i];
    return NULL;
}

static int64_t count_active(const struct memory_store *store) {
    int64_t active = 0;
    for (size_t i = 0; i < store->operators.count; i++)
        active += store->operators.items[i].is_active && store->operators.items[i].row.role == ROLE_OPERATOR;
    return active;
}

void memory_store_enrol(struct memory_store *store, const char *name, char letter, int role) {
    struct memory_operator *operator= array_push(&store->operators);
    text_set(operator->row.name, sizeof operator->row.name, name);
    memset(operator->row.certificate, letter, FINGERPRINT_SIZE - 1);
    operator->row.role = role;
    operator->is_active = true;
}

/* ---- guards ---- */

static bool are_active(const struct memory_store *store, const struct store_commit *commit) {
    for (size_t i = 0; i < commit->command_count; i++) {
        const struct store_command *row = &commit->commands[i];
        const struct memory_operator *operator= find_operator(store, row->operator);
        bool has_effect = row->verdict == COMMAND_APPLIED || row->verdict == COMMAND_PROPOSED;
        if (!operator||(has_effect && !operator->is_active))
            return false;
    }
    return true;
}

static bool are_open(const struct memory_store *store, const struct store_commit *commit) {
    for (size_t i = 0; i < commit->approval_end_count; i++) {
        const struct memory_approval *approval =
            memory_store_approval(store, &commit->approval_ends[i].approval);
        if (!approval || approval->state != APPROVAL_OPEN)
            return false;
    }
    return true;
}

static bool are_enough(const struct memory_store *store, const struct store_commit *commit) {
    int64_t left = count_active(store);
    for (size_t i = 0; i < commit->suspension_count; i++) {
        const struct memory_operator *operator= find_operator(store, commit->suspensions[i].operator);
        if (!operator|| !operator->is_active)
            return false;
        left -= operator->row.role == ROLE_OPERATOR;
    }
    return commit->suspension_count == 0 || left >= COMMAND_LEAST_OPERATORS;
}

static bool are_new(const struct memory_store *store, const struct store_commit *commit) {
    for (size_t i = 0; i < commit->operator_count; i++)
        if (find_operator(store, commit->operators[i].name) ||
            find_certificate(store, commit->operators[i].certificate))
            return false;
    return true;
}

bool memory_orders_hold(const struct memory_store *store, const struct store_commit *commit) {
    return are_active(store, commit) && are_open(store, commit) && are_enough(store, commit) &&
           are_new(store, commit);
}

bool memory_orders_have_four_eyes(const struct memory_store *store, const struct store_commit *commit) {
    for (size_t i = 0; i < commit->approval_end_count; i++) {
        const struct store_approval_end *end = &commit->approval_ends[i];
        if (end->state == APPROVAL_APPROVED &&
            text_equal(memory_store_approval(store, &end->approval)->row.proposer, end->decided_by))
            return false;
    }
    return true;
}

/* ---- rows ---- */

static struct bytes kept(struct memory_store *store, struct bytes bytes) {
    return (struct bytes){arena_copy(&store->arena, bytes.data, bytes.length), bytes.length};
}

static void put_approvals(struct memory_store *store, const struct store_commit *commit) {
    for (size_t i = 0; i < commit->approval_count; i++) {
        struct memory_approval *approval = array_push(&store->approvals);
        approval->row = commit->approvals[i];
        approval->row.request = kept(store, commit->approvals[i].request);
        approval->row.changes = kept(store, commit->approvals[i].changes);
        approval->state = APPROVAL_OPEN;
    }
    for (size_t i = 0; i < commit->approval_end_count; i++) {
        const struct store_approval_end *end = &commit->approval_ends[i];
        struct memory_approval *approval = memory_store_approval(store, &end->approval);
        approval->state = end->state;
        approval->end = *end;
    }
}

void memory_orders_put(struct memory_store *store, const struct store_commit *commit) {
    for (size_t i = 0; i < commit->operator_count; i++)
        *array_push(&store->operators) = (struct memory_operator){commit->operators[i], true};
    for (size_t i = 0; i < commit->suspension_count; i++)
        find_operator(store, commit->suspensions[i].operator)->is_active = false;
    put_approvals(store, commit);
    for (size_t i = 0; i < commit->command_count; i++) {
        struct store_command *row = array_push(&store->commands);
        *row = commit->commands[i];
        row->record = kept(store, commit->commands[i].record);
        row->answer = kept(store, commit->commands[i].answer);
    }
}

/* ---- load ---- */

static void load_operators(const struct memory_store *store, const struct store_order *order,
                           struct store_order_view *view) {
    const struct memory_operator *me = find_certificate(store, order->certificate),
                                 *other = find_operator(store, order->operator);
    if (me) {
        text_set(view->operator, sizeof view->operator, me->row.name);
        view->role = me->row.role;
        view->is_active = me->is_active;
    }
    view->other_role = other ? other->row.role : ROLE_NONE;
    view->other_active = other && other->is_active;
    view->certificate_known = find_certificate(store, order->operator_certificate) != NULL;
    view->active_operators = count_active(store);
}

static void load_answer(const struct memory_store *store, const struct store_order *order,
                        struct store_answer *out) {
    const struct store_identity *identity = NULL;
    for (size_t i = 0; i < store->identities.count; i++)
        if (uuid_equal(&store->identities.items[i].key, &order->identity))
            identity = &store->identities.items[i];
    for (size_t i = 0; identity && i < store->commands.count; i++) {
        const struct store_command *row = &store->commands.items[i];
        if (!uuid_equal(&row->id, &identity->instruction))
            continue;
        *out = (struct store_answer){
            .is_known = true, .verdict = row->verdict, .reason = row->reason, .answer = row->answer};
        memcpy(out->content_hash, identity->content_hash, sizeof out->content_hash);
        text_set(out->field, sizeof out->field, row->field);
        text_set(out->detail, sizeof out->detail, row->detail);
    }
}

static void load_approval(const struct memory_store *store, const struct store_order *order,
                          struct approval_seen *out) {
    const struct memory_approval *approval = memory_store_approval(store, &order->approval);
    if (!approval)
        return;
    *out = (struct approval_seen){.order = approval->row.order,
                                  .state = approval->state,
                                  .base_version = approval->row.base_version,
                                  .expires_at = approval->row.expires_at};
    text_set(out->proposer, sizeof out->proposer, approval->row.proposer);
    text_set(out->proposer_certificate, sizeof out->proposer_certificate, approval->row.proposer_certificate);
}

static void load_corridor(const struct memory_store *store, const struct store_order *order,
                          struct store_order_view *view) {
    for (size_t i = 0; i < store->corridors.count; i++)
        if (text_equal(store->corridors.items[i].name, order->corridor)) {
            view->corridor_version = store->corridors.items[i].version;
            view->document = store->corridors.items[i].document;
        }
    for (size_t i = 0; i < store->balances.count; i++) {
        const struct store_delta *row = &store->balances.items[i];
        if (text_equal(row->corridor, order->corridor) && row->account.role == order->account.role &&
            text_equal(row->account.owner, order->account.owner) &&
            text_equal(row->account.currency, order->account.currency))
            view->available = ledger_available(
                &(struct ledger_change){row->account, row->debits_pending, row->debits_posted,
                                        row->credits_pending, row->credits_posted});
    }
}

/* Nobody is enrolled before a corridor speaks of them, and then all are. */
void memory_orders_load(struct memory_store *store, const struct store_load *load, struct arena *arena,
                        struct store_loaded *loaded) {
    loaded->orders = arena_alloc(arena, load->order_count * sizeof *loaded->orders);
    for (size_t i = 0; i < load->order_count; i++) {
        const struct store_order *order = &load->orders[i];
        struct store_order_view *view = &loaded->orders[i];
        load_operators(store, order, view);
        load_answer(store, order, &view->before);
        load_approval(store, order, &view->approval);
        load_corridor(store, order, view);
        view->participants = view->corridor_version ? order->participants : "";
        if (!view->document.data)
            view->document = bytes_of_string("");
    }
}
