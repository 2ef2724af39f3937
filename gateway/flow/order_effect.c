#include "flow/order_effect.h"

#include <string.h>

#include "base/text.h"
#include "core/reasons.h"
#include "flow/identity.h"

enum { DOCUMENT_LIMIT = 64 * 1024 };

/* ---- rules ---- */

static void write_document(const struct corridor *corridor, struct buffer *out) {
    struct corridor unnumbered = *corridor;
    unnumbered.version = 0;
    buffer_init(out, DOCUMENT_LIMIT);
    record_write(&corridor_record, "corridor", &unnumbered, out);
}

bool order_effect_is_unchanged(const struct command *command, struct bytes document) {
    struct buffer ordered;
    write_document(&command->corridor, &ordered);
    bool is_same = ordered.length == document.length && document.length > 0 &&
                   memcmp(ordered.data, document.data, document.length) == 0;
    buffer_wipe(&ordered);
    return is_same;
}

void order_effect_rules(const struct order_case *order, struct corridor *out) {
    *out = order->effect == ORDER_CORRIDOR_APPLY ? order->command->corridor : *order->rules;
    if (order->effect != ORDER_CORRIDOR_APPLY)
        out->open = order->effect == ORDER_CORRIDOR_RESUME;
    out->version = order->rules->version + 1;
}

static void add_account(struct account_reference *account, int role, const char *owner,
                        const char *currency) {
    account->role = role;
    text_set(account->owner, sizeof account->owner, owner);
    text_set(account->currency, sizeof account->currency, currency);
}

static struct account_reference *list_accounts(struct batch *batch, const struct corridor *corridor,
                                               size_t *count) {
    struct account_reference *accounts =
        arena_alloc(&batch->arena, (8 + 2 * CORRIDOR_MAX_PROVIDERS) * sizeof *accounts);
    const char *home = corridor->home.currency, *peer = corridor->peer.currency;
    size_t n = 0;
    add_account(&accounts[n++], ACCOUNT_DOMESTIC, "", home);
    add_account(&accounts[n++], ACCOUNT_FOREIGN_PREFUND, "", peer);
    add_account(&accounts[n++], ACCOUNT_PEER_PREFUND, "", home);
    add_account(&accounts[n++], ACCOUNT_BLOCKED_FUNDS, "", home);
    add_account(&accounts[n++], ACCOUNT_FUNDING, "", home);
    add_account(&accounts[n++], ACCOUNT_FUNDING, "", peer);
    add_account(&accounts[n++], ACCOUNT_SUSPENSE, "", home);
    add_account(&accounts[n++], ACCOUNT_SUSPENSE, "", peer);
    for (size_t i = 0; i < CORRIDOR_MAX_PROVIDERS && corridor->fx.providers[i][0]; i++) {
        add_account(&accounts[n++], ACCOUNT_FX, corridor->fx.providers[i], home);
        add_account(&accounts[n++], ACCOUNT_FX, corridor->fx.providers[i], peer);
    }
    *count = n;
    return accounts;
}

/* Another worker or gateway may do so at the same time: the number follows from what is stored, and only one
 * of two gets it. */
static void add_rules(struct batch *batch, const struct order_case *order) {
    struct command *command = order->command;
    struct buffer document;
    struct corridor next;
    order_effect_rules(order, &next);
    write_document(&next, &document);
    struct store_corridor *row = array_push(&batch->corridors);
    text_set(row->name, sizeof row->name, next.name);
    row->version = next.version;
    row->document =
        (struct bytes){arena_copy(&batch->arena, document.data, document.length), document.length};
    identity_hash(row->document, row->hash);
    text_set(row->operator, sizeof row->operator, command->operator);
    row->at = order->seen->now;
    row->accounts = list_accounts(batch, &next, &row->account_count);
    command->corridor = next;
    buffer_wipe(&document);
}

/* ---- exchange, liquidity ---- */

static void add_rate(struct batch *batch, const struct order_case *order) {
    struct store_rate *rate = &order->command->rate;
    rate->id = flow_new_id(batch->flow);
    rate->at = order->seen->now;
    text_set(rate->operator, sizeof rate->operator, order->command->operator);
    *array_push(&batch->rates) = *rate;
}

