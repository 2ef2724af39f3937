#include "tests/support/plain/plain.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/reasons.h"
#include "host/digest.h"

struct adapter_link {
    struct corridor corridor;
};

size_t plain_built;
const char *plain_refuses;
bool plain_breaks;

static const char *const payment_versions[] = {"plain.pay.1", NULL};
static const char *const status_versions[] = {"plain.sts.1", NULL};

static struct result open_link(const struct corridor *corridor, const struct adapter_keys *keys,
                               struct adapter_link **out) {
    (void)keys;
    *out = must_calloc(1, sizeof **out);
    (*out)->corridor = *corridor;
    return result_ok();
}

static void close_link(struct adapter_link *link) {
    free(link);
}

static const char *route(const struct adapter_link *link, int peer_message) {
    (void)link, (void)peer_message;
    return "/plain";
}

/* A message is the event that it will be on the other side. */
static struct result write_event(const struct adapter_link *link, struct event *event,
                                 const struct adapter_outgoing *outgoing, struct buffer *out,
                                 uint8_t hash[32]) {
    if (plain_breaks)
        return result_fatal("the key cannot sign");
    plain_built++;
    struct buffer content;
    buffer_init(&content, 64 * 1024);
    record_write(&event_record, "event", event, &content);
    digest_sha256(content.data, content.length, hash);
    buffer_wipe(&content);
    text_set(event->source, sizeof event->source, link->corridor.home.bic);
    text_set(event->id, sizeof event->id, outgoing->business_message_id);
    text_set(event->business_message_id, sizeof event->business_message_id, outgoing->business_message_id);
    memcpy(event->content_hash, hash, 32);
    record_write(&event_record, "event", event, out);
    return out->overflowed ? result_refuse(REASON_MESSAGE_TOO_LARGE, "", "too large") : result_ok();
}

static struct result build_payment(struct adapter_link *link, const struct adapter_outgoing *outgoing,
                                   struct buffer *out, uint8_t content_hash[32]) {
    const struct instruction *instruction = outgoing->instruction;
    if (plain_refuses && text_equal(instruction->payment.remittance, plain_refuses))
        return result_refuse(REASON_MESSAGE_SCHEMA, "event.payment.remittance", "cannot be said");
    struct event event = {.type = EVENT_PEER_PAYMENT, .payment = instruction->payment};
    event.payment.limit_amount = 0;
    event.key.direction = INBOUND;
    event.key.uetr = instruction->key.uetr;
    text_set(event.message_id, sizeof event.message_id, outgoing->message_id);
    text_set(event.transaction_id, sizeof event.transaction_id, instruction->transaction_id);
    return write_event(link, &event, outgoing, out, content_hash);
}

static struct result build_status(struct adapter_link *link, const struct adapter_outgoing *outgoing,
                                  struct buffer *out, uint8_t content_hash[32]) {
    const struct instruction *instruction = outgoing->instruction;
    if (plain_refuses && text_equal("status", plain_refuses))
        return result_refuse(REASON_MESSAGE_SCHEMA, "event.status", "cannot be said");
    struct event event = {.type = EVENT_PEER_STATUS, .status = outgoing->status};
    event.key.direction = OUTBOUND;
    event.key.uetr = instruction->key.uetr;
    event.original_amount = instruction->payment.target_amount;
    text_set(event.message_id, sizeof event.message_id, outgoing->message_id);
    text_set(event.original_message_id, sizeof event.original_message_id, instruction->message_id);
    text_set(event.original_end_to_end_id, sizeof event.original_end_to_end_id,
             instruction->payment.end_to_end_id);
    text_set(event.transaction_id, sizeof event.transaction_id, instruction->transaction_id);
    text_set(event.original_currency, sizeof event.original_currency, instruction->payment.target_currency);
    text_set(event.reason_code, sizeof event.reason_code, instruction->reason_code);
    text_set(event.reason_text, sizeof event.reason_text, instruction->reason_text);
    return write_event(link, &event, outgoing, out, content_hash);
}

static struct result build_refusal(struct adapter_link *link, const struct adapter_outgoing *outgoing,
                                   struct buffer *out) {
    (void)link;
    buffer_addf(out, "refused %s: %s\n", outgoing->refused_message_id, outgoing->refusal->detail);
    return result_ok();
}

static struct result read_message(struct adapter_link *link, struct bytes message,
                                  struct adapter_incoming *out) {
    struct event *event = &out->event;
    if (!record_read(&event_record, "event", message, event))
        return result_refuse(REASON_MESSAGE_MALFORMED, "", "not a plain message: %.*s",
                             (int)(message.length < 8 ? message.length : 8), message.data);
    if (!text_equal(event->source, link->corridor.peer.bic))
        return result_refuse(REASON_MESSAGE_FOREIGN, "event.source", "not the peer's");
    text_set(out->type, sizeof out->type,
             event->type == EVENT_PEER_PAYMENT ? payment_versions[0] : status_versions[0]);
    return result_ok();
}

const struct adapter plain_adapter = {
    .name = "plain",
    .content_type = "text/plain",
    .resolve = ADAPTER_RESEND,
    .payment_versions = payment_versions,
    .status_versions = status_versions,
    .open = open_link,
    .close = close_link,
    .route = route,
    .build_payment = build_payment,
    .build_status = build_status,
    .build_refusal = build_refusal,
    .read = read_message,
};
