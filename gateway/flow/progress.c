#include "flow/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/reasons.h"
#include "host/log.h"
#include "host/metrics.h"

/* ---- the item's place in the payment's trace ---- */

static bool same_trace(const struct trace_context *left, const struct trace_context *right) {
    return memcmp(left->trace, right->trace, sizeof left->trace) == 0;
}

/* A payment that came without a trace begins one under its UETR, which both gateways know. */
static void find_trace(const struct instruction *instruction, struct item_trace *trace) {
    struct trace_context begun;
    trace->own = (struct trace_context){.sampled = true};
    if (!trace_parse(instruction->traceparent, &begun)) {
        memcpy(trace->own.trace, instruction->key.uetr.bytes, sizeof trace->own.trace);
        return;
    }
    trace->own = begun;
    memcpy(trace->parent, begun.span, sizeof trace->parent);
}

static void locate(struct flow_item *item, const struct instruction *instruction) {
    struct item_trace *trace = &item->trace;
    struct trace_context came;
    if (trace->located)
        return;
    find_trace(instruction, trace);
    if (trace_parse(item->event.traceparent, &came) && same_trace(&came, &trace->own))
        memcpy(trace->parent, came.span, sizeof trace->parent);
    trace_new_span(trace->own.span);
    trace->located = true;
}

void progress_traceparent(struct flow_item *item, const struct instruction *instruction,
                          char out[TRACE_TEXT_SIZE]) {
    if (!trace_is_on()) {
        text_set(out, TRACE_TEXT_SIZE, instruction->traceparent);
        return;
    }
    locate(item, instruction);
    trace_format(&item->trace.own, out);
}

bool progress_begin(const char *traceparent, struct trace_span *out) {
    *out = (struct trace_span){.begun = trace_clock()};
    if (!trace_is_on() || !trace_parse(traceparent, &out->own))
        return false;
    memcpy(out->parent, out->own.span, sizeof out->parent);
    trace_new_span(out->own.span);
    return true;
}

/* ---- what is noted ---- */

void progress_note(struct batch *batch, struct flow_item *item, const struct instruction *before,
                   const struct decision *decision) {
    const struct instruction *after = &decision->after;
    if (trace_is_on())
        locate(item, after);
    if (decision->verdict != VERDICT_APPLIED || before->state == after->state)
        return;
    struct batch_progress *progress = array_push(&batch->progress);
    *progress = (struct batch_progress){.key = after->key,
                                        .state = after->state,
                                        .reason = decision->reason,
                                        .received_at = after->received_at};
    text_set(progress->reason_code, sizeof progress->reason_code, after->reason_code);
}

/* ---- what is told ---- */

/* The rule of ours that says why, or the code of the peer or wallet that does. */
static const char *why(const struct batch_progress *progress) {
    bool theirs = progress->reason == REASON_NONE && progress->reason_code[0];
    return theirs ? progress->reason_code : reason_row(progress->reason)->rule;
}

static void log_trouble(const struct batch_progress *progress) {
    char uetr[UUID_TEXT_SIZE];
    bool in_doubt = progress->state == STATE_IN_DOUBT || progress->state == STATE_CREDIT_IN_DOUBT;
    if (!in_doubt && progress->state != STATE_REJECTED && progress->state != STATE_BLOCKED)
        return;
    uuid_format(&progress->key.uetr, uetr);
    log_write(in_doubt ? LOG_WARNING : LOG_INFO, in_doubt ? "payment.in_doubt" : "payment.not_settled",
              "corridor", progress->key.corridor, "uetr", uetr, "direction",
              direction_names[progress->key.direction], "state", state_names[progress->state], "reason",
              why(progress), NULL);
}

static void tell(struct flow *flow, const struct batch_progress *progress) {
    const char *corridor = progress->key.corridor, *direction = direction_names[progress->key.direction],
               *state = state_names[progress->state];
    metrics_count(METRIC_PAYMENTS, corridor, direction, state, why(progress));
    log_trouble(progress);
    if (!state_is_final(progress->state))
        return;
    int64_t milliseconds = flow_now(flow) - progress->received_at;
    metrics_observe(METRIC_PAYMENT, milliseconds * 1000000, corridor, direction, state);
}

/* Where it lies, so that whoever wrote it finds it; what it says is nobody's to read here. */
static void log_quarantined(const struct store_input *input) {
    char partition[16], offset[24];
    snprintf(partition, sizeof partition, "%" PRId32, input->partition);
    snprintf(offset, sizeof offset, "%" PRId64, input->offset);
    log_write(LOG_ERROR, "input.quarantined", "door", input->door, "topic", input->topic, "partition",
              partition, "offset", offset, "reason", reason_row(input->reason)->rule, NULL);
}

static void tell_inputs(const struct batch *batch) {
    for (size_t i = 0; i < batch->inputs.count; i++) {
        const struct store_input *input = &batch->inputs.items[i];
        metrics_count(METRIC_INPUTS, input->door, input->disposition, reason_row(input->reason)->rule);
        if (text_equal(input->disposition, "quarantined"))
            log_quarantined(input);
    }
}

static void tell_span(struct flow_item *item) {
    static const enum trace_kind kinds[] = {[DOOR_WALLET] = TRACE_CONSUMER,
                                            [DOOR_PEER] = TRACE_SERVER,
                                            [DOOR_COMMAND] = TRACE_SERVER,
                                            [DOOR_TIMER] = TRACE_INTERNAL};
    char uetr[UUID_TEXT_SIZE];
    if (!item->trace.located)
        return;
    uuid_format(&item->event.key.uetr, uetr);
    item->trace.committed = trace_clock();
    struct trace_span span = {.own = item->trace.own,
                              .name = event_type_names[item->event.type],
                              .kind = kinds[item->door],
                              .begun = item->trace.begun,
                              .ended = item->trace.committed,
                              .attributes = {{"pontis.corridor", item->event.key.corridor},
                                             {"pontis.uetr", uetr},
                                             {"pontis.door", door_names[item->door]},
                                             {"pontis.verdict", verdict_names[item->verdict]},
                                             {"pontis.reason", reason_row(item->reason)->rule}}};
    memcpy(span.parent, item->trace.parent, sizeof span.parent);
    trace_tell(&span);
}

void progress_committed(struct batch *batch) {
    for (size_t i = 0; i < batch->progress.count; i++)
        tell(batch->flow, &batch->progress.items[i]);
    tell_inputs(batch);
    metrics_observe(METRIC_BATCH_ITEMS, (int64_t)batch->items.count, NULL);
    for (size_t i = 0; trace_is_on() && i < batch->items.count; i++)
        tell_span(batch->items.items[i]);
}

void progress_answered(const struct flow_item *item) {
    struct trace_span span = {.own = item->trace.own,
                              .name = "answer",
                              .kind = TRACE_INTERNAL,
                              .begun = item->trace.committed,
                              .ended = trace_clock(),
                              .attributes = {{"pontis.reason", reason_row(item->reason)->rule}}};
    metrics_station(STATION_ANSWER, item->arrived);
    if (!item->trace.committed)
        return;
    memcpy(span.parent, span.own.span, sizeof span.parent);
    trace_new_span(span.own.span);
    trace_tell(&span);
}
