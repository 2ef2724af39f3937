#include "flow/door_command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/reasons.h"
#include "flow/batch.h"
#include "flow/emit.h"
#include "flow/identity.h"
#include "flow/order_answer.h"
#include "flow/order_effect.h"
#include "flow/step.h"
#include "proof/proof.h"

enum { RECORD_LIMIT = 64 * 1024 };

/* ---- what the rules may see ---- */

static const struct store_identity *key_here(const struct batch *batch, const struct uuid *key) {
    for (size_t i = 0; i < batch->identities.count; i++)
        if (uuid_equal(&batch->identities.items[i].key, key))
            return &batch->identities.items[i];
    return NULL;
}

/* What was answered to the same key in this batch. */
static void find_answer(const struct batch *batch, const struct uuid *key, struct store_answer *out) {
    const struct store_identity *identity = key_here(batch, key);
    for (size_t i = 0; identity && i < batch->commands.count; i++) {
        const struct store_command *row = &batch->commands.items[i];
        if (!uuid_equal(&row->id, &identity->instruction))
            continue;
        *out = (struct store_answer){
            .is_known = true, .verdict = row->verdict, .reason = row->reason, .answer = row->answer};
        memcpy(out->content_hash, identity->content_hash, sizeof out->content_hash);
        text_set(out->field, sizeof out->field, row->field);
        text_set(out->detail, sizeof out->detail, row->detail);
    }
}

static int key_met(const struct batch *batch, const struct command_asked *asked,
                   struct store_order_view *view) {
    struct store_answer *before = &view->before;
    if (uuid_is_nil(&asked->key))
        return KEY_NEW;
    if (!before->is_known)
        find_answer(batch, &asked->key, before);
    if (!before->is_known)
        return KEY_NEW;
    return memcmp(before->content_hash, asked->content_hash, sizeof before->content_hash) == 0 ? KEY_SAME
                                                                                               : KEY_OTHER;
}

static bool has_provider(const struct corridor *rules, const char *provider) {
    for (size_t i = 0; i < CORRIDOR_MAX_PROVIDERS && rules->fx.providers[i][0]; i++)
        if (text_equal(rules->fx.providers[i], provider))
            return true;
    return false;
}

static void see_rules(const struct command *command, const struct corridor *rules, bool unchanged,
                      struct command_seen *seen) {
    seen->corridor_open = rules->open;
    text_set(seen->home_currency, sizeof seen->home_currency, rules->home.currency);
    text_set(seen->peer_currency, sizeof seen->peer_currency, rules->peer.currency);
    seen->provider_known = has_provider(rules, command->asked.provider);
    seen->is_unchanged = unchanged;
}

static void see(const struct batch *batch, const struct command *command, struct store_order_view *view,
                struct command_seen *seen) {
    *seen = (struct command_seen){
        .now = flow_now(batch->flow),
        .role = view->role,
        .is_active = view->is_active,
        .approval = view->approval,
        .corridor_version = view->corridor_version,
        .available = view->available + batch_gained(batch, command->asked.corridor, &command->account),
        .other_role = view->other_role,
        .other_active = view->other_active,
        .certificate_known = view->certificate_known,
        .active_operators = view->active_operators};
    seen->key = key_met(batch, &command->asked, view);
    text_set(seen->operator, sizeof seen->operator, view->operator);
    seen->participant_known = text_equal(view->participants, command->participants);
}

/* ---- what it leaves ---- */

static const char *const dispositions[] = {[COMMAND_APPLIED] = "applied",
                                           [COMMAND_PROPOSED] = "applied",
                                           [COMMAND_REPEATED] = "repeated",
                                           [COMMAND_RECORDED] = "recorded",
                                           [COMMAND_REFUSED] = "refused"};

static struct bytes write_record(struct batch *batch, const struct command *command,
                                 const struct command_seen *seen) {
    struct buffer record;
    buffer_init(&record, RECORD_LIMIT);
    record_write(&command_asked_record, "asked", &command->asked, &record);
    record_write(&command_seen_record, "seen", seen, &record);
    struct bytes kept = {arena_copy(&batch->arena, record.data, record.length), record.length};
    buffer_wipe(&record);
    return kept;
}

