#include "flow/emit.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "core/reasons.h"
#include "flow/identity.h"
#include "flow/progress.h"
#include "flow/wallet_event.h"

enum { WALLET_EVENT_LIMIT = 64 * 1024 };

static void write_body(struct batch *batch, const struct wallet_notice *notice,
                       struct store_wallet_event *row) {
    struct buffer body;
    buffer_init(&body, WALLET_EVENT_LIMIT);
    wallet_event_write(notice, &body);
    row->body = (struct bytes){arena_copy(&batch->arena, body.data, body.length), body.length};
    buffer_wipe(&body);
}

/* One payer's events stay in order outbound, one payment's inbound. */
static void set_key(struct store_wallet_event *row, const struct instruction *instruction) {
    if (instruction->key.direction == OUTBOUND && instruction->payment.debtor_account[0]) {
        text_set(row->key, sizeof row->key, instruction->payment.debtor_account);
        return;
    }
    uuid_format(&instruction->key.uetr, row->key);
}

/* What is told again goes out under the id of the first time, so that no wallet acts twice. */
static int64_t version_of(const struct instruction *instruction, int type) {
    return type == WALLET_CREDIT_REQUESTED ? 1 : instruction->told_version;
}

/* Of the payment, not of our row of it: a gateway whose database was restored, and that decides a forgotten
 * payment again, must not look like another payment to the wallet. */
static struct uuid id_of_event(const struct instruction *instruction, int64_t version, const char *type) {
    struct uuid payment = identity_of_instruction(&instruction->key);
    return identity_of_wallet_event(&payment, version, type);
}

static void add_event(struct batch *batch, const struct store_wallet_event *row, struct turn turn) {
    *array_push(&batch->wallet_events) = *row;
    *array_push(&batch->turns) = turn;
}

/* What the wallet has to hear before it hears of the next step. */
static struct turn turn_after(const struct instruction *before) {
    if (before->key.direction != OUTBOUND || before->state == STATE_NONE)
        return (struct turn){0};
    const char *type = wallet_event_type_names[wallet_event_of_state(before->state)];
    return (struct turn){id_of_event(before, before->told_version, type), before->told_version};
}

void emit_transfer(struct batch *batch, struct flow_item *item, const struct instruction *before,
                   const struct instruction *instruction, int type, int reason, bool repeated) {
    struct store_wallet_event row = {.instruction = instruction->id, .at = flow_now(batch->flow)};
    row.version = version_of(instruction, type);
    row.type = wallet_event_type_names[type];
    row.id = id_of_event(instruction, row.version, row.type);
    text_set(row.topic, sizeof row.topic, batch->flow->settings.topic_out);
    set_key(&row, instruction);
    char traceparent[TRACE_TEXT_SIZE];
    progress_traceparent(item, instruction, traceparent);
    struct wallet_notice notice = {.type = type,
                                   .id = row.id,
                                   .source = batch->flow->settings.source,
                                   .key = row.key,
                                   .time = row.at,
                                   .instruction = instruction,
                                   .traceparent = traceparent,
                                   .causation_id = item->event.id,
                                   .reason = reason,
                                   .reason_field = instruction->reason_field};
    if (type == WALLET_EVENT_REFUSED) {
        notice.refused_source = item->event.source;
        notice.refused_id = item->event.id;
        notice.refused_hash = item->event.content_hash;
        row.version = 0; /* no step of the payment's */
        row.id = identity_of_refusal(&instruction->id, item->event.source, item->event.id);
        notice.id = row.id;
    }
    write_body(batch, &notice, &row);
    if (repeated)
        *array_push(&batch->repeats) = row;
    else
        add_event(batch, &row, type == WALLET_EVENT_REFUSED ? (struct turn){0} : turn_after(before));
}

static void emit_about_input(struct batch *batch, const struct flow_item *item, int type, int reason,
                             const char *where) {
    char place[512];
    snprintf(place, sizeof place, "%s/%s/%" PRId32 "/%" PRId64 "/%s", wallet_event_type_names[type],
             batch->flow->settings.incarnation, item->partition, item->offset, item->topic);
    struct uuid nobody = {0};
    uint8_t hash[32];
    identity_hash(item->payload, hash);
    struct store_wallet_event row = {.type = wallet_event_type_names[type], .at = flow_now(batch->flow)};
    row.id = identity_of_wallet_event(&nobody, 0, place);
    text_set(row.topic, sizeof row.topic, batch->flow->settings.topic_out);
    text_set(row.key, sizeof row.key, item->event.id);
    struct wallet_notice notice = {.type = type,
                                   .id = row.id,
                                   .source = batch->flow->settings.source,
                                   .key = row.key,
                                   .time = row.at,
                                   .causation_id = item->event.id,
                                   .reason = reason,
                                   .reason_field = where,
                                   .refused_source = item->event.source,
                                   .refused_id = item->event.id,
                                   .refused_hash = hash,
                                   .text = reason_row(reason)->text};
    write_body(batch, &notice, &row);
    add_event(batch, &row, (struct turn){0});
}

void emit_refused(struct batch *batch, const struct flow_item *item, int reason, const char *where,
                  bool alert) {
    emit_about_input(batch, item, WALLET_EVENT_REFUSED, reason, where);
    if (alert)
        emit_about_input(batch, item, WALLET_ALERT, reason, where);
}

void emit_words(char *to, size_t size, const char *words) {
    text_set(to, size, words);
    for (; *to; to++)
        if ((unsigned char)*to >= 0x80)
            *to = '?';
}

void emit_input(struct batch *batch, const struct flow_item *item, const char *disposition,
                const struct uuid *instruction, bool keep_payload) {
    if (!item->payload.data || item->door == DOOR_TIMER)
        return;
    struct store_input *row = array_push(&batch->inputs);
    row->id = flow_new_id(batch->flow);
    row->door = door_names[item->door];
    text_set(row->topic, sizeof row->topic, item->topic);
    row->partition = item->partition;
    row->offset = item->offset;
    if (item->topic[0])
        text_set(row->incarnation, sizeof row->incarnation, batch->flow->settings.incarnation);
    text_set(row->source, sizeof row->source, item->event.source);
    text_set(row->event_id, sizeof row->event_id, item->event.id);
    row->payload = keep_payload ? item->payload : (struct bytes){"", 0};
    identity_hash(item->payload, row->hash);
    row->disposition = disposition;
    row->reason = item->reason;
    emit_words(row->detail, sizeof row->detail, item->refusal.detail);
    if (instruction)
        row->instruction = *instruction;
    row->at = flow_now(batch->flow);
}

void emit_case(struct batch *batch, const char *corridor, const struct uuid *instruction, const char *cause,
               const char *note) {
    struct store_case *row = array_push(&batch->cases);
    row->id = flow_new_id(batch->flow);
    if (instruction)
        row->instruction = *instruction;
    text_set(row->corridor, sizeof row->corridor, corridor);
    row->cause = cause;
    text_set(row->note, sizeof row->note, note);
    row->at = flow_now(batch->flow);
}
