#include "core/transitions.h"

#include "core/inbound.h"
#include "core/outbound.h"

/* The state machine (money.md, section 2). Read a line as: in this state this event may lead there. */
#define OUT(from, event, rule, ...)                                                                          \
    {                                                                                                        \
        OUTBOUND, STATE_##from, EVENT_##event, outbound_##rule, {                                            \
            __VA_ARGS__                                                                                      \
        }                                                                                                    \
    }
#define IN(from, event, rule, ...)                                                                           \
    {                                                                                                        \
        INBOUND, STATE_##from, EVENT_##event, inbound_##rule, {                                              \
            __VA_ARGS__                                                                                      \
        }                                                                                                    \
    }

const struct transition transitions[] = {
    OUT(NONE, TRANSFER_INITIATED, accept, STATE_RESERVED, STATE_REJECTED),
    OUT(RESERVED, TRANSFER_INITIATED, again, STATE_RESERVED),
    OUT(RESERVED, DISPATCH, dispatch, STATE_SENT, STATE_REJECTED, STATE_RESERVED),
    OUT(RESERVED, TIMER_DUE, wait, STATE_REJECTED, STATE_RESERVED),
    OUT(RESERVED, CANCEL_REQUESTED, cancel, STATE_CANCELLED),
    OUT(RESERVED, LOCK_CAPTURED, wrong_lock_end, STATE_RESERVED),
    OUT(RESERVED, LOCK_RELEASED, wrong_lock_end, STATE_RESERVED),
    OUT(RESERVED, LOCK_FAILED, wrong_lock_end, STATE_RESERVED),

    OUT(SENT, TRANSFER_INITIATED, again, STATE_SENT),
    OUT(SENT, CANCEL_REQUESTED, cancel_too_late, STATE_SENT),
    OUT(SENT, DELIVERY_UNKNOWN, doubt, STATE_IN_DOUBT),
    OUT(SENT, TIMER_DUE, inquire, STATE_IN_DOUBT, STATE_SENT),
    OUT(SENT, PEER_STATUS, status, STATE_ACCEPTED, STATE_SETTLED, STATE_REJECTED, STATE_BLOCKED),
    OUT(SENT, PEER_REFUSAL, refusal, STATE_SENT),
    OUT(SENT, LOCK_CAPTURED, wrong_lock_end, STATE_SENT),
    OUT(SENT, LOCK_RELEASED, wrong_lock_end, STATE_SENT),
    OUT(SENT, LOCK_FAILED, wrong_lock_end, STATE_SENT),

    OUT(ACCEPTED, TRANSFER_INITIATED, again, STATE_ACCEPTED),
    OUT(ACCEPTED, CANCEL_REQUESTED, cancel_too_late, STATE_ACCEPTED),
    OUT(ACCEPTED, DELIVERY_UNKNOWN, record, STATE_ACCEPTED),
    OUT(ACCEPTED, TIMER_DUE, inquire, STATE_ACCEPTED),
    OUT(ACCEPTED, PEER_STATUS, status, STATE_ACCEPTED, STATE_SETTLED, STATE_REJECTED, STATE_BLOCKED),
    OUT(ACCEPTED, PEER_REFUSAL, refusal, STATE_ACCEPTED),
    OUT(ACCEPTED, LOCK_CAPTURED, wrong_lock_end, STATE_ACCEPTED),
    OUT(ACCEPTED, LOCK_RELEASED, wrong_lock_end, STATE_ACCEPTED),
    OUT(ACCEPTED, LOCK_FAILED, wrong_lock_end, STATE_ACCEPTED),

    OUT(IN_DOUBT, TRANSFER_INITIATED, again, STATE_IN_DOUBT),
    OUT(IN_DOUBT, CANCEL_REQUESTED, cancel_too_late, STATE_IN_DOUBT),
    OUT(IN_DOUBT, DELIVERY_UNKNOWN, record, STATE_IN_DOUBT),
    OUT(IN_DOUBT, TIMER_DUE, inquire, STATE_IN_DOUBT),
    OUT(IN_DOUBT, PEER_STATUS, status, STATE_ACCEPTED, STATE_SETTLED, STATE_REJECTED, STATE_BLOCKED),
    OUT(IN_DOUBT, PEER_REFUSAL, refusal, STATE_IN_DOUBT),
    OUT(IN_DOUBT, LOCK_CAPTURED, wrong_lock_end, STATE_IN_DOUBT),
    OUT(IN_DOUBT, LOCK_RELEASED, wrong_lock_end, STATE_IN_DOUBT),
    OUT(IN_DOUBT, LOCK_FAILED, wrong_lock_end, STATE_IN_DOUBT),

    OUT(SETTLED, TRANSFER_INITIATED, again, STATE_SETTLED),
    OUT(SETTLED, CANCEL_REQUESTED, cancel_too_late, STATE_SETTLED),
    OUT(SETTLED, DELIVERY_UNKNOWN, record, STATE_SETTLED),
    OUT(SETTLED, TIMER_DUE, record, STATE_SETTLED),
    OUT(SETTLED, PEER_STATUS, late_status, STATE_SETTLED),
    OUT(SETTLED, PEER_REFUSAL, refusal, STATE_SETTLED),
    OUT(SETTLED, LOCK_CAPTURED, close, STATE_SETTLED),
    OUT(SETTLED, LOCK_RELEASED, wrong_lock_end, STATE_SETTLED),
    OUT(SETTLED, LOCK_FAILED, wrong_lock_end, STATE_SETTLED),

    OUT(BLOCKED, TRANSFER_INITIATED, again, STATE_BLOCKED),
    OUT(BLOCKED, CANCEL_REQUESTED, cancel_too_late, STATE_BLOCKED),
    OUT(BLOCKED, DELIVERY_UNKNOWN, record, STATE_BLOCKED),
    OUT(BLOCKED, TIMER_DUE, record, STATE_BLOCKED),
    OUT(BLOCKED, PEER_STATUS, late_status, STATE_BLOCKED),
    OUT(BLOCKED, PEER_REFUSAL, refusal, STATE_BLOCKED),
    OUT(BLOCKED, LOCK_CAPTURED, close, STATE_BLOCKED),
    OUT(BLOCKED, LOCK_RELEASED, wrong_lock_end, STATE_BLOCKED),
    OUT(BLOCKED, LOCK_FAILED, wrong_lock_end, STATE_BLOCKED),

    OUT(REJECTED, TRANSFER_INITIATED, again, STATE_REJECTED),
    OUT(REJECTED, CANCEL_REQUESTED, cancel_too_late, STATE_REJECTED),
    OUT(REJECTED, DELIVERY_UNKNOWN, record, STATE_REJECTED),
    OUT(REJECTED, DISPATCH, record, STATE_REJECTED),
    OUT(REJECTED, TIMER_DUE, record, STATE_REJECTED),
    OUT(REJECTED, PEER_STATUS, late_status, STATE_REJECTED),
    OUT(REJECTED, PEER_REFUSAL, refusal, STATE_REJECTED),
    OUT(REJECTED, LOCK_RELEASED, close, STATE_REJECTED),
    OUT(REJECTED, LOCK_CAPTURED, wrong_lock_end, STATE_REJECTED),
    OUT(REJECTED, LOCK_FAILED, wrong_lock_end, STATE_REJECTED),

    OUT(CANCELLED, TRANSFER_INITIATED, again, STATE_CANCELLED),
    OUT(CANCELLED, CANCEL_REQUESTED, again, STATE_CANCELLED),
    OUT(CANCELLED, DISPATCH, record, STATE_CANCELLED),
    OUT(CANCELLED, TIMER_DUE, record, STATE_CANCELLED),
    OUT(CANCELLED, LOCK_RELEASED, close, STATE_CANCELLED),
    OUT(CANCELLED, LOCK_CAPTURED, wrong_lock_end, STATE_CANCELLED),
    OUT(CANCELLED, LOCK_FAILED, wrong_lock_end, STATE_CANCELLED),

    OUT(SENT, DISPATCH, record, STATE_SENT),
    OUT(ACCEPTED, DISPATCH, record, STATE_ACCEPTED),
    OUT(IN_DOUBT, DISPATCH, record, STATE_IN_DOUBT),
    OUT(SETTLED, DISPATCH, record, STATE_SETTLED),
    OUT(BLOCKED, DISPATCH, record, STATE_BLOCKED),

    IN(NONE, PEER_PAYMENT, accept, STATE_CREDIT_REQUESTED, STATE_REJECTED),
    IN(CREDIT_REQUESTED, PEER_PAYMENT, again, STATE_CREDIT_REQUESTED),
    IN(CREDIT_REQUESTED, CREDIT_COMPLETED, credited, STATE_CREDITED),
    IN(CREDIT_REQUESTED, CREDIT_REJECTED, rejected, STATE_REJECTED),
    IN(CREDIT_REQUESTED, CREDIT_BLOCKED, blocked, STATE_BLOCKED),
    IN(CREDIT_REQUESTED, TIMER_DUE, ask_again, STATE_CREDIT_IN_DOUBT, STATE_CREDIT_REQUESTED),

    IN(CREDIT_IN_DOUBT, PEER_PAYMENT, again, STATE_CREDIT_IN_DOUBT),
    IN(CREDIT_IN_DOUBT, CREDIT_COMPLETED, credited, STATE_CREDITED),
    IN(CREDIT_IN_DOUBT, CREDIT_REJECTED, rejected, STATE_REJECTED),
    IN(CREDIT_IN_DOUBT, CREDIT_BLOCKED, blocked, STATE_BLOCKED),
    IN(CREDIT_IN_DOUBT, TIMER_DUE, ask_again, STATE_CREDIT_IN_DOUBT),

    IN(CREDITED, PEER_PAYMENT, again, STATE_CREDITED),
    IN(CREDITED, CREDIT_COMPLETED, record, STATE_CREDITED),
    IN(CREDITED, CREDIT_REJECTED, contradiction, STATE_CREDITED),
    IN(CREDITED, CREDIT_BLOCKED, contradiction, STATE_CREDITED),
    IN(CREDITED, TIMER_DUE, record, STATE_CREDITED),

    IN(REJECTED, PEER_PAYMENT, again, STATE_REJECTED),
    IN(REJECTED, CREDIT_COMPLETED, contradiction, STATE_REJECTED),
    IN(REJECTED, CREDIT_REJECTED, record, STATE_REJECTED),
    IN(REJECTED, CREDIT_BLOCKED, contradiction, STATE_REJECTED),
    IN(REJECTED, TIMER_DUE, record, STATE_REJECTED),

    IN(BLOCKED, PEER_PAYMENT, again, STATE_BLOCKED),
    IN(BLOCKED, CREDIT_COMPLETED, contradiction, STATE_BLOCKED),
    IN(BLOCKED, CREDIT_REJECTED, contradiction, STATE_BLOCKED),
    IN(BLOCKED, CREDIT_BLOCKED, record, STATE_BLOCKED),
    IN(BLOCKED, TIMER_DUE, record, STATE_BLOCKED),
    {0, 0, 0, NULL, {0}},
};

