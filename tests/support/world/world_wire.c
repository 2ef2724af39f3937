#include "tests/support/world/world_wire.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

struct post {
    struct node *from;
    int life; /* of the sender: nobody learns of the answer when it has died */
    struct bytes body;
    char traceparent[56];
    wire_done done;
    void *context;
    bool answer_is_lost;
    struct world_answer *answer; /* of world_post; NULL: a node posted it */
    struct wire_exchange exchange;
};

static void tell(struct post *post, enum wire_outcome outcome, int status) {
    if (post->from->life != post->life || !post->done)
        return;
    struct wire_response response = {.outcome = outcome, .http_status = status};
    wire_done done = post->done;
    post->done = NULL;
    done(post->context, &response);
}

static void run_unknown(struct world *world, void *argument) {
    (void)world;
    tell(argument, WIRE_UNKNOWN, 0);
}

static void run_not_sent(struct world *world, void *argument) {
    (void)world;
    tell(argument, WIRE_NOT_SENT, 0);
}

static void arrive(struct world *world, void *argument) {
    struct post *post = argument;
    struct node *to = &world->nodes[1 - post->from->index];
    if (!to->on_peer)
        return;
    post->exchange = (struct wire_exchange){.handle = post,
                                            .listener = "peer",
                                            .method = "POST",
                                            .path = "/plain",
                                            .query = "",
                                            .content_type = "text/plain",
                                            .traceparent = post->traceparent,
                                            .idempotency_key = "",
                                            .subject = "",
                                            .body = post->body};
    text_set(post->exchange.public_key, sizeof post->exchange.public_key, "pin");
    to->on_peer(to->peer_context, &post->exchange);
}

static struct post *new_post(struct node *from, struct bytes body, const char *traceparent, wire_done done,
                             void *context) {
    struct post *post = arena_alloc(&from->store.arena, sizeof *post);
    *post = (struct post){.from = from, .life = from->life, .done = done, .context = context};
    post->body = (struct bytes){arena_copy(&from->store.arena, body.data, body.length), body.length};
    text_set(post->traceparent, sizeof post->traceparent, traceparent);
    return post;
}

static void wire_post(void *self, const struct wire_request *request, wire_done done, void *context) {
    struct node *from = self;
    struct world *world = from->world;
    struct node *to = &world->nodes[1 - from->index];
    struct post *post = new_post(from, request->body, request->traceparent, done, context);
    int64_t delay = 1 + (int64_t)(world_random(world) % 20);
    if (world->wire_down) {
        world_task(world, from, delay, run_not_sent, post);
        return;
    }
    if (world_chance(world, world->lose_request)) {
        world_task(world, from, 10000, run_unknown, post);
        return;
    }
    post->answer_is_lost = world_chance(world, world->lose_answer);
    world_task(world, to, delay, arrive, post);
    /* The deadline: whoever tells first is heard. */
    world_task(world, from, 10000, run_unknown, post);
    if (world_chance(world, world->duplicate))
        world_task(world, to, delay + 5, arrive,
                   new_post(from, request->body, request->traceparent, NULL, NULL));
}

static void wire_serve(void *self, const char *listener, wire_handler handler, void *context) {
    struct node *node = self;
    if (!text_equal(listener, "peer"))
        return;
    node->on_peer = handler;
    node->peer_context = context;
}

static void keep_answer(struct world_answer *answer, int status, struct bytes body) {
    answer->count++;
    answer->status = status;
    snprintf(answer->body, sizeof answer->body, "%.*s", (int)body.length, body.data);
}

static void wire_answer(void *self, struct wire_exchange *exchange, int status, const char *type,
                        struct bytes body) {
    (void)self, (void)type;
    struct post *post = exchange->handle;
    if (post->answer)
        keep_answer(post->answer, status, body);
    if (post->answer_is_lost)
        return;
    tell(post, status / 100 == 2 ? WIRE_DELIVERED : WIRE_UNKNOWN, status);
}

void world_wire_fill(struct node *node, struct wire_port *out) {
    *out = (struct wire_port){node, wire_post, wire_serve, wire_answer};
}

void world_post(struct world *world, int to, struct bytes body, struct world_answer *answer) {
    *answer = (struct world_answer){0};
    struct post *post = new_post(&world->nodes[1 - to], body, "", NULL, NULL);
    post->answer = answer;
    world_task(world, &world->nodes[to], 0, arrive, post);
}
