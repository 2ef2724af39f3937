#include "adapters/peer/peer.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/iso20022/envelope.h"
#include "base/text.h"
#include "core/reasons.h"

#define REFUSAL_DEFINITION "admi.002.001.01"
#define CODE_OF_WORDS      "NARR"        /* the reason is told in words */
#define NOT_PROVIDED       "NOTPROVIDED" /* Ref of a refusal whose original could not be read */

static const char *const payment_versions[] = {"pacs.008.001.13", "pacs.008.001.08", NULL};
static const char *const status_versions[] = {"pacs.002.001.15", "pacs.002.001.10", NULL};

struct adapter_link {
    struct corridor corridor;
    struct signature_key *key;
    struct signature_trust *trust;
};

/* ---- open, close, route ---- */

static void peer_close(struct adapter_link *link) {
    if (!link)
        return;
    signature_key_free(link->key);
    signature_trust_free(link->trust);
    free(link);
}

static struct result peer_open(const struct corridor *corridor, const struct adapter_keys *keys,
                               struct adapter_link **out) {
    struct adapter_link *link = must_calloc(1, sizeof *link);
    link->corridor = *corridor;
    struct result result = signature_key_load(keys->signing_key, keys->signing_certificate, &link->key);
    if (result_is_ok(&result))
        result = signature_trust_load(keys->peer_certificates, corridor->peer_signing_pins, CORRIDOR_MAX_PINS,
                                      &link->trust);
    if (!result_is_ok(&result)) {
        peer_close(link);
        link = NULL;
    }
    *out = link;
    return result;
}

static const char *peer_route(const struct adapter_link *link, int peer_message) {
    (void)link, (void)peer_message;
    return "/v1/iso20022";
}

/* ---- building ---- */

static void address(const struct adapter_link *link, const struct adapter_outgoing *outgoing,
                    const char *definition, struct message *out) {
    text_set(out->from, sizeof out->from, link->corridor.home.bic);
    text_set(out->to, sizeof out->to, link->corridor.peer.bic);
    text_set(out->business_message_id, sizeof out->business_message_id, outgoing->business_message_id);
    text_set(out->definition, sizeof out->definition, definition);
    text_set(out->service, sizeof out->service, PEER_SERVICE);
    out->header_created = outgoing->created;
    text_set(out->message_id, sizeof out->message_id, outgoing->message_id);
    out->created = outgoing->created;
    text_set(out->instructing_agent, sizeof out->instructing_agent, link->corridor.home.bic);
    text_set(out->instructed_agent, sizeof out->instructed_agent, link->corridor.peer.bic);
}

static struct result build(const struct adapter_link *link, const struct message *message, struct buffer *out,
                           uint8_t content_hash[32]) {
    struct envelope envelope;
    struct result result = envelope_build(message, link->key, &envelope);
    if (result_is_ok(&result)) {
        if (content_hash)
            envelope_digest(&envelope, content_hash);
        envelope_print(&envelope, out);
    }
    envelope_wipe(&envelope);
    return result;
}

static struct result peer_build_payment(struct adapter_link *link, const struct adapter_outgoing *outgoing,
                                        struct buffer *out, uint8_t content_hash[32]) {
    const struct instruction *instruction = outgoing->instruction;
    struct message message = {.payment = instruction->payment};
    address(link, outgoing, link->corridor.payment_version, &message);
    message.payment.uetr = instruction->key.uetr;
    text_set(message.transaction_id, sizeof message.transaction_id, instruction->transaction_id);
    return build(link, &message, out, content_hash);
}

static bool is_code(const char *text) {
    return strlen(text) == 4 && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == 4;
}

/* A wallet's words may be unfit for the message; the status has to go out all the same. */
static void give_reason(const struct instruction *instruction, int status, struct message *out) {
    if (!instruction->reason_code[0] && status != STATUS_RJCT)
        return;
    text_set(out->reason_code, sizeof out->reason_code,
             is_code(instruction->reason_code) ? instruction->reason_code : CODE_OF_WORDS);
    if (text_is_latin(instruction->reason_text))
        text_set(out->reason_text, sizeof out->reason_text, instruction->reason_text);
}

