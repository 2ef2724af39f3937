#include "flow/door_wallet.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/reasons.h"
#include "flow/identity.h"
#include "flow/step.h"
#include "flow/wallet_event.h"
#include "host/log.h"

/* ---- ownership ---- */

struct claiming {
    struct flow *flow;
    int32_t partition;
    char lease[129];
};

static bool is_gap(const struct flow_partition *partition) {
    return partition->position < partition->low || partition->position > partition->high;
}

/* Takes nothing more in; what was taken in is void. */
static void stop_taking(struct flow *flow, struct flow_partition *partition) {
    partition->lease_epoch = 0;
    partition->consumption = 0;
    step_forget_partition(flow, partition->partition);
}

static void halt(struct flow *flow, struct flow_partition *partition, const char *event, const char *why) {
    char number[16];
    snprintf(number, sizeof number, "%" PRId32, partition->partition);
    log_write(LOG_ERROR, event, "topic", flow->settings.topic_in, "partition", number, NULL);
    stop_taking(flow, partition);
    flow->fatal(flow->fatal_context, why);
}

/* The record consumed last is read again, where it still exists: a topic made anew under the same name is not
 * the one whose position is stored. */
static void consume(struct flow *flow, struct flow_partition *partition, const struct store_claim *claim) {
    partition->unproved = claim->position == partition->position && partition->position > partition->low;
    memcpy(partition->last_hash, claim->last_hash, sizeof partition->last_hash);
    partition->consumption = ++flow->consumptions;
    partition->next = partition->position;
    struct bus_port *bus = &flow->ports.bus;
    bus->consume(bus->self, flow->settings.topic_in, partition->partition,
                 partition->unproved ? partition->position - 1 : partition->position);
}

static void take_partition(struct flow *flow, struct flow_partition *partition,
                           const struct store_claim *claim) {
    bool first = partition->lease_epoch != claim->epoch;
    partition->lease_epoch = claim->epoch;
    if (!first)
        return;
    /* A commit of ours may have moved it since the claim looked. */
    if (claim->position > partition->position)
        partition->position = claim->position;
    if (is_gap(partition))
        halt(flow, partition, "partition.gap",
             "the stored position is outside the topic: events are missing");
    else
        consume(flow, partition, claim);
}

static void on_claim(void *context, struct result result, const struct store_claim *claim) {
    struct claiming *claiming = context;
    struct flow *flow = claiming->flow;
    struct flow_partition *partition = flow_partition_find(flow, claiming->partition);
    if (result_is_ok(&result) && partition && partition->assigned) {
        if (claim->epoch)
            take_partition(flow, partition, claim);
        else if (partition->lease_epoch)
            flow->fatal(flow->fatal_context, "another worker took a partition over");
    }
    free(claiming);
}

static void claim(struct flow *flow, int32_t partition) {
    struct claiming *claiming = must_calloc(1, sizeof *claiming);
    claiming->flow = flow;
    claiming->partition = partition;
    snprintf(claiming->lease, sizeof claiming->lease, "partition:%s:%s:%" PRId32, flow->settings.topic_in,
             flow->settings.incarnation, partition);
    flow->ports.store.claim(flow->ports.store.self, claiming->lease, on_claim, claiming);
}

static void on_assigned(void *context, const char *topic, int32_t partition, int64_t low, int64_t high) {
    struct flow *flow = context;
    (void)topic;
    struct flow_partition *held = flow_partition_find(flow, partition);
    if (!held) {
        held = array_push(&flow->partitions);
        held->partition = partition;
    }
    stop_taking(flow, held);
    held->assigned = true;
    held->low = low;
    held->high = high;
    claim(flow, partition);
}

static void on_revoked(void *context, const char *topic, int32_t partition) {
    struct flow *flow = context;
    (void)topic;
    struct flow_partition *held = flow_partition_find(flow, partition);
    if (!held)
        return;
    stop_taking(flow, held);
    held->assigned = false;
}

void door_wallet_renew(struct flow *flow) {
    for (size_t i = 0; i < flow->partitions.count; i++)
        if (flow->partitions.items[i].assigned)
            claim(flow, flow->partitions.items[i].partition);
}

/* ---- events ---- */

/* A payment whose wallet names no UETR gets one that follows from the event, so that the same event always
 * speaks of the same payment. */
static void assign_uetr(struct event *event) {
    if (event->type != EVENT_TRANSFER_INITIATED || !uuid_is_nil(&event->key.uetr))
        return;
    struct uuid identity = identity_of_event(event->source, event->id);
    event->key.uetr = uuid_from_random(identity.bytes);
    event->payment.uetr = event->key.uetr;
}

/* The event could be read and asks for a payment whose content is wrong: it becomes a payment that is
 * rejected, so that its wallet and every auditor find it. */
static bool is_refused_payment(const struct flow_item *item) {
    return item->event.type == EVENT_TRANSFER_INITIATED && item->event.id[0] &&
           item->refusal.reason != REASON_EVENT_MALFORMED && item->refusal.reason != REASON_EVENT_SCHEMA;
}

static void read_event(struct flow *flow, struct flow_item *item) {
    item->refusal = wallet_event_read(item->payload, &item->event);
    if (!result_is_ok(&item->refusal)) {
        if (!is_refused_payment(item)) {
            item->kind = ITEM_REFUSED_INPUT;
            return;
        }
        item->event.refusal = item->refusal.reason;
        text_set(item->event.refusal_field, sizeof item->event.refusal_field, item->refusal.where);
    }
    assign_uetr(&item->event);
    item->link = flow_link_find(flow, item->event.key.corridor);
}

static bool is_the_last_consumed(const struct flow_partition *partition, const struct bus_record *record) {
    uint8_t hash[32];
    identity_hash(record->value, hash);
    return memcmp(hash, partition->last_hash, sizeof hash) == 0;
}

/* Offsets may be sparse: where the record before the position is gone, a later one comes first. */
static bool is_proved(struct flow *flow, struct flow_partition *partition, const struct bus_record *record) {
    if (!partition->unproved || record->offset < partition->position - 1)
        return true;
    partition->unproved = false;
    if (record->offset >= partition->position || is_the_last_consumed(partition, record))
        return true;
    halt(flow, partition, "partition.replaced", "the topic holds another record than the one consumed last");
    return false;
}

static void take_in(struct flow *flow, struct flow_partition *partition, const struct bus_record *record) {
    struct flow_item *item = flow_item_new(ITEM_EVENT, DOOR_WALLET);
    item->received = flow_now(flow);
    text_set(item->topic, sizeof item->topic, record->topic);
    item->partition = record->partition;
    item->offset = record->offset;
    item->consumption = partition->consumption;
    item->payload =
        (struct bytes){must_memdup(record->value.data, record->value.length), record->value.length};
    partition->next = record->offset + 1;
    read_event(flow, item);
    flow_item_trace(item, record->traceparent);
    step_submit(flow, item);
}

static void on_record(struct flow *flow, const struct bus_record *record) {
    struct flow_partition *partition = flow_partition_find(flow, record->partition);
    if (!partition || !partition->consumption || !is_proved(flow, partition, record))
        return;
    if (record->offset >= partition->next)
        take_in(flow, partition, record);
}

static void on_records(void *context, const struct bus_record *records, size_t count) {
    for (size_t i = 0; i < count; i++)
        on_record(context, &records[i]);
}

void door_wallet_open(struct flow *flow) {
    struct bus_handler handler = {
        .context = flow, .assigned = on_assigned, .revoked = on_revoked, .records = on_records};
    flow->ports.bus.subscribe(flow->ports.bus.self, flow->settings.topic_in, handler);
}
