#include "flow/door_timer.h"

#include "flow/step.h"

static void on_done(struct flow *flow, struct flow_item *item, int reason, const char *detail) {
    (void)item, (void)reason, (void)detail;
    flow->sweeping--;
}

/* Without its corridor's dialect there is nothing to be done with it. */
static void submit(struct flow *flow, const struct instruction_key *key, int type) {
    struct flow_link *link = flow_link_find(flow, key->corridor);
    if (!link)
        return;
    struct flow_item *item = flow_item_new(ITEM_EVENT, DOOR_TIMER);
    item->received = flow_now(flow);
    item->link = link;
    item->event = (struct event){.type = type, .key = *key};
    item->done = on_done;
    flow->sweeping++;
    step_submit(flow, item);
}

void door_timer_due(struct flow *flow, const struct instruction_key *key) {
    submit(flow, key, EVENT_TIMER_DUE);
}

void door_timer_dispatch(struct flow *flow, const struct instruction_key *key) {
    const struct flow_link *link = flow_link_find(flow, key->corridor);
    if (link && !link->unreachable)
        submit(flow, key, EVENT_DISPATCH);
}
