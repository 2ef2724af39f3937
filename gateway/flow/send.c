#include "flow/send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "flow/progress.h"
#include "flow/publish.h"
#include "flow/step.h"
#include "host/log.h"
#include "host/metrics.h"

enum { SEND_DEADLINE = 10000 };

/* ---- messages to the peer ---- */

struct sending {
    struct flow *flow;
    struct batch_send send; /* its body is a copy */
    char url[512];
    int64_t since; /* metrics_clock */
    struct trace_span span;
    char traceparent[TRACE_TEXT_SIZE]; /* of the span, or what was stored */
};

static const char *const outcome_names[] = {
    [WIRE_DELIVERED] = "delivered", [WIRE_NOT_SENT] = "not_sent", [WIRE_UNKNOWN] = "unknown"};

static void queue_attempt_end(struct sending *sending, const struct wire_response *response) {
    struct flow_item *item = flow_item_new(ITEM_ATTEMPT_END, DOOR_TIMER);
    item->end = (struct store_attempt_end){.attempt = sending->send.attempt,
                                           .message = sending->send.message,
                                           .outcome = outcome_names[response->outcome],
                                           .http_status = response->http_status,
                                           .at = flow_now(sending->flow)};
    snprintf(item->end.detail, sizeof item->end.detail, "%s", response->detail);
    step_submit(sending->flow, item);
}

/* No HTTP status decides a payment (money.md, section 2): only that we do not know. */
static void queue_unknown(struct sending *sending) {
    struct flow_item *item = flow_item_new(ITEM_EVENT, DOOR_TIMER);
    item->link = sending->send.link;
    item->event = (struct event){.type = EVENT_DELIVERY_UNKNOWN, .key = sending->send.key};
    step_submit(sending->flow, item);
}

static void tell(struct sending *sending, const struct wire_response *response) {
    const char *outcome = outcome_names[response->outcome];
    char uetr[UUID_TEXT_SIZE];
    uuid_format(&sending->send.key.uetr, uetr);
    metrics_station(STATION_SEND, sending->since);
    metrics_count(METRIC_SENDINGS, sending->send.key.corridor, outcome);
    sending->span.ended = trace_clock();
    sending->span.failed = response->outcome != WIRE_DELIVERED;
    sending->span.attributes[0] = (struct trace_attribute){"pontis.corridor", sending->send.key.corridor};
    sending->span.attributes[1] = (struct trace_attribute){"pontis.uetr", uetr};
    sending->span.attributes[2] = (struct trace_attribute){"pontis.outcome", outcome};
    trace_tell(&sending->span);
}

static void on_posted(void *context, const struct wire_response *response) {
    struct sending *sending = context;
    tell(sending, response);
    if (response->outcome != WIRE_DELIVERED) {
        char uetr[UUID_TEXT_SIZE];
        uuid_format(&sending->send.key.uetr, uetr);
        log_write(LOG_WARNING, "message.not_delivered", "corridor", sending->send.key.corridor, "uetr", uetr,
                  "outcome", outcome_names[response->outcome], "detail", response->detail, NULL);
    }
    if (response->outcome == WIRE_NOT_SENT)
        flow_link_close(sending->flow, sending->send.link);
    else
        sending->send.link->unreachable = false;
    queue_attempt_end(sending, response);
    if (response->outcome == WIRE_UNKNOWN && sending->send.peer_message == PEER_MESSAGE_PAYMENT)
        queue_unknown(sending);
    free((void *)sending->send.body.data);
    free(sending);
}

/* The peer's spans hang below that of this sending. */
static void begin_span(struct sending *sending) {
    const char *stored = sending->send.traceparent;
    text_set(sending->traceparent, sizeof sending->traceparent, stored);
    if (!progress_begin(stored, &sending->span))
        return;
    sending->span.name = sending->send.peer_message == PEER_MESSAGE_PAYMENT ? "send payment" : "send status";
    sending->span.kind = TRACE_CLIENT;
    trace_format(&sending->span.own, sending->traceparent);
}

