/* What a peer may get wrong: it is kept, answered with the reason, and touches nobody else. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/reasons.h"
#include "host/digest.h"
#include "tests/support/plain/plain.h"
#include "tests/support/world/world.h"

enum { SECOND = 1000 };

/* A message from away to home in the plain dialect. */
static struct world_answer post_event(struct world *world, const struct event *event) {
    struct buffer body;
    buffer_init(&body, 1 << 16);
    record_write(&event_record, "event", event, &body);
    struct world_answer answer;
    world_post(world, HOME, buffer_bytes(&body), &answer);
    world_run(world, 50);
    buffer_wipe(&body);
    return answer;
}

static struct event event_of_peer(int type, const char *id) {
    struct event event = {.type = type};
    event.key.direction = type == EVENT_PEER_PAYMENT ? INBOUND : OUTBOUND;
    text_set(event.source, sizeof event.source, "BOTHTHBK");
    text_set(event.id, sizeof event.id, id);
    text_set(event.business_message_id, sizeof event.business_message_id, id);
    text_set(event.message_id, sizeof event.message_id, id);
    digest_sha256(id, strlen(id), event.content_hash);
    return event;
}

/* The payment that away has just sent to home, as a message to be changed. */
static struct event last_payment(struct world *world) {
    struct memory_store *store = &world->nodes[AWAY].store;
    struct event event = {0};
    for (size_t i = 0; i < store->messages.count; i++)
        if (text_equal(store->messages.items[i].row.type, "plain.pay.1") &&
            store->messages.items[i].row.direction == OUTBOUND)
            cr_assert(record_read(&event_record, "event", store->messages.items[i].row.body, &event));
    return event;
}

static const struct store_input *last_input(struct world *world) {
    struct memory_store *store = &world->nodes[HOME].store;
    cr_assert_gt(store->inputs.count, 0);
    return &store->inputs.items[store->inputs.count - 1];
}

static size_t cases(struct world *world) {
    return world->nodes[HOME].store.cases.count;
}

Test(peer, a_message_that_matches_no_payment_gets_404_and_the_reason) {
    struct world world;
    world_init(&world, 1);
    struct event event = event_of_peer(EVENT_PEER_STATUS, "STATUS-1");
    event.status = STATUS_ACCC;
    event.key.uetr.bytes[0] = 1;
    struct world_answer answer = post_event(&world, &event);
    cr_assert_eq(answer.count, 1);
    cr_assert_eq(answer.status, 404);
    cr_assert(strstr(answer.body, "refused STATUS-1"), "%s", answer.body);
    cr_assert_str_eq(last_input(&world)->disposition, "refused");
    cr_assert_gt(last_input(&world)->payload.length, 0, "the bytes are kept");
    cr_assert_eq(cases(&world), 0);
    world_check_at_rest(&world);
    world_wipe(&world);
}

Test(peer, a_status_of_another_message_touches_no_payment) {
    struct world world;
    world_init(&world, 1);
    world.nodes[AWAY].wallet.silent = true;
    struct uuid uetr = world_pay(&world, HOME, 10000);
    world_run(&world, SECOND);
    struct event event = event_of_peer(EVENT_PEER_STATUS, "STATUS-1");
    event.status = STATUS_ACCC;
    event.key.uetr = uetr;
    text_set(event.original_message_id, REFERENCE_SIZE, "ANOTHER");
    cr_assert_eq(post_event(&world, &event).status, 404);
    cr_assert_eq(world_instruction(&world, HOME, &uetr)->state, STATE_SENT);
    world_wipe(&world);
}

Test(peer, what_cannot_be_read_is_kept_and_refused) {
    struct world world;
    world_init(&world, 1);
    struct world_answer answer;
    world_post(&world, HOME, bytes_of_string("no message"), &answer);
    world_run(&world, 50);
    cr_assert_eq(answer.status, 400);
    cr_assert_eq(last_input(&world)->reason, REASON_MESSAGE_MALFORMED);
    cr_assert_str_eq(last_input(&world)->disposition, "refused");
    cr_assert_eq(last_input(&world)->payload.length, strlen("no message"));
    world_post(&world, HOME, bytes_of_string("1234567\xe2\x82\xac"), &answer);
    world_run(&world, 50);
    cr_assert_eq(answer.status, 400, "whatever the words about it are made of");
    struct event foreign = event_of_peer(EVENT_PEER_STATUS, "STATUS-2");
    text_set(foreign.source, sizeof foreign.source, "OTHERXXX");
    cr_assert_eq(post_event(&world, &foreign).status, 403);
    world_wipe(&world);
}

