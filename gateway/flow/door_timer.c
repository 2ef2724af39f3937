#include "flow/door_timer.h"

#include "flow/step.h"

static void submit(struct flow *flow, const struct instruction_key *key, int type) {
    struct flow_item *item = flow_item_new(ITEM_EVENT, DOOR_TIMER);
    item->received = flow_now(flow);
    item->link = flow_link_find(flow, key->corridor);
    item->event = (struct event){.type = type, .key = *key};
    step_submit(flow, item);
}

void door_timer_due(struct flow *flow, const struct instruction_key *key) {
    submit(flow, key, EVENT_TIMER_DUE);
}

void door_timer_dispatch(struct flow *flow, const struct instruction_key *key) {
    submit(flow, key, EVENT_DISPATCH);
}
