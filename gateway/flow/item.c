#include "flow/item.h"

#include <stdlib.h>

const char *const door_names[] = {"wallet", "peer", "command", "timer"};

struct flow_item *flow_item_new(enum item_kind kind, enum door door) {
    struct flow_item *item = must_calloc(1, sizeof *item);
    item->kind = kind;
    item->door = door;
    return item;
}

void flow_item_free(struct flow_item *item) {
    free((void *)item->payload.data);
    free(item->published);
    free(item);
}
