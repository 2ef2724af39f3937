#include "flow/fold.h"

#include <string.h>

#include "base/text.h"
#include "core/reasons.h"
#include "flow/draft.h"
#include "flow/emit.h"
#include "flow/identity.h"
#include "flow/progress.h"
#include "host/log.h"
#include "host/metrics.h"
#include "proof/proof.h"

enum { RECORD_LIMIT = 64 * 1024 };

static struct store_identity *known_identity(struct batch *batch, const struct uuid *key) {
    for (size_t i = 0; i < batch->known.count; i++)
        if (uuid_equal(&batch->known.items[i].key, key))
            return &batch->known.items[i];
    return NULL;
}

static void add_identity(struct batch *batch, struct uuid key, const uint8_t hash[32],
                         const struct uuid *instruction) {
    if (known_identity(batch, &key))
        return;
    struct store_identity row = {.key = key, .instruction = *instruction};
    memcpy(row.content_hash, hash, sizeof row.content_hash);
    *array_push(&batch->known) = row;
    *array_push(&batch->identities) = row;
}

/* What is known under the event's source and id; NULL: it came for the first time, or has none. */
static const struct store_identity *heard_before(struct batch *batch, const struct event *event) {
    if (!event->id[0])
        return NULL;
    struct uuid key = identity_of_event(event->source, event->id);
    return known_identity(batch, &key);
}

static struct batch_instruction *slot_of(struct batch *batch, const struct instruction_key *key) {
    for (size_t i = 0; i < batch->instructions.count; i++)
        if (instruction_key_equal(&batch->instructions.items[i].now.key, key))
            return &batch->instructions.items[i];
    return NULL;
}

/* ---- what decide may see ---- */

static void see_quote(struct batch *batch, const struct event *event, struct seen *seen) {
    for (size_t i = 0; i < batch->quotes.count; i++)
        if (uuid_equal(&batch->quotes.items[i].id, &event->payment.quote_id))
            seen->quote = batch->quotes.items[i];
}

static void see_corridor(struct batch *batch, const struct flow_link *link, int direction,
                         struct seen *seen) {
    const struct store_corridor_view *view = batch_view(batch, link->corridor.name);
    if (!view)
        return;
    seen->best_rate = view->best_rate;
    seen->headroom = direction == OUTBOUND ? view->foreign_headroom : view->peer_headroom;
    seen->reserved = view->reserved;
    seen->peer_open = !link->unreachable;
}

static void see_lock(struct batch *batch, const struct event *event, struct seen *seen) {
    if (uuid_is_nil(&event->lock_id))
        return;
    struct uuid lock = identity_of_lock(event->source, &event->lock_id);
    seen->lock_known = known_identity(batch, &lock) != NULL;
}

static void see(struct batch *batch, struct flow_item *item, const struct event *event, struct seen *seen) {
    const struct flow_draft *draft = draft_of(batch, item);
    *seen = (struct seen){
        .now = draft->now, .new_instruction = draft->new_instruction, .new_uetr = event->key.uetr};
    identity_format_message(&draft->message, seen->message_id);
    if (item->link)
        see_corridor(batch, item->link, event->key.direction, seen);
    if (event->type != EVENT_TRANSFER_INITIATED)
        return;
    see_quote(batch, event, seen);
    see_lock(batch, event, seen);
}

/* ---- what a decision leaves behind ---- */

static void add_transition(struct batch *batch, const struct instruction *before, const struct event *event,
                           const struct flow_link *link, const struct seen *seen,
                           const struct decision *decision) {
    struct buffer record;
    buffer_init(&record, RECORD_LIMIT);
    record_write(&event_record, "event", event, &record);
    record_write(&seen_record, "seen", seen, &record);
    struct store_transition *row = array_push(&batch->transitions);
    row->id = flow_new_id(batch->flow);
    row->instruction = decision->after.id;
    row->version = decision->after.version;
    row->from = before->state;
    row->to = decision->after.state;
    row->event = event->type;
    row->verdict = decision->verdict;
    row->reason = decision->reason;
    row->corridor_version = link ? link->corridor.version : 0;
    row->at = seen->now;
    row->record = (struct bytes){arena_copy(&batch->arena, record.data, record.length), record.length};
    batch->flow->ports.random.fill(batch->flow->ports.random.self, row->salt, sizeof row->salt);
    proof_leaf(row->record.data, row->record.length, row->salt, row->leaf);
    buffer_wipe(&record);
}

static void add_message(struct batch *batch, const struct instruction *instruction,
                        const struct flow_item *item) {
    struct store_message *row = array_push(&batch->messages);
    row->id = flow_new_id(batch->flow);
    row->instruction = instruction->id;
    text_set(row->corridor, sizeof row->corridor, instruction->key.corridor);
    row->direction = INBOUND;
    row->type = item->message_type;
    text_set(row->message_id, sizeof row->message_id, item->event.message_id);
    text_set(row->business_message_id, sizeof row->business_message_id, item->event.business_message_id);
    row->body = item->payload;
    memcpy(row->content_hash, item->event.content_hash, sizeof row->content_hash);
    text_set(row->traceparent, sizeof row->traceparent, item->event.traceparent);
    row->at = flow_now(batch->flow);
}

