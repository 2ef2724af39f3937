#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/reasons.h"
#include "flow/wallet_event.h"

/* Prints a line of JSON for each event that a wallet can be told, once with all it may carry and once with as
 * little as there is. */

static struct instruction an_instruction(int type) {
    static const int states[] = {[WALLET_TRANSFER_RECEIVED] = STATE_RECEIVED,
                                 [WALLET_TRANSFER_SENT] = STATE_SENT,
                                 [WALLET_TRANSFER_ACCEPTED] = STATE_ACCEPTED,
                                 [WALLET_TRANSFER_IN_DOUBT] = STATE_IN_DOUBT,
                                 [WALLET_TRANSFER_SETTLED] = STATE_SETTLED,
                                 [WALLET_TRANSFER_REJECTED] = STATE_REJECTED,
                                 [WALLET_TRANSFER_CANCELLED] = STATE_CANCELLED,
                                 [WALLET_TRANSFER_BLOCKED] = STATE_BLOCKED,
                                 [WALLET_CREDIT_REQUESTED] = STATE_CREDIT_REQUESTED,
                                 [WALLET_EVENT_REFUSED] = STATE_SENT,
                                 [WALLET_ALERT] = STATE_SENT};
    static const uint8_t bytes[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    bool inbound = type == WALLET_CREDIT_REQUESTED;
    struct instruction out = {.id = uuid_from_random(bytes), .state = states[type], .version = 3};
    struct payment *payment = &out.payment;
    out.key = (struct instruction_key){"sg-th", inbound ? INBOUND : OUTBOUND, KIND_PAYMENT, out.id};
    if (!inbound)
        out.lock_id = out.id;
    payment->uetr = out.id;
    text_set(payment->debtor.name, NAME_SIZE, "Tan Wei Ling");
    text_set(payment->debtor.country, COUNTRY_SIZE, "SG");
    text_set(payment->source_currency, CURRENCY_SIZE, "SGD");
    text_set(payment->target_currency, CURRENCY_SIZE, "THB");
    payment->source_amount = 10000;
    payment->target_amount = 258125;
    payment->rate = (struct decimal){258125, 4};
    payment->acceptance_time = 1777852800000;
    return out;
}

static void tell(const struct wallet_notice *notice) {
    struct buffer out;
    buffer_init(&out, 64 * 1024);
    wallet_event_write(notice, &out);
    puts(out.data);
    buffer_wipe(&out);
}

static void tell_little(int type) {
    static const uint8_t hash[32] = {0xab};
    struct instruction instruction = an_instruction(type);
    bool about_none = type == WALLET_EVENT_REFUSED || type == WALLET_ALERT;
    struct wallet_notice notice = {.type = type,
                                   .id = instruction.id,
                                   .source = "urn:pontis:home",
                                   .key = "SGW700214558830",
                                   .instruction = about_none ? NULL : &instruction,
                                   .causation_id = "",
                                   .refused_source = "",
                                   .refused_id = "",
                                   .refused_hash = hash,
                                   .text = "a person must look"};
    if (type == WALLET_TRANSFER_REJECTED || type == WALLET_EVENT_REFUSED)
        notice.reason = REASON_EVENT_SCHEMA;
    tell(&notice);
}

static void tell_all(int type) {
    static const uint8_t hash[32] = {0xcd};
    struct instruction instruction = an_instruction(type);
    text_set(instruction.reason_code, CODE_SIZE, "AC04");
    text_set(instruction.reason_text, REASON_TEXT_SIZE, "Account closed");
    struct wallet_notice notice = {.type = type,
                                   .id = instruction.id,
                                   .source = "urn:pontis:home",
                                   .key = "SGW700214558830",
                                   .time = 1777852800123,
                                   .instruction = &instruction,
                                   .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                                   .causation_id = "event-1",
                                   .reason = REASON_NO_LIQUIDITY,
                                   .reason_field = "/payment/source_amount",
                                   .refused_source = "urn:wallet:home",
                                   .refused_id = "event-1",
                                   .refused_hash = hash,
                                   .text = "a person must look"};
    tell(&notice);
    notice.reason = REASON_NONE;
    if (type != WALLET_EVENT_REFUSED)
        tell(&notice);
}

int main(void) {
    for (int type = 0; wallet_event_type_names[type]; type++) {
        tell_little(type);
        tell_all(type);
    }
    return 0;
}