static void post(struct flow *flow, const struct batch_send *send) {
    struct sending *sending = must_calloc(1, sizeof *sending);
    sending->flow = flow;
    sending->since = metrics_clock();
    sending->send = *send;
    begin_span(sending);
    sending->send.body.data = must_memdup(send->body.data, send->body.length);
    const struct flow_link *link = send->link;
    snprintf(sending->url, sizeof sending->url, "%s%s", link->corridor.endpoint,
             link->adapter->route(link->dialect, send->peer_message));
    struct wire_request request = {.url = sending->url,
                                   .content_type = link->adapter->content_type,
                                   .body = sending->send.body,
                                   .traceparent = sending->traceparent,
                                   .deadline = SEND_DEADLINE,
                                   .pins = link->corridor.peer_certificate_pins};
    flow->ports.wire.post(flow->ports.wire.self, &request, on_posted, sending);
}

void send_messages(struct batch *batch) {
    for (size_t i = 0; i < batch->sends.count; i++)
        post(batch->flow, &batch->sends.items[i]);
}

/* ---- the same bytes again ---- */

static void on_resent(struct flow *flow, struct flow_item *item, int reason, const char *detail) {
    (void)item, (void)reason, (void)detail;
    flow->sweeping--;
}

void send_stored(struct flow *flow, struct flow_link *link, const struct batch_send *stored,
                 int64_t attempts) {
    struct flow_item *item = flow_item_new(ITEM_RESEND, DOOR_TIMER);
    item->link = link;
    item->message = stored->message;
    item->instruction = stored->instruction;
    item->event.key = stored->key;
    item->peer_message = stored->peer_message;
    item->payload = (struct bytes){must_memdup(stored->body.data, stored->body.length), stored->body.length};
    item->attempt_number = attempts + 1;
    item->done = on_resent;
    flow->sweeping++;
    text_set(item->traceparent, sizeof item->traceparent, stored->traceparent);
    step_submit(flow, item);
}

struct again {
    struct flow *flow;
    struct batch_again what;
    char instruction[UUID_TEXT_SIZE];
    const char *parameters[1];
};

static int hex_digit(char c) {
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

static struct bytes bytes_of_hex(const char *hex, size_t length) {
    char *bytes = must_malloc(length / 2 + 1);
    for (size_t i = 0; i < length / 2; i++)
        bytes[i] = (char)(hex_digit(hex[2 * i]) << 4 | hex_digit(hex[2 * i + 1]));
    return (struct bytes){bytes, length / 2};
}

void send_row(struct flow *flow, struct flow_link *link, const struct store_table *table, size_t row) {
    const char *const *cells = table->cells + row * table->columns;
    bool is_answer = text_equal(cells[4], "true");
    struct batch_send stored = {.peer_message = is_answer ? PEER_MESSAGE_STATUS : PEER_MESSAGE_PAYMENT};
    if (!uuid_parse(cells[0], strlen(cells[0]), &stored.message) ||
        !uuid_parse(cells[1], strlen(cells[1]), &stored.instruction) ||
        !uuid_parse(cells[2], strlen(cells[2]), &stored.key.uetr))
        return;
    text_set(stored.key.corridor, sizeof stored.key.corridor, cells[3]);
    stored.key.direction = is_answer ? INBOUND : OUTBOUND;
    stored.body = bytes_of_hex(cells[5], table->lengths[row * table->columns + 5]);
    send_stored(flow, link, &stored, strtoll(cells[6], NULL, 10));
    free((void *)stored.body.data);
}

static void on_message_read(void *context, struct result result, const struct store_table *table) {
    struct again *again = context;
    if (result_is_ok(&result) && table->rows == 1)
        send_row(again->flow, again->what.link, table, 0);
    free(again);
}

void send_again(struct batch *batch) {
    struct store_port *store = &batch->flow->ports.store;
    for (size_t i = 0; i < batch->again.count; i++) {
        struct again *again = must_calloc(1, sizeof *again);
        again->flow = batch->flow;
        again->what = batch->again.items[i];
        uuid_format(&again->what.instruction, again->instruction);
        again->parameters[0] = again->instruction;
        store->read(store->self, "message_of_instruction", again->parameters, 1, on_message_read, again);
    }
}

/* ---- events to the wallet ---- */

void send_wallet_events(struct batch *batch) {
    struct flow *flow = batch->flow;
    struct publication *publication = publication_new(flow, NULL, NULL);
    for (size_t i = 0; i < batch->wallet_events.count; i++)
        turn_take(flow, &batch->wallet_events.items[i], &batch->turns.items[i], false, publication);
    for (size_t i = 0; i < batch->repeats.count; i++) {
        const struct store_wallet_event *event = &batch->repeats.items[i];
        turn_take(flow, event, &(struct turn){event->id, event->version}, true, publication);
    }
    publication_send(publication);
    turn_ask(flow);
}
