#include "flow/door_command.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/ledger.h"
#include "core/reasons.h"
#include "flow/batch.h"
#include "flow/identity.h"
#include "flow/step.h"

static void finish(struct command *command, const struct result *why) {
    command->done(command->context, command, why);
    free((void *)command->document.data);
    free(command);
}

static void on_done(struct flow *flow, struct flow_item *item, int reason, const char *detail) {
    (void)flow, (void)reason, (void)detail;
    finish(item->context, &item->refusal);
}

static void queue(struct command *command, const char *corridor,
                  struct result (*fold)(struct batch *, struct flow_item *), item_done done) {
    struct flow *flow = command->flow;
    struct flow_item *item = flow_item_new(ITEM_COMMAND, DOOR_COMMAND);
    item->received = flow_now(flow);
    item->command = fold;
    item->done = done;
    item->context = command;
    item->payload =
        (struct bytes){must_memdup(command->request.data, command->request.length), command->request.length};
    text_set(item->event.source, sizeof item->event.source, command->operator);
    text_set(item->event.id, sizeof item->event.id, command->name);
    text_set(item->corridor, sizeof item->corridor, corridor);
    step_submit(flow, item);
}

/* Judged twice: when it comes, so that its sender need not wait, and when it is decided. */
static void queue_or_refuse(struct command *command, const struct result *checked, const char *corridor,
                            struct result (*fold)(struct batch *, struct flow_item *)) {
    if (result_is_ok(checked))
        queue(command, corridor, fold, on_done);
    else
        finish(command, checked);
}

/* ---- corridor apply ---- */

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

/* Another worker or gateway may apply at the same time: the number follows from what is stored, and only one
 * of two gets it. */
static struct result fold_corridor(struct batch *batch, struct flow_item *item) {
    struct command *command = item->context;
    struct store_corridor_view *view = batch_view(batch, command->corridor.name);
    command->corridor.version = ++view->version;
    struct store_corridor *row = array_push(&batch->corridors);
    text_set(row->name, sizeof row->name, command->corridor.name);
    row->version = command->corridor.version;
    row->document = command->document;
    identity_hash(row->document, row->hash);
    text_set(row->operator, sizeof row->operator, command->operator);
    row->at = flow_now(batch->flow);
    row->accounts = list_accounts(batch, &command->corridor, &row->account_count);
    return result_ok();
}

static void on_corridor_applied(struct flow *flow, struct flow_item *item, int reason, const char *detail) {
    struct command *command = item->context;
    if (reason != REASON_NONE) {
        on_done(flow, item, reason, detail);
        return;
    }
    struct result installed = flow_set_corridor(flow, &command->corridor);
    finish(command, &installed);
}

void door_command_corridor(struct command *command) {
    struct result checked = flow_try_corridor(command->flow, &command->corridor);
    if (result_is_ok(&checked))
        queue(command, command->corridor.name, fold_corridor, on_corridor_applied);
    else
        finish(command, &checked);
}

/* ---- foreign exchange ---- */

static bool is_provider(const struct flow_link *link, const char *provider) {
    for (size_t i = 0; i < CORRIDOR_MAX_PROVIDERS && link->corridor.fx.providers[i][0]; i++)
        if (text_equal(link->corridor.fx.providers[i], provider))
            return true;
    return false;
}

static struct result check_provider(struct flow *flow, const char *corridor, const char *provider) {
    const struct flow_link *link = flow_link_find(flow, corridor);
    if (!link)
        return result_refuse(REASON_UNKNOWN_CORRIDOR, "/corridor", "no corridor is called %s", corridor);
    if (!is_provider(link, provider))
        return result_refuse(REASON_PROVIDER_UNKNOWN, "/provider", "%s is no provider of %s", provider,
                             corridor);
    return result_ok();
}

static struct result check_rate(const struct command *command) {
    return check_provider(command->flow, command->rate.corridor, command->rate.offer.provider);
}

static struct result fold_rate(struct batch *batch, struct flow_item *item) {
    struct command *command = item->context;
    TRY(check_rate(command));
    command->rate.id = flow_new_id(batch->flow);
    command->rate.at = flow_now(batch->flow);
    text_set(command->rate.operator, sizeof command->rate.operator, command->operator);
    *array_push(&batch->rates) = command->rate;
    return result_ok();
}

void door_command_rate(struct command *command) {
    struct result checked = check_rate(command);
    queue_or_refuse(command, &checked, command->rate.corridor, fold_rate);
}

static struct result check_quote(const struct command *command) {
    return check_provider(command->flow, command->quote.corridor, command->quote.provider);
}

static struct result fold_quote(struct batch *batch, struct flow_item *item) {
    struct command *command = item->context;
    TRY(check_quote(command));
    *array_push(&batch->new_quotes) = command->quote;
    return result_ok();
}

void door_command_quote(struct command *command) {
    struct result checked = check_quote(command);
    queue_or_refuse(command, &checked, command->quote.corridor, fold_quote);
}

/* ---- liquidity ---- */

static struct result check_fund(const struct command *command) {
    if (!flow_link_find(command->flow, command->corridor_name))
        return result_refuse(REASON_UNKNOWN_CORRIDOR, "/corridor", "no such corridor");
    return result_ok();
}

/* What a posting takes from a guarded account of the view; 0: nothing. */
static int64_t taken_from(const struct posting *posting, int role) {
    int64_t amount = 0;
    struct ledger_change changes[2];
    ledger_apply(posting, changes);
    for (size_t i = 0; i < 2; i++)
        if (changes[i].account.role == role)
            amount -= ledger_available(&changes[i]);
    return amount;
}

static struct result fold_fund(struct batch *batch, struct flow_item *item) {
    struct command *command = item->context;
    const struct store_corridor_view *view = batch_view(batch, command->corridor_name);
    if (taken_from(&command->posting, ACCOUNT_FOREIGN_PREFUND) > view->foreign_headroom ||
        taken_from(&command->posting, ACCOUNT_PEER_PREFUND) > view->peer_headroom)
        return result_refuse(REASON_ORDER_REFUSED, "/amount", "the account does not hold as much");
    struct uuid nobody = {0};
    batch_post(batch, &nobody, command->corridor_name, &command->posting);
    return result_ok();
}

void door_command_fund(struct command *command) {
    struct result checked = check_fund(command);
    queue_or_refuse(command, &checked, command->corridor_name, fold_fund);
}
