#include "tests/support/world/wallet.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static bool is_listed(const struct uuid *items, size_t count, const struct uuid *wanted) {
    for (size_t i = 0; i < count; i++)
        if (uuid_equal(&items[i], wanted))
            return true;
    return false;
}

static struct uuid uuid_member(const json_t *object, const char *member) {
    const char *text = json_string_value(json_object_get(object, member));
    struct uuid uuid = {0};
    if (text)
        (void)uuid_parse(text, strlen(text), &uuid);
    return uuid;
}

static int64_t amount_member(const json_t *object, const char *member) {
    const char *text = json_string_value(json_object_get(object, member));
    int64_t amount = 0;
    cr_assert(text && decimal_parse_minor(text, strlen(text), 2, &amount) == DECIMAL_OK, "%s", member);
    return amount;
}

static void say(struct node *node, const char *type, const json_t *event, const char *rest) {
    char id[UUID_TEXT_SIZE], time[INSTANT_TEXT_SIZE], text[2048];
    uint8_t random[16];
    for (int i = 0; i < 16; i++)
        random[i] = (uint8_t)world_random(node->world);
    struct uuid uuid = uuid_from_random(random);
    uuid_format(&uuid, id);
    instant_format(node->world->now, time);
    const char *subject = json_string_value(json_object_get(event, "subject"));
    snprintf(
        text, sizeof text,
        "{\"specversion\":\"1.0\",\"source\":\"/wallet\",\"id\":\"%s\",\"type\":\"%s\",\"subject\":\"%s\","
        "\"partitionkey\":\"%s\",\"time\":\"%s\",\"datacontenttype\":\"application/json\","
        "\"data\":{\"corridor\":\"sg-th\"%s}}",
        id, type, subject, subject, time, rest);
    world_produce(node->world, node->index, text);
}

static void release(struct node *node, const struct uuid *uetr) {
    for (size_t i = 0; i < node->wallet.locked.count; i++)
        if (uuid_equal(&node->wallet.locked.items[i], uetr)) {
            node->wallet.locked.items[i] = node->wallet.locked.items[--node->wallet.locked.count];
            return;
        }
}

static void close_lock(struct node *node, const json_t *event, bool capture) {
    const json_t *data = json_object_get(event, "data");
    const char *lock = json_string_value(json_object_get(json_object_get(data, "lock"), "id"));
    struct uuid uetr = uuid_member(event, "subject");
    cr_assert(lock, "the lock is named");
    cr_assert(is_listed(node->wallet.locked.items, node->wallet.locked.count, &uetr),
              "the lock is closed once");
    release(node, &uetr);
    if (capture)
        node->wallet.captured += amount_member(data, "capture_amount");
    char rest[128];
    snprintf(rest, sizeof rest, ",\"lock\":{\"id\":\"%s\"}", lock);
    say(node, capture ? "wallet.lock.captured.v1" : "wallet.lock.released.v1", event, rest);
}

static void credit(struct node *node, const json_t *event) {
    if (node->wallet.silent)
        return;
    if (node->wallet.rejects_credits) {
        say(node, "wallet.credit.rejected.v1", event,
            ",\"reason\":{\"code\":\"AC04\",\"text\":\"closed account\"}");
        return;
    }
    if (node->wallet.blocks_credits) {
        say(node, "wallet.credit.blocked.v1", event, ",\"reason\":{\"code\":\"RR04\",\"text\":\"frozen\"}");
        return;
    }
    node->wallet.credited +=
        amount_member(json_object_get(json_object_get(event, "data"), "payment"), "target_amount");
    say(node, "wallet.credit.completed.v1", event, "");
}

/* "In order per instruction" (money.md, section 5). Progress has steps; of two in one step either may come
 * first. */
static const struct {
    const char *type;
    int step;
} steps[] = {
    {"corridor.transfer.received.v1", 1}, {"corridor.transfer.sent.v1", 2},
    {"corridor.transfer.accepted.v1", 3}, {"corridor.transfer.in_doubt.v1", 3},
    {"corridor.transfer.settled.v1", 4},  {"corridor.transfer.rejected.v1", 4},
    {"corridor.transfer.blocked.v1", 4},  {"corridor.transfer.cancelled.v1", 4},
};

static struct wallet_step *heard_of(struct wallet *wallet, const struct uuid *uetr) {
    for (size_t i = 0; i < wallet->heard.count; i++)
        if (uuid_equal(&wallet->heard.items[i].uetr, uetr))
            return &wallet->heard.items[i];
    struct wallet_step *heard = array_push(&wallet->heard);
    heard->uetr = *uetr;
    return heard;
}

static void check_order(struct wallet *wallet, const json_t *event, const char *type) {
    struct uuid uetr = uuid_member(event, "subject");
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (!text_equal(steps[i].type, type))
            continue;
        struct wallet_step *heard = heard_of(wallet, &uetr);
        cr_assert_leq(heard->step, steps[i].step, "%s came late", type);
        heard->step = steps[i].step;
    }
}