static struct result peer_build_status(struct adapter_link *link, const struct adapter_outgoing *outgoing,
                                       struct buffer *out, uint8_t content_hash[32]) {
    const struct instruction *instruction = outgoing->instruction;
    struct message message = {.status = outgoing->status};
    address(link, outgoing, link->corridor.status_version, &message);
    struct payment *payment = &message.payment;
    payment->uetr = instruction->key.uetr;
    text_set(payment->instruction_id, sizeof payment->instruction_id, instruction->payment.instruction_id);
    text_set(payment->end_to_end_id, sizeof payment->end_to_end_id, instruction->payment.end_to_end_id);
    text_set(message.transaction_id, sizeof message.transaction_id, instruction->transaction_id);
    text_set(message.original_message_id, sizeof message.original_message_id, instruction->message_id);
    text_set(message.original_definition, sizeof message.original_definition, link->corridor.payment_version);
    text_set(message.original_currency, sizeof message.original_currency,
             instruction->payment.target_currency);
    message.original_amount = instruction->payment.target_amount;
    give_reason(instruction, outgoing->status, &message);
    return build(link, &message, out, content_hash);
}

static struct result peer_build_refusal(struct adapter_link *link, const struct adapter_outgoing *outgoing,
                                        struct buffer *out) {
    const struct result *refusal = outgoing->refusal;
    const struct reason_row *row = reason_row(refusal->reason);
    struct message message = {0};
    address(link, outgoing, REFUSAL_DEFINITION, &message);
    text_set(message.refused_message_id, sizeof message.refused_message_id,
             outgoing->refused_message_id[0] ? outgoing->refused_message_id : NOT_PROVIDED);
    text_set(message.rule, sizeof message.rule, row->rule);
    if (text_is_latin(refusal->where))
        text_set(message.location, sizeof message.location, refusal->where);
    text_set(message.description, sizeof message.description, row->text);
    return build(link, &message, out, NULL);
}

/* ---- reading: whose is it, and what does it say? ---- */

static struct result check_sender(const struct adapter_link *link, const struct message *message,
                                  bool has_agents) {
    const char *peer = link->corridor.peer.bic, *home = link->corridor.home.bic;
    if (!text_equal(message->from, peer))
        return result_refuse(REASON_MESSAGE_FOREIGN, "/BusinessMessageEnvelope/AppHdr/Fr", "not the peer");
    if (!text_equal(message->to, home))
        return result_refuse(REASON_MESSAGE_FOREIGN, "/BusinessMessageEnvelope/AppHdr/To", "not for us");
    if (has_agents && !text_equal(message->instructing_agent, peer))
        return result_refuse(REASON_MESSAGE_FOREIGN, "GrpHdr/InstgAgt", "not the peer");
    if (has_agents && !text_equal(message->instructed_agent, home))
        return result_refuse(REASON_MESSAGE_FOREIGN, "GrpHdr/InstdAgt", "not for us");
    return result_ok();
}

/* The corridor may have changed its version since the payment was sent. */
static bool is_our_payment(const char *definition) {
    for (const char *const *version = payment_versions; *version; version++)
        if (text_equal(*version, definition))
            return true;
    return false;
}

static void read_common(const struct message *message, struct adapter_incoming *out) {
    struct event *event = &out->event;
    text_set(out->type, sizeof out->type, message->definition);
    out->created = message->created;
    text_set(event->source, sizeof event->source, message->from);
    text_set(event->id, sizeof event->id, message->business_message_id);
    text_set(event->message_id, sizeof event->message_id, message->message_id);
    event->key.kind = KIND_PAYMENT;
}

static void read_payment(const struct message *message, struct event *event) {
    event->type = EVENT_PEER_PAYMENT;
    event->key.direction = INBOUND;
    event->key.uetr = message->payment.uetr;
    event->payment = message->payment;
    text_set(event->transaction_id, sizeof event->transaction_id, message->transaction_id);
}

static void read_status(const struct message *message, struct event *event) {
    event->type = EVENT_PEER_STATUS;
    event->key.direction = OUTBOUND;
    event->key.uetr = message->payment.uetr;
    event->status = message->status;
    text_set(event->transaction_id, sizeof event->transaction_id, message->transaction_id);
    text_set(event->original_message_id, sizeof event->original_message_id, message->original_message_id);
    text_set(event->original_end_to_end_id, sizeof event->original_end_to_end_id,
             message->payment.end_to_end_id);
    text_set(event->original_instruction_id, sizeof event->original_instruction_id,
             message->payment.instruction_id);
    text_set(event->original_currency, sizeof event->original_currency, message->original_currency);
    event->original_amount = message->original_amount;
    text_set(event->reason_code, sizeof event->reason_code, message->reason_code);
    text_set(event->reason_text, sizeof event->reason_text, message->reason_text);
}