static void add_quote(struct batch *batch, const struct order_case *order) {
    *array_push(&batch->new_quotes) = order->command->quote;
}

/* Money comes from FUNDING or goes back there. FOREIGN_PREFUND is an asset, the others are owed to somebody.
 */
static void add_posting(struct batch *batch, const struct order_case *order) {
    const struct command *command = order->command;
    struct account_reference funding = {.role = ACCOUNT_FUNDING};
    struct uuid nobody = {0};
    text_set(funding.currency, sizeof funding.currency, command->account.currency);
    bool is_asset = command->account.role == ACCOUNT_FOREIGN_PREFUND;
    bool is_debited = is_asset == (order->effect == ORDER_LIQUIDITY_FUND);
    struct posting posting = {.phase = POSTING_DIRECT,
                              .debit = is_debited ? command->account : funding,
                              .credit = is_debited ? funding : command->account,
                              .amount = command->amount};
    batch_post(batch, &nobody, command->asked.corridor, &posting);
}

/* ---- operators ---- */

static void add_operator(struct batch *batch, const struct order_case *order) {
    struct store_operator *row = array_push(&batch->operators);
    *row = order->command->operator_;
    row->at = order->seen->now;
}

static void suspend_operator(struct batch *batch, const struct order_case *order) {
    text_set(array_push(&batch->suspensions)->operator, OPERATOR_SIZE, order->command->asked.operator);
}

/* ---- approvals ---- */

static void end_approval(struct batch *batch, const struct order_case *order, int state) {
    struct store_approval_end *row = array_push(&batch->approval_ends);
    row->approval = order->command->asked.approval;
    row->state = state;
    text_set(row->decided_by, sizeof row->decided_by, order->command->operator);
    row->at = order->seen->now;
    text_set(row->reason, sizeof row->reason, order->command->reason);
}

struct uuid order_effect_propose(struct batch *batch, const struct order_case *order, struct bytes request,
                                 struct bytes changes) {
    const struct command *command = order->command;
    struct store_approval *row = array_push(&batch->approvals);
    row->id = flow_new_id(batch->flow);
    row->order = command->asked.order;
    text_set(row->corridor, sizeof row->corridor, command->asked.corridor);
    row->request = request;
    row->changes = changes;
    text_set(row->proposer, sizeof row->proposer, command->operator);
    text_set(row->proposer_certificate, sizeof row->proposer_certificate, command->asked.certificate);
    row->proposed_at = order->seen->now;
    row->expires_at = order->seen->now + APPROVAL_VALIDITY;
    if (order_row(row->order)->is_of_rules)
        row->base_version = order->seen->corridor_version;
    return row->id;
}

void order_effect_refuse(struct batch *batch, const struct order_case *order) {
    if (order->command->why.reason == REASON_APPROVAL_EXPIRED)
        end_approval(batch, order, APPROVAL_EXPIRED);
}

/* ---- by order ---- */

static void refuse_approval(struct batch *batch, const struct order_case *order) {
    end_approval(batch, order, APPROVAL_REFUSED);
}

void order_effect_apply(struct batch *batch, const struct order_case *order) {
    static void (*const effects[ORDER_COUNT])(struct batch * batch, const struct order_case *order) = {
        [ORDER_CORRIDOR_APPLY] = add_rules,
        [ORDER_CORRIDOR_SUSPEND] = add_rules,
        [ORDER_CORRIDOR_RESUME] = add_rules,
        [ORDER_FX_POST] = add_rate,
        [ORDER_FX_QUOTE] = add_quote,
        [ORDER_LIQUIDITY_FUND] = add_posting,
        [ORDER_LIQUIDITY_WITHDRAW] = add_posting,
        [ORDER_OPERATOR_ADD] = add_operator,
        [ORDER_OPERATOR_SUSPEND] = suspend_operator,
        [ORDER_APPROVAL_REFUSE] = refuse_approval};
    effects[order->effect](batch, order);
    if (order->command->asked.order == ORDER_APPROVAL_APPROVE)
        end_approval(batch, order, APPROVAL_APPROVED);
}