/* The first under its key owns the key. */
static void own_key(struct batch *batch, const struct command *command, const struct store_command *row) {
    if (uuid_is_nil(&row->identity))
        return;
    struct store_identity *identity = array_push(&batch->identities);
    identity->key = row->identity;
    identity->instruction = row->id;
    memcpy(identity->content_hash, command->asked.content_hash, sizeof identity->content_hash);
}

static void add_row(struct batch *batch, struct flow_item *item, const struct command_seen *seen,
                    const struct uuid *approval) {
    const struct command *command = item->context;
    const struct result *why = &command->why;
    struct store_command *row = array_push(&batch->commands);
    row->id = batch->inputs.items[batch->inputs.count - 1].id;
    row->order = command->asked.order;
    text_set(row->operator, sizeof row->operator, command->operator);
    row->verdict = command->verdict;
    if (command->verdict == COMMAND_REFUSED) {
        row->reason = why->reason;
        emit_words(row->field, sizeof row->field, why->where);
        emit_words(row->detail, sizeof row->detail, why->detail);
    }
    row->answer = command->answer.data ? command->answer : bytes_of_string("");
    row->approval = *approval;
    row->at = seen->now;
    row->record = write_record(batch, command, seen);
    batch->flow->ports.random.fill(batch->flow->ports.random.self, row->salt, sizeof row->salt);
    proof_leaf(row->record.data, row->record.length, row->salt, row->leaf);
    if (seen->key == KEY_NEW) {
        row->identity = command->asked.key;
        own_key(batch, command, row);
    }
}

static void keep(struct batch *batch, struct flow_item *item, const struct command_seen *seen,
                 const struct uuid *approval) {
    struct command *command = item->context;
    item->refusal = command->why;
    item->reason = command->why.reason;
    emit_input(batch, item, dispositions[command->verdict], NULL, true);
    add_row(batch, item, seen, approval);
}

/* ---- deciding ---- */

static void forget_answer(struct command *command) {
    free((void *)command->answer.data);
    command->answer = (struct bytes){0};
    command->why = result_ok();
    command->waits = false;
}

static void answer(struct command *command, json_t *json) {
    char *text = json_dumps(json, JSON_COMPACT);
    command->answer = bytes_of_string(text);
    json_decref(json);
}

/* What came before is told again; it may have been refused. */
static void repeat(struct command *command, const struct store_answer *before) {
    command->waits = before->verdict == COMMAND_PROPOSED;
    if (before->verdict == COMMAND_REFUSED)
        command->why = result_refuse(before->reason, before->field, "%s", before->detail);
    else
        command->answer = (struct bytes){must_memdup(before->answer.data, before->answer.length + 1),
                                         before->answer.length};
}

static struct uuid propose(struct batch *batch, const struct flow_item *item,
                           const struct order_case *order) {
    json_t *changes = order_answer_changes(order);
    char *text = json_dumps(changes, JSON_COMPACT);
    struct bytes kept = {arena_copy(&batch->arena, text, strlen(text)), strlen(text)};
    struct uuid approval = order_effect_propose(batch, order, item->payload, kept);
    answer(order->command, order_answer_proposed(order, &approval, changes));
    free(text);
    return approval;
}

static void act(struct batch *batch, struct flow_item *item, const struct order_case *order,
                const struct store_answer *before, struct uuid *approval) {
    struct command *command = order->command;
    switch (command->verdict) {
    case COMMAND_APPLIED:
        order_effect_apply(batch, order);
        answer(command, order_answer_done(order));
        return;
    case COMMAND_PROPOSED:
        *approval = propose(batch, item, order);
        command->waits = true;
        return;
    case COMMAND_RECORDED:
        answer(command, order_answer_done(order));
        return;
    case COMMAND_REPEATED:
        repeat(command, before);
        return;
    default:
        order_effect_refuse(batch, order);
    }
}