static void send_message(struct batch *batch, struct flow_link *link, const struct decision *decision,
                         const struct store_message *message) {
    *array_push(&batch->messages) = *message;
    struct batch_send send = {.message = message->id,
                              .instruction = decision->after.id,
                              .key = decision->after.key,
                              .peer_message = decision->peer_message,
                              .body = message->body};
    text_set(send.traceparent, sizeof send.traceparent, message->traceparent);
    batch_send(batch, link, &send, 1);
}

/* `heard`: the same event was decided before; what it is told again goes out under its first id. */
static void add_emissions(struct batch *batch, struct flow_item *item, const struct instruction *before,
                          const struct decision *decision, bool heard) {
    for (size_t i = 0; i < decision->emission_count; i++) {
        int type = decision->emissions[i];
        bool again = decision->verdict == VERDICT_REPEATED ||
                     (heard && decision->verdict != VERDICT_APPLIED) ||
                     (type == WALLET_CREDIT_REQUESTED && before->state != STATE_NONE);
        emit_transfer(batch, item, before, &decision->after, type, decision->reason, again);
    }
}

static void use_quote(struct batch *batch, const struct decision *decision, const struct seen *seen) {
    struct store_quote_use *use = array_push(&batch->quote_uses);
    use->quote = seen->quote.id;
    use->instruction = decision->after.id;
    for (size_t i = 0; i < batch->quotes.count; i++)
        if (uuid_equal(&batch->quotes.items[i].id, &seen->quote.id))
            batch->quotes.items[i].used_by = decision->after.id;
}

static void remember(struct batch *batch, const struct event *event, const struct instruction *before,
                     const struct instruction *after) {
    if (event->id[0])
        add_identity(batch, identity_of_event(event->source, event->id), event->content_hash, &after->id);
    if (before->state != STATE_NONE || uuid_is_nil(&after->id))
        return;
    add_identity(batch, identity_of_instruction(&after->key), event->content_hash, &after->id);
    if (event->type == EVENT_TRANSFER_INITIATED && !uuid_is_nil(&event->lock_id))
        add_identity(batch, identity_of_lock(event->source, &event->lock_id), event->content_hash,
                     &after->id);
}

static void fold_money(struct batch *batch, const struct decision *decision, const struct seen *seen) {
    for (size_t i = 0; i < decision->posting_count; i++)
        batch_post(batch, &decision->after.id, decision->after.key.corridor, &decision->postings[i]);
    if (decision->uses_quote)
        use_quote(batch, decision, seen);
}

static void fold_decision(struct batch *batch, struct flow_item *item, struct batch_instruction *slot,
                          const struct event *event, const struct seen *seen,
                          const struct decision *decision) {
    struct instruction before = slot->now;
    bool exists = !uuid_is_nil(&decision->after.id), heard = heard_before(batch, event) != NULL;
    if (exists) {
        add_transition(batch, &before, event, item->link, seen, decision);
        progress_note(batch, item, &before, decision);
    }
    if (decision->verdict == VERDICT_APPLIED) {
        slot->now = decision->after;
        slot->changed = true;
    }
    fold_money(batch, decision, seen);
    remember(batch, event, &before, &decision->after);
    if (exists)
        add_emissions(batch, item, &before, decision, heard);
    if (decision->peer_message == PEER_MESSAGE_REPEAT)
        *array_push(&batch->again) = (struct batch_again){decision->after.id, item->link};
    if (decision->opens_case && !heard)
        emit_case(batch, event->key.corridor, exists ? &decision->after.id : NULL,
                  reason_row(decision->reason)->rule, decision->case_note);
}

/* ---- one event ---- */

static bool needs_building(const struct decision *decision) {
    return decision->peer_message == PEER_MESSAGE_PAYMENT || decision->peer_message == PEER_MESSAGE_STATUS;
}

static void log_unbuilt(const struct event *event, const struct result *why) {
    char uetr[UUID_TEXT_SIZE];
    uuid_format(&event->key.uetr, uetr);
    log_write(LOG_ERROR, "message.not_built", "corridor", event->key.corridor, "uetr", uetr, "where",
              why->where, "detail", why->detail, NULL);
}

/* The dialect cannot say it. A payment never leaves then; a status is owed for what has happened all the
 * same, so a person has to say it. */
static void fold_unsaid(struct batch *batch, struct flow_item *item, struct batch_instruction *slot,
                        const struct event *event, const struct seen *seen, struct decision *decision,
                        const struct result *why) {
    if (decision->peer_message == PEER_MESSAGE_PAYMENT) {
        struct event refused = *event;
        refused.refusal = why->reason;
        text_set(refused.refusal_field, sizeof refused.refusal_field, why->where);
        decide(&slot->now, &refused, &item->link->corridor, seen, decision);
        fold_decision(batch, item, slot, &refused, seen, decision);
        return;
    }
    fold_decision(batch, item, slot, event, seen, decision);
    emit_case(batch, event->key.corridor, &decision->after.id, "message.not_built",
              "a status could not be built and is owed to the peer");
}

