#include "flow/door_peer.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/reasons.h"
#include "flow/identity.h"
#include "flow/progress.h"
#include "flow/step.h"
#include "host/log.h"
#include "host/metrics.h"

enum { ANSWER_LIMIT = 64 * 1024 };

static void answer(struct flow *flow, struct wire_exchange *exchange, int status, const char *type,
                   struct bytes body) {
    flow->ports.wire.answer(flow->ports.wire.self, exchange, status, type, body);
}

static void answer_text(struct flow *flow, struct wire_exchange *exchange, int reason) {
    const struct reason_row *row = reason_row(reason);
    answer(flow, exchange, row->http_status, "text/plain", bytes_of_string(row->text));
}

/* An answer decides nothing for the sender; it tells a person what was wrong. */
static void refuse(struct flow *flow, struct flow_item *item, const struct result *why) {
    struct flow_link *link = item->link;
    char id[UUID_TEXT_SIZE], reference[REFERENCE_SIZE];
    struct uuid unique = flow_new_id(flow);
    uuid_format(&unique, id);
    (void)text_copy(reference, sizeof reference, id + 1, 35);
    struct adapter_outgoing outgoing = {.message_id = reference,
                                        .business_message_id = reference,
                                        .created = flow_now(flow),
                                        .refusal = why,
                                        .refused_message_id = item->event.business_message_id};
    struct buffer body;
    buffer_init(&body, ANSWER_LIMIT);
    struct result built = link->adapter->build_refusal(link->dialect, &outgoing, &body);
    if (result_is_ok(&built))
        answer(flow, item->exchange, reason_row(why->reason)->http_status, link->adapter->content_type,
               buffer_bytes(&body));
    else
        answer_text(flow, item->exchange, why->reason);
    buffer_wipe(&body);
}

static void on_done(struct flow *flow, struct flow_item *item, int reason, const char *detail) {
    progress_answered(item);
    if (reason == REASON_NONE) {
        answer(flow, item->exchange, 202, "text/plain", (struct bytes){"", 0});
        return;
    }
    if (result_is_ok(&item->refusal))
        item->refusal = result_refuse(reason, "", "%s", reason_row(reason)->text);
    (void)detail;
    refuse(flow, item, &item->refusal);
}

static void read_message(struct flow_item *item) {
    struct adapter_incoming incoming = {0};
    item->refusal = item->link->adapter->read(item->link->dialect, item->payload, &incoming);
    item->event = incoming.event;
    text_set(item->event.key.corridor, sizeof item->event.key.corridor, item->link->corridor.name);
    text_set(item->message_type, sizeof item->message_type, incoming.type);
    if (!result_is_ok(&item->refusal)) {
        item->kind = ITEM_REFUSED_INPUT;
        metrics_count(METRIC_MESSAGES_REFUSED, item->link->corridor.name,
                      reason_row(item->refusal.reason)->rule);
        log_write(LOG_WARNING, "message.refused", "corridor", item->link->corridor.name, "rule",
                  reason_row(item->refusal.reason)->rule, "where", item->refusal.where, "detail",
                  item->refusal.detail, NULL);
        return;
    }
    item->link->unreachable = false;
}

/* ---- a refusal names our message and no payment ---- */

struct looking {
    struct flow *flow;
    struct flow_item *item;
    char message[UUID_TEXT_SIZE];
    const char *parameters[1];
};

static int choice_of(const char *const *names, const char *name) {
    for (int i = 0; names[i]; i++)
        if (text_equal(names[i], name))
            return i;
    return 0;
}

/* Columns of instruction_of_message: corridor, direction, kind, UETR. The corridor is the peer's own. */
static void take_key(struct flow_item *item, const struct store_table *table) {
    const char *const *cells = table->cells;
    struct instruction_key *key = &item->event.key;
    if (!text_equal(cells[0], key->corridor) || !uuid_parse(cells[3], strlen(cells[3]), &key->uetr))
        return;
    key->direction = choice_of(direction_names, cells[1]);
    key->kind = choice_of(instruction_kind_names, cells[2]);
}

static void on_found(void *context, struct result result, const struct store_table *table) {
    struct looking *looking = context;
    if (result_is_ok(&result) && table->rows == 1)
        take_key(looking->item, table);
    if (result_is_ok(&result))
        step_submit(looking->flow, looking->item);
    else {
        answer_text(looking->flow, looking->item->exchange, REASON_UNAVAILABLE);
        flow_item_free(looking->item);
    }
    free(looking);
}

/* False: it is not one that has to be looked up, or names nothing that could be ours. */
static bool look_up(struct flow *flow, struct flow_item *item) {
    struct uuid message;
    if (item->kind != ITEM_EVENT || item->event.type != EVENT_PEER_REFUSAL ||
        !identity_parse_message(item->event.original_message_id, &message))
        return false;
    struct looking *looking = must_calloc(1, sizeof *looking);
    looking->flow = flow;
    looking->item = item;
    uuid_format(&message, looking->message);
    looking->parameters[0] = looking->message;
    struct store_port *store = &flow->ports.store;
    store->read(store->self, "instruction_of_message", looking->parameters, 1, on_found, looking);
    return true;
}

/* ---- what comes in ---- */

static struct flow_item *take_in(struct flow *flow, struct flow_link *link, struct wire_exchange *exchange) {
    struct flow_item *item = flow_item_new(ITEM_EVENT, DOOR_PEER);
    item->received = flow_now(flow);
    item->link = link;
    item->exchange = exchange;
    item->done = on_done;
    item->payload =
        (struct bytes){must_memdup(exchange->body.data, exchange->body.length), exchange->body.length};
    read_message(item);
    flow_item_trace(item, exchange->traceparent);
    return item;
}

static void on_exchange(void *context, struct wire_exchange *exchange) {
    struct flow *flow = context;
    struct flow_link *link = flow_link_by_pin(flow, exchange->public_key);
    if (!link) {
        answer_text(flow, exchange, REASON_NOT_ALLOWED);
        return;
    }
    if (!text_equal(exchange->method, "POST")) {
        answer_text(flow, exchange, REASON_METHOD);
        return;
    }
    if (flow->stopping || flow->queued > STEP_QUEUE_HIGH) {
        answer_text(flow, exchange, REASON_UNAVAILABLE);
        return;
    }
    struct flow_item *item = take_in(flow, link, exchange);
    if (!look_up(flow, item))
        step_submit(flow, item);
}

void door_peer_open(struct flow *flow) {
    flow->ports.wire.serve(flow->ports.wire.self, "peer", on_exchange, flow);
}
