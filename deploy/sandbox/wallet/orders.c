#include "orders.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "event.h"

struct step {
    char type[64];
    instant at;
};

struct order {
    struct uuid uetr;
    const char *outcome; /* "open", ... */
    bool ended;
    char *event;
    json_t *corridor; /* its name, as ordered */
    json_t *reason;   /* the gateway's, or NULL */
    instant begun;
    instant end;
    ARRAY(struct step) steps;
};

struct orders {
    void *tree;
    ARRAY(struct order *) list;
    ARRAY(struct order *) ended;
};

static const struct {
    const char *type;
    const char *outcome;
    bool ends;
} meanings[] = {
    {"corridor.transfer.received.v1", "open", false},
    {"corridor.transfer.sent.v1", "open", false},
    {"corridor.transfer.accepted.v1", "open", false},
    {"corridor.transfer.in_doubt.v1", "in_doubt", false},
    {"corridor.transfer.settled.v1", "settled", true},
    {"corridor.transfer.rejected.v1", "rejected", true},
    {"corridor.transfer.cancelled.v1", "cancelled", true},
    {"corridor.transfer.blocked.v1", "blocked", true},
    {"corridor.event.refused.v1", "rejected", true},
};

struct orders *orders_new(void) {
    return must_calloc(1, sizeof(struct orders));
}

static void forget(void *node) {
    (void)node; /* the list owns the nodes */
}

void orders_free(struct orders *orders) {
    tdestroy(orders->tree, forget);
    for (size_t i = 0; i < orders->list.count; i++) {
        struct order *order = orders->list.items[i];
        json_decref(order->corridor);
        json_decref(order->reason);
        free(order->event);
        array_wipe(&order->steps);
        free(order);
    }
    array_wipe(&orders->list);
    array_wipe(&orders->ended);
    free(orders);
}

static int compare(const void *left, const void *right) {
    const struct order *one = left, *other = right;
    return uuid_compare(&one->uetr, &other->uetr);
}

static struct order *find(const struct orders *orders, const struct uuid *uetr) {
    struct order wanted = {.uetr = *uetr};
    struct order **found = tfind(&wanted, &orders->tree, compare);
    return found ? *found : NULL;
}

static void add_step(struct order *order, const char *type, instant at) {
    struct step *step = array_push(&order->steps);
    if (!text_copy(step->type, sizeof step->type, type, strlen(type)))
        text_set(step->type, sizeof step->type, "?");
    step->at = at;
}

static json_t *corridor_of(const char *event) {
    json_t *parsed = json_loads(event, 0, NULL);
    json_t *corridor = json_string(event_text(parsed, "data.corridor"));
    json_decref(parsed);
    return corridor;
}

void orders_add(struct orders *orders, const struct uuid *uetr, const char *event, instant at) {
    if (find(orders, uetr))
        return;
    struct order *order = must_calloc(1, sizeof *order);
    order->uetr = *uetr;
    order->outcome = "open";
    order->event = must_strdup(event);
    order->corridor = corridor_of(event);
    order->begun = at;
    add_step(order, "wallet.transfer.initiated.v1", at);
    *array_push(&orders->list) = order;
    if (!tsearch(order, &orders->tree, compare))
        abort();
}

static void end(struct orders *orders, struct order *order, const json_t *event, instant at) {
    order->ended = true;
    order->end = at;
    order->reason = json_incref(json_object_get(json_object_get(event, "data"), "reason"));
    *array_push(&orders->ended) = order;
}

void orders_note(struct orders *orders, const struct uuid *uetr, const json_t *event, instant at) {
    struct order *order = find(orders, uetr);
    const char *type = event_text(event, "type");
    if (!order)
        return;
    add_step(order, type, at);
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings && !order->ended; i++) {
        if (!text_equal(meanings[i].type, type))
            continue;
        order->outcome = meanings[i].outcome;
        if (meanings[i].ends)
            end(orders, order, event, at);
    }
}

static const char *reason_of(const struct order *order, const char *member) {
    const char *text = json_string_value(json_object_get(order->reason, member));
    return text ? text : "";
}

static json_t *steps_of(const struct order *order) {
    json_t *steps = json_array();
    for (size_t i = 0; i < order->steps.count; i++) {
        const struct step *step = &order->steps.items[i];
        char at[INSTANT_TEXT_SIZE];
        instant_format(step->at, at);
        json_array_append_new(steps, json_pack("{s:s, s:s, s:I}", "type", step->type, "at", at, "ms",
                                               (json_int_t)(step->at - order->begun)));
    }
    return steps;
}

json_t *orders_status(const struct orders *orders, const struct uuid *uetr) {
    const struct order *order = find(orders, uetr);
    if (!order)
        return NULL;
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o}", "outcome", order->outcome, "code",
                     reason_of(order, "code"), "rule", reason_of(order, "rule"), "text",
                     reason_of(order, "text"), "field", reason_of(order, "field"), "steps", steps_of(order),
                     "event", json_loads(order->event, 0, NULL));
}

json_t *orders_ended(const struct orders *orders, size_t after, size_t limit) {
    json_t *ended = json_array();
    size_t i = after;
    for (; i < orders->ended.count && i - after < limit; i++) {
        const struct order *order = orders->ended.items[i];
        char uetr[UUID_TEXT_SIZE];
        uuid_format(&order->uetr, uetr);
        json_array_append_new(
            ended, json_pack("{s:s, s:s, s:s, s:s, s:I, s:O}", "uetr", uetr, "outcome", order->outcome,
                             "code", reason_of(order, "code"), "rule", reason_of(order, "rule"), "ms",
                             (json_int_t)(order->end - order->begun), "corridor", order->corridor));
    }
    return json_pack("{s:I, s:o}", "next", (json_int_t)i, "ended", ended);
}

size_t orders_unfinished(const struct orders *orders) {
    return orders->list.count - orders->ended.count;
}
