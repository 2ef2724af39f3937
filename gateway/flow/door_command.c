#include "flow/door_command.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/reasons.h"
#include "flow/batch.h"
#include "flow/emit.h"
#include "flow/identity.h"
#include "flow/step.h"

static void finish(struct command *command, const struct result *why) {
    command->done(command->context, command, why);
    free((void *)command->document.data);
    free(command);
}

static void on_done(struct flow *flow, struct flow_item *item, int reason, const char *detail) {
    (void)flow;
    struct result done = reason == REASON_NONE ? result_ok() : result_refuse(reason, "", "%s", detail);
    finish(item->context, &done);
}

static void queue(struct command *command, void (*fold)(struct batch *, struct flow_item *), item_done done) {
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
    step_submit(flow, item);
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

static void fold_corridor(struct batch *batch, struct flow_item *item) {
    struct command *command = item->context;
    const struct flow_link *current = flow_link_find(batch->flow, command->corridor.name);
    command->corridor.version = (current ? current->corridor.version : 0) + 1;
    struct store_corridor *row = array_push(&batch->corridors);
    text_set(row->name, sizeof row->name, command->corridor.name);
    row->version = command->corridor.version;
    row->document = command->document;
    identity_hash(row->document, row->hash);
    text_set(row->operator, sizeof row->operator, command->operator);
    row->at = flow_now(batch->flow);
    row->accounts = list_accounts(batch, &command->corridor, &row->account_count);
    emit_input(batch, item, verdict_names[VERDICT_APPLIED], NULL, true);
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
    struct result checked = flow_check_corridor(&command->corridor);
    if (!result_is_ok(&checked)) {
        finish(command, &checked);
        return;
    }
    queue(command, fold_corridor, on_corridor_applied);
}

/* ---- foreign exchange ---- */

static bool is_provider(const struct flow_link *link, const char *provider) {
    for (size_t i = 0; i < CORRIDOR_MAX_PROVIDERS && link->corridor.fx.providers[i][0]; i++)
        if (text_equal(link->corridor.fx.providers[i], provider))
            return true;
    return false;
}

static struct result check_provider(struct command *command, const char *corridor, const char *provider) {
    const struct flow_link *link = flow_link_find(command->flow, corridor);
    if (!link)
        return result_refuse(REASON_UNKNOWN_CORRIDOR, "/corridor", "no corridor is called %s", corridor);
    if (!is_provider(link, provider))
        return result_refuse(REASON_PROVIDER_UNKNOWN, "/provider", "%s is no provider of %s", provider,
                             corridor);
    return result_ok();
}

static void fold_rate(struct batch *batch, struct flow_item *item) {
    struct command *command = item->context;
    command->rate.id = flow_new_id(batch->flow);
    command->rate.at = flow_now(batch->flow);
    text_set(command->rate.operator, sizeof command->rate.operator, command->operator);
    *array_push(&batch->rates) = command->rate;
    emit_input(batch, item, verdict_names[VERDICT_APPLIED], NULL, true);
}

void door_command_rate(struct command *command) {
    struct result checked = check_provider(command, command->rate.corridor, command->rate.offer.provider);
    if (!result_is_ok(&checked)) {
        finish(command, &checked);
        return;
    }
    queue(command, fold_rate, on_done);
}

static void fold_quote(struct batch *batch, struct flow_item *item) {
    struct command *command = item->context;
    *array_push(&batch->new_quotes) = command->quote;
    emit_input(batch, item, verdict_names[VERDICT_APPLIED], NULL, true);
}

void door_command_quote(struct command *command) {
    struct result checked = check_provider(command, command->quote.corridor, command->quote.provider);
    if (!result_is_ok(&checked)) {
        finish(command, &checked);
        return;
    }
    queue(command, fold_quote, on_done);
}

/* ---- liquidity ---- */

static void fold_fund(struct batch *batch, struct flow_item *item) {
    struct command *command = item->context;
    struct uuid nobody = {0};
    batch_post(batch, &nobody, command->corridor_name, &command->posting);
    emit_input(batch, item, verdict_names[VERDICT_APPLIED], NULL, true);
}

void door_command_fund(struct command *command) {
    if (!flow_link_find(command->flow, command->corridor_name)) {
        struct result unknown = result_refuse(REASON_UNKNOWN_CORRIDOR, "/corridor", "no such corridor");
        finish(command, &unknown);
        return;
    }
    queue(command, fold_fund, on_done);
}