static void fold(struct batch *batch, struct flow_item *item) {
    struct command *command = item->context;
    struct store_order_view *view = batch_order_view(batch, item);
    struct corridor rules = {0};
    struct command_seen seen;
    struct command_decision decision;
    struct uuid approval = command->asked.approval;
    if (!record_read(&corridor_record, "corridor", view->document, &rules)) {
        batch->failure = result_fatal("the rules of %s cannot be read", command->asked.corridor);
        return;
    }
    rules.version = view->corridor_version;
    forget_answer(command);
    if (item->is_unkeepable)
        command->refusal = item->refusal;
    command->asked.refusal = command->refusal.reason;
    emit_words(command->asked.refusal_field, sizeof command->asked.refusal_field, command->refusal.where);
    see(batch, command, view, &seen);
    see_rules(command, &rules, order_effect_is_unchanged(command, view->document), &seen);
    decide_command(&command->asked, &seen, &decision);
    struct order_case order = {command, &seen, &rules, command_effect(&command->asked, &seen),
                               view->participants};
    command->verdict = decision.verdict;
    if (decision.verdict == COMMAND_REFUSED)
        command->why = order_answer_refused(&order, &decision);
    act(batch, item, &order, &view->before, &approval);
    keep(batch, item, &seen, &approval);
}

/* ---- on the way ---- */

static void finish(struct command *command) {
    command->done(command->context, command);
    free((void *)command->answer.data);
    free(command);
}

/* The rules are in force when whoever ordered them hears of it. */
static void on_done(struct flow *flow, struct flow_item *item, int reason, const char *detail) {
    struct command *command = item->context;
    (void)reason, (void)detail;
    bool is_kept =
        item->kind == ITEM_COMMAND && (result_is_ok(&item->refusal) || !result_is_ok(&command->why));
    if (!is_kept) {
        command->verdict = COMMAND_REFUSED;
        command->why = item->refusal;
    } else if (command->verdict == COMMAND_APPLIED && command->corridor.version > 0) {
        command->why = flow_set_corridor(flow, &command->corridor);
    }
    finish(command);
}

static void add_line(char *lines, size_t size, const char *text) {
    size_t used = strlen(lines);
    if (*text)
        snprintf(lines + used, size - used, "%s%s", used ? "\n" : "", text);
}

/* Whom the order speaks of. */
static void name_participants(struct command *command) {
    char *lines = command->participants;
    size_t size = sizeof command->participants;
    add_line(lines, size, command->asked.participant);
    add_line(lines, size, command->corridor.home.bic);
    add_line(lines, size, command->corridor.peer.bic);
    for (size_t i = 0; i < CORRIDOR_MAX_PROVIDERS; i++)
        add_line(lines, size, command->corridor.fx.providers[i]);
}

static void name_wanted(struct command *command) {
    const struct command_asked *asked = &command->asked;
    struct store_order *order = &command->order;
    text_set(order->certificate, sizeof order->certificate, asked->certificate);
    order->identity = asked->key;
    order->approval = asked->approval;
    text_set(order->corridor, sizeof order->corridor, asked->corridor);
    order->account = command->account;
    text_set(order->operator, sizeof order->operator, asked->operator);
    text_set(order->operator_certificate, sizeof order->operator_certificate, asked->operator_certificate);
    name_participants(command);
    order->participants = command->participants;
}

void command_identify(struct command *command, const char *key) {
    struct buffer content;
    buffer_init(&content, command->request.length + 256);
    buffer_addf(&content, "%s\n", order_names[command->asked.order]);
    buffer_add(&content, command->request.data, command->request.length);
    identity_hash(buffer_bytes(&content), command->asked.content_hash);
    buffer_wipe(&content);
    if (*key)
        command->asked.key = identity_of_command(command->operator, key);
}

void door_command(struct command *command) {
    struct flow *flow = command->flow;
    struct flow_item *item = flow_item_new(ITEM_COMMAND, DOOR_COMMAND);
    name_wanted(command);
    item->received = flow_now(flow);
    item->command = fold;
    item->order = &command->order;
    item->stands_alone = order_row(command->asked.order)->stands_alone;
    item->done = on_done;
    item->context = command;
    item->payload =
        (struct bytes){must_memdup(command->request.data, command->request.length), command->request.length};
    text_set(item->event.source, sizeof item->event.source, command->operator);
    text_set(item->event.id, sizeof item->event.id, order_names[command->asked.order]);
    text_set(item->corridor, sizeof item->corridor, command->asked.corridor);
    step_submit(flow, item);
}