/* money.md, "Collision": admi.002 and a case, never a pacs.002 for the original; however often it comes. */
Test(peer, the_same_payment_with_other_content_opens_one_case) {
    struct world world;
    world_init(&world, 1);
    world_pay(&world, AWAY, 500000);
    world_run(&world, 10 * SECOND);
    size_t sent = world.nodes[HOME].store.attempts.count;
    struct event other = last_payment(&world);
    other.payment.target_amount++;
    memset(other.content_hash, 7, 32);
    text_set(other.id, sizeof other.id, "OTHER-1");
    text_set(other.business_message_id, sizeof other.business_message_id, "OTHER-1");
    for (int i = 0; i < 3; i++) {
        struct world_answer answer = post_event(&world, &other);
        cr_assert_eq(answer.status, 409);
        cr_assert(strstr(answer.body, "refused OTHER-1"));
    }
    cr_assert_eq(cases(&world), 1);
    cr_assert_eq(world.nodes[HOME].store.attempts.count, sent, "no status goes out");
    world_check_at_rest(&world);
    world_wipe(&world);
}

Test(peer, the_same_message_id_with_other_content_opens_one_case) {
    struct world world;
    world_init(&world, 1);
    world_pay(&world, AWAY, 500000);
    world_run(&world, 10 * SECOND);
    size_t sent = world.nodes[HOME].store.attempts.count;
    struct event other = last_payment(&world);
    other.key.uetr.bytes[0] ^= 1;
    memset(other.content_hash, 7, 32);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(post_event(&world, &other).status, 409);
    cr_assert_eq(cases(&world), 1);
    cr_assert_eq(world.nodes[HOME].store.instructions.count, 1, "nothing of it is believed");
    cr_assert_eq(world.nodes[HOME].store.attempts.count, sent);
    world_wipe(&world);
}

static void contradict(struct world *world, const struct uuid *uetr, const char *id) {
    const struct instruction *paid = world_instruction(world, HOME, uetr);
    struct event event = event_of_peer(EVENT_PEER_STATUS, id);
    event.status = STATUS_RJCT;
    event.key.uetr = *uetr;
    text_set(event.original_message_id, REFERENCE_SIZE, paid->message_id);
    text_set(event.reason_code, CODE_SIZE, "AC04");
    cr_assert_eq(post_event(world, &event).status, 202);
}

Test(peer, a_contradiction_opens_one_case_however_often_it_is_said) {
    struct world world;
    world_init(&world, 1);
    struct uuid uetr = world_pay(&world, HOME, 10000);
    world_run(&world, 10 * SECOND);
    for (int i = 0; i < 3; i++)
        contradict(&world, &uetr, "STATUS-1");
    cr_assert_eq(cases(&world), 1);
    contradict(&world, &uetr, "STATUS-2");
    cr_assert_eq(cases(&world), 2, "another message");
    cr_assert_eq(world_instruction(&world, HOME, &uetr)->state, STATE_SETTLED);
    world_check_at_rest(&world);
    world_wipe(&world);
}

/* A signed admi.002 names our BizMsgIdr and no UETR. */
static struct event refusal_of(const char *refused, const char *id) {
    struct event event = event_of_peer(EVENT_PEER_REFUSAL, id);
    text_set(event.original_message_id, REFERENCE_SIZE, refused);
    text_set(event.reason_code, CODE_SIZE, "NARR");
    return event;
}

Test(peer, a_refusal_finds_its_payment_by_our_message_id_and_a_person_looks) {
    struct world world;
    world_init(&world, 1);
    world.nodes[AWAY].wallet.silent = true;
    struct uuid uetr = world_pay(&world, HOME, 10000);
    world_run(&world, SECOND);
    struct event event = refusal_of(world_instruction(&world, HOME, &uetr)->business_message_id, "REFUSAL-1");
    for (int i = 0; i < 2; i++)
        cr_assert_eq(post_event(&world, &event).status, 202);
    cr_assert_eq(cases(&world), 1);
    cr_assert(uuid_equal(&world.nodes[HOME].store.cases.items[0].instruction,
                         &world_instruction(&world, HOME, &uetr)->id));
    world.nodes[AWAY].wallet.silent = false;
    world_run(&world, 20 * SECOND);
    cr_assert_eq(world_instruction(&world, HOME, &uetr)->state, STATE_SETTLED, "the payment goes on");
    world_check_at_rest(&world);
    world_wipe(&world);
}

