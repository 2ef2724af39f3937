#include "flow/item.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "host/metrics.h"

const char *const door_names[] = {"wallet", "peer", "command", "timer"};

struct flow_item *flow_item_new(enum item_kind kind, enum door door) {
    struct flow_item *item = must_calloc(1, sizeof *item);
    item->kind = kind;
    item->door = door;
    item->arrived = metrics_clock();
    item->trace.begun = trace_clock();
    return item;
}

void flow_item_forget(struct flow_item *item) {
    if (item->draft)
        free((void *)item->draft->body.data);
    free(item->draft);
    item->draft = NULL;
}

bool flow_item_is_record(const struct flow_item *item) {
    return item->door == DOOR_WALLET && item->topic[0];
}

void flow_item_free(struct flow_item *item) {
    flow_item_forget(item);
    free((void *)item->payload.data);
    free(item->published);
    free(item);
}

static bool is_traceparent(const char *text) {
    struct trace_context context;
    return strlen(text) == TRACE_TEXT_SIZE - 1 && trace_parse(text, &context);
}

void flow_item_trace(struct flow_item *item, const char *traceparent) {
    char *own = item->event.traceparent;
    if (!is_traceparent(own))
        own[0] = '\0';
    if (!own[0] && traceparent && is_traceparent(traceparent))
        text_set(own, sizeof item->event.traceparent, traceparent);
}