const struct transition *transitions_find(int direction, int from, int event) {
    for (const struct transition *row = transitions; row->rule; row++)
        if (row->direction == direction && row->from == from && row->event == event)
            return row;
    return NULL;
}

static void write_node(struct buffer *out, const char *direction, int state) {
    buffer_addf(out, "    %s_%s [label=\"%s\"%s];\n", direction, state_names[state], state_names[state],
                state_is_final(state) ? ", peripheries=2" : "");
}

static bool is_used(int direction, int state) {
    for (const struct transition *row = transitions; row->rule; row++) {
        if (row->direction != direction)
            continue;
        if (row->from == state)
            return true;
        for (const int *to = row->to; *to; to++)
            if (*to == state)
                return true;
    }
    return false;
}

static void write_edges(struct buffer *out, int direction) {
    const char *name = direction_names[direction];
    for (const struct transition *row = transitions; row->rule; row++)
        for (const int *to = row->to; row->direction == direction && *to; to++)
            if (*to != row->from)
                buffer_addf(out, "    %s_%s -> %s_%s [label=\"%s\"];\n", name, state_names[row->from], name,
                            state_names[*to], event_type_names[row->event]);
}

void transitions_write_dot(struct buffer *out) {
    buffer_add_string(out, "digraph pontis {\n  rankdir=LR;\n  node [shape=box];\n");
    for (int direction = OUTBOUND; direction <= INBOUND; direction++) {
        buffer_addf(out, "  subgraph cluster_%s {\n    label=\"%s\";\n", direction_names[direction],
                    direction_names[direction]);
        for (int state = STATE_NONE; state < STATE_COUNT; state++)
            if (is_used(direction, state))
                write_node(out, direction_names[direction], state);
        write_edges(out, direction);
        buffer_add_string(out, "  }\n");
    }
    buffer_add_string(out, "}\n");
}
