#include "flow/turn.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "flow/batch.h"

/* The relay tells what is 3 s old, so nothing has to wait for longer. */
enum { TOLD_SIZE = 4096, ASK_AGAIN_MILLISECONDS = 30, LONGEST_WAIT = 3000, MOST_WAITING = 4096 };

struct waiting {
    struct waiting *next;
    struct store_wallet_event event; /* its body is a copy */
    struct turn turn;
    bool repeated;
    bool asked; /* for, in the read under way */
    int64_t since;
};

/* Until which version this worker has told of an instruction; the last that fell into a place has it. */
struct told {
    struct uuid instruction;
    int64_t version;
};

struct turns {
    struct told told[TOLD_SIZE];
    struct waiting *head, *tail;
    size_t count;
    bool asking; /* a read or a timer is under way */
    struct buffer ids;
    const char *parameters[1];
};

struct turns *turns_new(void) {
    return must_calloc(1, sizeof(struct turns));
}

static void waiting_free(struct waiting *waiting) {
    free((void *)waiting->event.body.data);
    free(waiting);
}

void turns_free(struct turns *turns) {
    while (turns->head) {
        struct waiting *next = turns->head->next;
        waiting_free(turns->head);
        turns->head = next;
    }
    buffer_wipe(&turns->ids);
    free(turns);
}

/* ---- what this worker has told ---- */

static struct told *told_of(struct turns *turns, const struct uuid *instruction) {
    size_t place = (size_t)instruction->bytes[14] << 8 | instruction->bytes[15];
    return &turns->told[place % TOLD_SIZE];
}

static bool has_told(struct turns *turns, const struct uuid *instruction, const struct turn *turn) {
    const struct told *told = told_of(turns, instruction);
    return uuid_equal(&told->instruction, instruction) && told->version == turn->version;
}

static void tell(struct flow *flow, const struct store_wallet_event *event, bool repeated,
                 struct publication *publication) {
    publication_add(publication, repeated ? NULL : &event->id, event->topic, bytes_of_string(event->key),
                    event->body);
    if (!repeated && event->version)
        *told_of(flow->turns, &event->instruction) = (struct told){event->instruction, event->version};
}

void turn_forget(struct flow *flow) {
    memset(flow->turns->told, 0, sizeof flow->turns->told);
}

/* ---- those that wait ---- */

static void append(struct turns *turns, struct waiting *waiting) {
    waiting->next = NULL;
    if (turns->tail)
        turns->tail->next = waiting;
    else
        turns->head = waiting;
    turns->tail = waiting;
    turns->count++;
}

static int64_t now(struct flow *flow) {
    return flow->ports.clock.monotonic(flow->ports.clock.self);
}

static void keep(struct flow *flow, const struct store_wallet_event *event, const struct turn *turn,
                 bool repeated) {
    if (flow->turns->count >= MOST_WAITING)
        return;
    struct waiting *waiting = must_calloc(1, sizeof *waiting);
    *waiting = (struct waiting){.event = *event, .turn = *turn, .repeated = repeated, .since = now(flow)};
    waiting->event.body.data = must_memdup(event->body.data, event->body.length);
    append(flow->turns, waiting);
}

void turn_take(struct flow *flow, const struct store_wallet_event *event, const struct turn *turn,
               bool repeated, struct publication *publication) {
    if (uuid_is_nil(&turn->before) || has_told(flow->turns, &event->instruction, turn))
        tell(flow, event, repeated, publication);
    else
        keep(flow, event, turn, repeated);
}

/* ---- asking ---- */

static void ask_again(void *context) {
    struct flow *flow = context;
    flow->turns->asking = false;
    turn_ask(flow);
}

static bool is_listed(const struct store_table *table, const struct uuid *id) {
    char text[UUID_TEXT_SIZE];
    uuid_format(id, text);
    for (size_t i = 0; i < table->rows; i++)
        if (text_equal(table->cells[i * table->columns], text))
            return true;
    return false;
}

static void decide_turn(struct flow *flow, struct waiting *waiting, const struct store_table *untold,
                        struct publication *publication) {
    bool ready = has_told(flow->turns, &waiting->event.instruction, &waiting->turn) ||
                 (waiting->asked && !is_listed(untold, &waiting->turn.before));
    if (ready)
        tell(flow, &waiting->event, waiting->repeated, publication);
    if (ready || now(flow) - waiting->since > LONGEST_WAIT)
        waiting_free(waiting);
    else
        append(flow->turns, waiting);
}

static void on_untold(void *context, struct result result, const struct store_table *untold) {
    struct flow *flow = context;
    struct turns *turns = flow->turns;
    if (result_is_ok(&result)) {
        struct publication *publication = publication_new(flow, NULL, NULL);
        struct waiting *waiting = turns->head;
        turns->head = turns->tail = NULL;
        turns->count = 0;
        while (waiting) {
            struct waiting *next = waiting->next;
            decide_turn(flow, waiting, untold, publication);
            waiting = next;
        }
        publication_send(publication);
    }
    if (turns->head && !flow->stopping)
        flow->ports.clock.after(flow->ports.clock.self, ASK_AGAIN_MILLISECONDS, ask_again, flow);
    else
        turns->asking = false;
}

static void list_ids(struct turns *turns) {
    buffer_wipe(&turns->ids);
    buffer_init(&turns->ids, (MOST_WAITING + 1) * (size_t)UUID_TEXT_SIZE);
    for (struct waiting *waiting = turns->head; waiting; waiting = waiting->next) {
        char text[UUID_TEXT_SIZE];
        uuid_format(&waiting->turn.before, text);
        buffer_addf(&turns->ids, "%c%s", waiting == turns->head ? '{' : ',', text);
        waiting->asked = true;
    }
    buffer_add_char(&turns->ids, '}');
}

void turn_ask(struct flow *flow) {
    struct turns *turns = flow->turns;
    if (turns->asking || !turns->head)
        return;
    turns->asking = true;
    list_ids(turns);
    turns->parameters[0] = turns->ids.data;
    struct store_port *store = &flow->ports.store;
    store->read(store->self, "wallet_events_untold", turns->parameters, 1, on_untold, flow);
}
