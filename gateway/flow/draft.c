#include "flow/draft.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "flow/identity.h"
#include "flow/progress.h"
#include "host/metrics.h"

enum { MESSAGE_LIMIT = 256 * 1024 };

struct flow_draft *draft_of(struct batch *batch, struct flow_item *item) {
    if (item->draft)
        return item->draft;
    item->draft = must_calloc(1, sizeof *item->draft);
    item->draft->now = flow_now(batch->flow);
    item->draft->new_instruction = flow_new_id(batch->flow);
    item->draft->message = flow_new_id(batch->flow);
    return item->draft;
}

static bool says_the_same(const struct flow_draft *draft, const struct decision *decision) {
    /* Padding that differs only costs building it again. */
    return draft->peer_message == decision->peer_message && draft->status == decision->status &&
           /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-exp42-c,cert-flp37-c) */
           memcmp(&draft->said, &decision->after, sizeof draft->said) == 0;
}

static struct result build(const struct flow_item *item, const char *message_id,
                           const struct decision *decision, struct buffer *body, uint8_t hash[32]) {
    const struct flow_link *link = item->link;
    struct adapter_outgoing outgoing = {.instruction = &decision->after,
                                        .message_id = message_id,
                                        .business_message_id = message_id,
                                        .created = item->draft->now,
                                        .status = decision->status};
    return decision->peer_message == PEER_MESSAGE_PAYMENT
               ? link->adapter->build_payment(link->dialect, &outgoing, body, hash)
               : link->adapter->build_status(link->dialect, &outgoing, body, hash);
}

static void keep(struct flow_draft *draft, const struct decision *decision, const struct buffer *body,
                 const uint8_t hash[32]) {
    free((void *)draft->body.data);
    draft->body = (struct bytes){must_memdup(body->data, body->length), body->length};
    draft->peer_message = decision->peer_message;
    draft->status = decision->status;
    draft->said = decision->after;
    memcpy(draft->content_hash, hash, sizeof draft->content_hash);
}

static void fill(const struct flow_item *item, const struct decision *decision, const char *message_id,
                 struct store_message *out) {
    const struct flow_draft *draft = item->draft;
    const struct corridor *corridor = &item->link->corridor;
    bool payment = decision->peer_message == PEER_MESSAGE_PAYMENT;
    *out = (struct store_message){.id = draft->message,
                                  .instruction = decision->after.id,
                                  .direction = OUTBOUND,
                                  .type = payment ? corridor->payment_version : corridor->status_version,
                                  .is_answer = !payment,
                                  .body = draft->body,
                                  .at = draft->now};
    text_set(out->corridor, sizeof out->corridor, corridor->name);
    text_set(out->message_id, sizeof out->message_id, message_id);
    text_set(out->business_message_id, sizeof out->business_message_id, message_id);
    memcpy(out->content_hash, draft->content_hash, sizeof out->content_hash);
}

struct result draft_build(struct batch *batch, struct flow_item *item, const struct decision *decision,
                          struct store_message *out) {
    struct flow_draft *draft = draft_of(batch, item);
    char message_id[REFERENCE_SIZE];
    identity_format_message(&draft->message, message_id);
    if (!says_the_same(draft, decision)) {
        struct buffer body;
        uint8_t hash[32] = {0};
        buffer_init(&body, MESSAGE_LIMIT);
        int64_t since = metrics_clock();
        struct result built = build(item, message_id, decision, &body, hash);
        metrics_station(STATION_BUILD, since);
        if (result_is_ok(&built))
            keep(draft, decision, &body, hash);
        buffer_wipe(&body);
        TRY(built);
    }
    fill(item, decision, message_id, out);
    progress_traceparent(item, &decision->after, out->traceparent);
    return result_ok();
}