Test(peer, a_refusal_of_nothing_of_ours_matches_nothing) {
    struct world world;
    world_init(&world, 1);
    static const char *const names[] = {"", "NOTPROVIDED", "0193A5C0f00f-7000-8000-000000000000",
                                        "0193a5c0f00f-7000-8000-000000000000"};
    for (size_t i = 0; i < 4; i++) {
        char id[16];
        snprintf(id, sizeof id, "REFUSAL-%zu", i);
        struct event event = refusal_of(names[i], id);
        cr_assert_eq(post_event(&world, &event).status, 404, "%s", names[i]);
    }
    cr_assert_eq(cases(&world), 0);
    world_wipe(&world);
}

Test(peer, a_blocked_credit_is_charged_at_home_and_frozen_away) {
    struct world world;
    world_init(&world, 1);
    world.nodes[AWAY].wallet.blocks_credits = true;
    struct uuid uetr = world_pay(&world, HOME, 10000);
    world_run(&world, 10 * SECOND);
    cr_assert_eq(world_instruction(&world, HOME, &uetr)->state, STATE_BLOCKED);
    cr_assert_eq(world_instruction(&world, AWAY, &uetr)->state, STATE_BLOCKED);
    cr_assert_eq(world.nodes[HOME].wallet.captured, 10000);
    cr_assert_eq(world.nodes[AWAY].wallet.credited, 0);
    world_check(&world);
    world_wipe(&world);
}

/* A worker whose own sending failed, while another one sees to what was sent: any message that can be read
 * says that the peer is back. */
Test(peer, who_hears_of_the_peer_knows_that_it_is_back) {
    struct world world;
    world_init(&world, 1);
    struct flow *flow = &world.nodes[HOME].flow;
    flow_link_close(flow, flow_link_find(flow, "sg-th"));
    struct uuid waiting = world_pay(&world, HOME, 10000);
    world_run(&world, 3 * SECOND);
    cr_assert_eq(world_instruction(&world, HOME, &waiting)->state, STATE_RESERVED);
    struct event event = event_of_peer(EVENT_PEER_STATUS, "STATUS-1");
    event.status = STATUS_ACCC;
    event.key.uetr.bytes[0] = 1;
    cr_assert_eq(post_event(&world, &event).status, 404);
    world_run(&world, 10 * SECOND);
    cr_assert_eq(world_instruction(&world, HOME, &waiting)->state, STATE_SETTLED);
    world_check_at_rest(&world);
    world_wipe(&world);
}

/* ---- what our own dialect cannot say ---- */

Test(peer, a_payment_that_cannot_be_said_is_rejected_and_the_stream_goes_on) {
    struct world world;
    world_init(&world, 1);
    plain_refuses = "Invoice 1";
    struct uuid uetr = world_pay(&world, HOME, 10000);
    world_run(&world, 5 * SECOND);
    plain_refuses = NULL;
    struct uuid good = world_pay(&world, HOME, 10000);
    world_run(&world, 10 * SECOND);
    cr_assert_eq(world_instruction(&world, HOME, &uetr)->state, STATE_REJECTED);
    cr_assert_str_eq(world_instruction(&world, HOME, &uetr)->reason_field, "event.payment.remittance");
    cr_assert_eq(world_instruction(&world, HOME, &good)->state, STATE_SETTLED);
    cr_assert_eq(world.nodes[HOME].wallet.rejected, 1);
    world_check_at_rest(&world);
    world_wipe(&world);
}

/* The money has moved: a status that cannot be said takes nothing back, and a person looks. */
Test(peer, a_status_that_cannot_be_said_loses_no_decision) {
    struct world world;
    world_init(&world, 1);
    struct uuid uetr = world_pay(&world, HOME, 10000);
    plain_refuses = "status";
    world_run(&world, 30 * SECOND);
    plain_refuses = NULL;
    cr_assert_eq(world_instruction(&world, AWAY, &uetr)->state, STATE_CREDITED);
    cr_assert_eq(world.nodes[AWAY].wallet.credited, 258125);
    cr_assert_eq(world.nodes[AWAY].store.cases.count, 1);
    world_check(&world);
    world_wipe(&world);
}

Test(peer, a_key_that_cannot_sign_ends_the_worker_and_loses_nothing) {
    struct world world;
    world_init(&world, 1);
    world.nodes[HOME].may_die = true;
    plain_breaks = true;
    struct uuid uetr = world_pay(&world, HOME, 10000);
    world_run(&world, SECOND);
    cr_assert_neq(world.nodes[HOME].died_of[0], '\0');
    cr_assert_eq(world.nodes[HOME].store.instructions.count, 0);
    plain_breaks = false;
    world_crash(&world, HOME);
    world_run(&world, 10 * SECOND);
    cr_assert_eq(world_instruction(&world, HOME, &uetr)->state, STATE_SETTLED);
    world_check_at_rest(&world);
    world_wipe(&world);
}