static void hear(struct node *node, const json_t *event, const char *type) {
    struct wallet *wallet = &node->wallet;
    check_order(wallet, event, type);
    if (text_equal(type, "corridor.credit.requested.v1"))
        credit(node, event);
    else if (text_equal(type, "corridor.transfer.settled.v1"))
        wallet->settled++, close_lock(node, event, true);
    else if (text_equal(type, "corridor.transfer.blocked.v1"))
        wallet->blocked++, close_lock(node, event, true);
    else if (text_equal(type, "corridor.transfer.rejected.v1"))
        wallet->rejected++, close_lock(node, event, false);
    else if (text_equal(type, "corridor.transfer.cancelled.v1"))
        wallet->cancelled++, close_lock(node, event, false);
    else if (text_equal(type, "corridor.event.refused.v1"))
        wallet->refused++;
    else if (text_equal(type, "corridor.transfer.in_doubt.v1"))
        wallet->in_doubt++;
    else if (text_equal(type, "corridor.alert.v1"))
        wallet->alerts++;
}

void wallet_hears(struct node *node, struct bytes text) {
    json_t *event = json_loadb(text.data, text.length, JSON_REJECT_DUPLICATES, NULL);
    cr_assert(event, "an event of ours is JSON");
    struct uuid id = uuid_member(event, "id");
    /* An unanswered credit is asked for again under its id: a silent wallet has not seen it. */
    bool unheard = node->wallet.silent;
    if (!is_listed(node->wallet.seen.items, node->wallet.seen.count, &id)) {
        if (!unheard)
            *array_push(&node->wallet.seen) = id;
        hear(node, event, json_string_value(json_object_get(event, "type")));
    }
    json_decref(event);
}

/* ---- asking for payments ---- */

/* What a test may want otherwise in an event. */
struct wanted {
    const struct uuid *lock;
    const char *corridor;
    const char *rest; /* in the envelope, before its data */
};

static void write_event(struct world *world, int from, const struct uuid *uetr, int64_t amount,
                        const struct wanted *wanted, struct buffer *out) {
    char text[UUID_TEXT_SIZE], lock_text[UUID_TEXT_SIZE], money[DECIMAL_TEXT_SIZE], time[INSTANT_TEXT_SIZE];
    uuid_format(uetr, text);
    uuid_format(wanted->lock ? wanted->lock : uetr, lock_text);
    decimal_format_minor(amount, 2, money);
    instant_format(world->now, time);
    bool home = from == HOME;
    buffer_addf(
        out,
        "{\"specversion\":\"1.0\",\"source\":\"/wallet\",\"id\":\"pay-%s\",\"type\":"
        "\"wallet.transfer.initiated.v1\",\"subject\":\"%s\",\"partitionkey\":\"SG-1\",\"time\":\"%s\","
        "\"datacontenttype\":\"application/json\",%s\"data\":{\"corridor\":\"%s\",\"lock\":{\"id\":"
        "\"%s\",\"amount\":\"%s\"},\"payment\":{\"uetr\":\"%s\",\"end_to_end_id\":\"INV-1\",",
        text, text, time, wanted->rest ? wanted->rest : "", wanted->corridor ? wanted->corridor : "sg-th",
        lock_text, money, text);
    buffer_addf(out,
                "\"debtor\":{\"name\":\"Tan Wei Ming\",\"street\":\"Orchard Road\",\"town\":\"Singapore\","
                "\"country\":\"SG\"},\"debtor_account\":\"SG-1\",\"debtor_agent\":\"DBSSSGSG\","
                "\"creditor\":{\"name\":\"Somchai Jaidee\",\"town\":\"Bangkok\",\"country\":\"TH\"},"
                "\"creditor_account\":\"TH-1\",\"creditor_agent\":\"BKKBTHBK\",");
    buffer_addf(out,
                "\"fixed_side\":\"source\",\"source_currency\":\"%s\",\"source_amount\":\"%s\","
                "\"target_currency\":\"%s\",\"purpose\":\"GDDS\",\"remittance\":\"Invoice 1\"}}}",
                home ? "SGD" : "THB", money, home ? "THB" : "SGD");
}

void world_event(struct world *world, int from, const struct uuid *uetr, int64_t amount, struct buffer *out) {
    write_event(world, from, uetr, amount, &(struct wanted){0}, out);
}

static struct uuid fresh_uuid(struct world *world) {
    uint8_t random[16];
    for (int i = 0; i < 16; i++)
        random[i] = (uint8_t)world_random(world);
    return uuid_from_random(random);
}

static struct uuid pay(struct world *world, int from, int64_t amount, const struct wanted *wanted) {
    struct uuid uetr = fresh_uuid(world);
    if (!wanted->lock)
        *array_push(&world->nodes[from].wallet.locked) = uetr;
    struct buffer event;
    buffer_init(&event, 8192);
    write_event(world, from, &uetr, amount, wanted, &event);
    world_produce(world, from, event.data);
    buffer_wipe(&event);
    return uetr;
}

struct uuid world_pay(struct world *world, int from, int64_t amount) {
    return pay(world, from, amount, &(struct wanted){0});
}

struct uuid world_pay_through(struct world *world, int from, const char *corridor, int64_t amount) {
    return pay(world, from, amount, &(struct wanted){.corridor = corridor});
}

struct uuid world_pay_traced(struct world *world, int from, int64_t amount, const char *traceparent) {
    char rest[128];
    snprintf(rest, sizeof rest, "\"traceparent\":\"%s\",", traceparent);
    return pay(world, from, amount, &(struct wanted){.rest = rest});
}

struct uuid world_other_with_lock(struct world *world, int from, const struct uuid *first, int64_t amount) {
    return pay(world, from, amount, &(struct wanted){.lock = first});
}