/* The ISO code of a rule of ours; a refusal for another cause is told in words. */
static const char *code_of_rule(const char *rule) {
    for (int reason = REASON_NONE + 1; reason < REASON_COUNT; reason++)
        if (text_equal(reason_row(reason)->rule, rule) && reason_row(reason)->iso_code[0])
            return reason_row(reason)->iso_code;
    return CODE_OF_WORDS;
}

/* Of a character of several bytes in UTF-8, any byte but the first. */
static bool is_continuation(char byte) {
    return ((unsigned char)byte & 0xC0) == 0x80;
}

static void read_refusal(const struct message *message, struct event *event) {
    event->type = EVENT_PEER_REFUSAL;
    event->key.direction = OUTBOUND;
    text_set(event->original_message_id, sizeof event->original_message_id, message->refused_message_id);
    text_set(event->message_id, sizeof event->message_id, message->business_message_id);
    text_set(event->reason_code, sizeof event->reason_code, code_of_rule(message->rule));
    size_t length = strnlen(message->description, sizeof event->reason_text - 1);
    while (is_continuation(message->description[length])) /* half a character is no text for the database */
        length--;
    (void)text_copy(event->reason_text, sizeof event->reason_text, message->description, length);
}

static struct result read_meaning(const struct adapter_link *link, const struct message *message,
                                  struct adapter_incoming *out) {
    bool is_refusal = text_equal(message->definition, REFUSAL_DEFINITION);
    TRY(check_sender(link, message, !is_refusal));
    read_common(message, out);
    if (message->original_definition[0] && !is_our_payment(message->original_definition))
        return result_refuse(REASON_NO_MATCH, "TxInfAndSts/OrgnlGrpInf/OrgnlMsgNmId",
                             "not a payment of ours");
    if (is_refusal)
        read_refusal(message, &out->event);
    else if (text_equal(message->definition, link->corridor.payment_version))
        read_payment(message, &out->event);
    else
        read_status(message, &out->event);
    return result_ok();
}

/* ---- reading: may we believe it? ---- */

/* Only for naming it in a refusal: nothing is known of the sender yet. */
static void read_id(const struct envelope *envelope, struct event *event) {
    const xmlNode *node = document_find(envelope->header, "BizMsgIdr");
    xmlChar *text = node ? xmlNodeGetContent(node) : NULL;
    char *out = event->business_message_id;
    if (text &&
        (!text_copy(out, sizeof event->business_message_id, (const char *)text, strlen((const char *)text)) ||
         !text_is_reference(out)))
        out[0] = '\0';
    xmlFree(text);
}

static struct result check_type(const struct adapter_link *link, const struct envelope *envelope) {
    const char *definition = envelope->map->definitions[envelope->version];
    if (text_equal(definition, link->corridor.payment_version) ||
        text_equal(definition, link->corridor.status_version) || text_equal(definition, REFUSAL_DEFINITION))
        return result_ok();
    return result_refuse(REASON_MESSAGE_TYPE, "/BusinessMessageEnvelope/Document", "%s", definition);
}

static struct result read_envelope(struct adapter_link *link, struct envelope *envelope, xmlDocPtr tree,
                                   struct adapter_incoming *out) {
    struct message message = {0};
    struct result opened = envelope_open(tree, envelope);
    if (envelope->header)
        read_id(envelope, &out->event);
    if (!result_is_ok(&opened))
        return opened;
    TRY(check_type(link, envelope));
    TRY(envelope_validate(envelope, schema_own()));
    TRY(signature_verify(link->trust, envelope->header));
    TRY(envelope_read(envelope, &message));
    TRY(read_meaning(link, &message, out));
    envelope_digest(envelope, out->event.content_hash);
    return result_ok();
}

static struct result peer_read(struct adapter_link *link, struct bytes bytes, struct adapter_incoming *out) {
    *out = (struct adapter_incoming){0};
    xmlDocPtr tree;
    TRY(document_parse(bytes, &tree));
    struct envelope envelope;
    struct result result = read_envelope(link, &envelope, tree, out);
    envelope_wipe(&envelope);
    return result;
}

const struct adapter peer_adapter = {
    .name = "peer",
    .content_type = "application/xml",
    .resolve = ADAPTER_RESEND,
    .payment_versions = payment_versions,
    .status_versions = status_versions,
    .open = peer_open,
    .close = peer_close,
    .route = peer_route,
    .lookups = NULL,
    .build_payment = peer_build_payment,
    .build_status = peer_build_status,
    .build_refusal = peer_build_refusal,
    .read = peer_read,
};