static void decide_and_fold(struct batch *batch, struct flow_item *item, struct batch_instruction *slot,
                            const struct event *event, struct decision *decision) {
    struct seen seen;
    see(batch, item, event, &seen);
    int64_t since = metrics_clock();
    decide(&slot->now, event, item->link ? &item->link->corridor : NULL, &seen, decision);
    metrics_station(STATION_DECIDE, since);
    if (!needs_building(decision)) {
        fold_decision(batch, item, slot, event, &seen, decision);
        return;
    }
    struct store_message message;
    struct result built = draft_build(batch, item, decision, &message);
    if (result_is_ok(&built)) {
        fold_decision(batch, item, slot, event, &seen, decision);
        send_message(batch, item->link, decision, &message);
        return;
    }
    log_unbuilt(event, &built);
    if (built.kind == RESULT_REFUSE)
        fold_unsaid(batch, item, slot, event, &seen, decision, &built);
    else
        batch->failure = built;
}

/* A payment that is reserved leaves at once while the way is open; otherwise it waits, unbuilt. */
static void dispatch(struct batch *batch, struct flow_item *item, struct batch_instruction *slot) {
    if (slot->now.state != STATE_RESERVED || !item->link || item->link->unreachable)
        return;
    struct event event = {.type = EVENT_DISPATCH, .key = slot->now.key};
    struct decision decision;
    decide_and_fold(batch, item, slot, &event, &decision);
}

/* Same source and id, other content: nothing of it may be believed (money.md, "Collision"). Whether exactly
 * this has come before is asked only now. */
static void refuse_collision(struct batch *batch, struct flow_item *item) {
    const struct event *event = &item->event;
    batch->incomplete |= !item->collided;
    item->collided = true;
    item->verdict = VERDICT_REFUSED;
    item->reason = REASON_COLLISION;
    emit_input(batch, item, verdict_names[VERDICT_REFUSED], NULL, true);
    if (item->door == DOOR_WALLET)
        emit_refused(batch, item, REASON_COLLISION, "/id", false);
    struct uuid nobody = {0}, key = identity_of_collision(event->source, event->id, event->content_hash);
    if (known_identity(batch, &key))
        return;
    add_identity(batch, key, event->content_hash, &nobody);
    emit_case(batch, event->key.corridor, NULL, reason_row(REASON_COLLISION)->rule,
              "an id came again with other content");
}

static void keep_input(struct batch *batch, const struct flow_item *item, const struct decision *decision) {
    bool exists = !uuid_is_nil(&decision->after.id);
    bool as_message = item->door == DOOR_PEER && exists && decision->verdict != VERDICT_REPEATED;
    emit_input(batch, item, verdict_names[decision->verdict], exists ? &decision->after.id : NULL,
               !as_message && decision->verdict != VERDICT_REPEATED);
    if (as_message)
        add_message(batch, &decision->after, item);
}

/* A message that names no payment, so that there is nothing to decide on. */
static void refuse_nameless(struct batch *batch, struct flow_item *item) {
    item->verdict = VERDICT_REFUSED;
    item->reason = REASON_NO_MATCH;
    emit_input(batch, item, verdict_names[VERDICT_REFUSED], NULL, true);
}

void fold_event(struct batch *batch, struct flow_item *item) {
    const struct store_identity *heard = heard_before(batch, &item->event);
    if (heard && memcmp(heard->content_hash, item->event.content_hash, 32) != 0) {
        refuse_collision(batch, item);
        return;
    }
    struct batch_instruction *slot = slot_of(batch, &item->event.key);
    if (!slot) {
        refuse_nameless(batch, item);
        return;
    }
    struct decision decision;
    decide_and_fold(batch, item, slot, &item->event, &decision);
    item->verdict = decision.verdict;
    item->reason = decision.verdict == VERDICT_REFUSED ? decision.reason : REASON_NONE;
    keep_input(batch, item, &decision);
    if (decision.verdict == VERDICT_REFUSED && uuid_is_nil(&decision.after.id) && item->door == DOOR_WALLET)
        emit_refused(batch, item, decision.reason,
                     decision.reason == REASON_LOCK_KNOWN ? "/lock/id" : "/subject", false);
    dispatch(batch, item, slot);
}

void fold_refused_input(struct batch *batch, struct flow_item *item) {
    item->verdict = VERDICT_REFUSED;
    item->reason = item->refusal.reason;
    emit_input(batch, item, item->door == DOOR_WALLET ? "quarantined" : "refused", NULL, true);
    if (item->door == DOOR_WALLET)
        emit_refused(batch, item, item->refusal.reason, item->refusal.where, true);
}

void fold_resend(struct batch *batch, struct flow_item *item) {
    struct batch_send send = {.message = item->message,
                              .instruction = item->instruction,
                              .key = item->event.key,
                              .peer_message = item->peer_message,
                              .body = item->payload};
    text_set(send.traceparent, sizeof send.traceparent, item->traceparent);
    batch_send(batch, item->link, &send, item->attempt_number);
}
