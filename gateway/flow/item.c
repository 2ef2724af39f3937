#include "flow/item.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

const char *const door_names[] = {"wallet", "peer", "command", "timer"};

struct flow_item *flow_item_new(enum item_kind kind, enum door door) {
    struct flow_item *item = must_calloc(1, sizeof *item);
    item->kind = kind;
    item->door = door;
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

/* "00-" 32 hex digits "-" 16 hex digits "-" 2 hex digits, lower case. */
static bool is_traceparent(const char *text) {
    static const char form[] = "hh-hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh-hhhhhhhhhhhhhhhh-hh";
    if (strlen(text) != sizeof form - 1)
        return false;
    for (size_t i = 0; form[i]; i++) {
        bool hex = isdigit((unsigned char)text[i]) || (text[i] >= 'a' && text[i] <= 'f');
        if (form[i] == '-' ? text[i] != '-' : !hex)
            return false;
    }
    return true;
}

void flow_item_trace(struct flow_item *item, const char *traceparent) {
    char *own = item->event.traceparent;
    if (!is_traceparent(own))
        own[0] = '\0';
    if (!own[0] && traceparent && is_traceparent(traceparent))
        text_set(own, sizeof item->event.traceparent, traceparent);
}
