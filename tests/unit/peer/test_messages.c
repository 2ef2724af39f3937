#include <criterion/criterion.h>
#include <string.h>

#include "adapters/peer/peer.h"
#include "base/text.h"
#include "core/reasons.h"
#include "tests/unit/peer/fixture.h"
#include "tests/unit/peer/forge.h"

/* What one end says, the other end understands. */

static void expect_payment(const struct payment *got, const struct payment *sent, bool is_old) {
    struct buffer left, right;
    buffer_init(&left, 1 << 16);
    buffer_init(&right, 1 << 16);
    struct payment expected = *sent;
    if (is_old) { /* no place for these before AgrdRate */
        expected.quote_id = (struct uuid){0};
        expected.fx_provider[0] = '\0';
    }
    record_write(&payment_record, "", &expected, &left);
    record_write(&payment_record, "", got, &right);
    cr_expect_str_eq(right.data, left.data);
    buffer_wipe(&left);
    buffer_wipe(&right);
}

static void payment_crosses(bool is_old) {
    struct fixture fixture;
    fixture_init(&fixture, is_old);
    uint8_t hash[32];
    struct buffer bytes = fixture_payment(&fixture, hash);
    struct adapter_incoming in;
    struct result result = fixture_read(fixture.away, buffer_bytes(&bytes), &in);
    cr_assert(result_is_ok(&result), "%s: %s", result.where, result.detail);
    cr_expect_str_eq(in.type, is_old ? "pacs.008.001.08" : "pacs.008.001.13");
    cr_expect_eq(in.created, 1790683200123);
    cr_expect_eq(in.event.type, EVENT_PEER_PAYMENT);
    cr_expect_eq(in.event.key.direction, INBOUND);
    cr_expect(uuid_equal(&in.event.key.uetr, &fixture.instruction.key.uetr));
    cr_expect_str_eq(in.event.source, "MASGSGSG");
    cr_expect_str_eq(in.event.id, fixture.instruction.message_id);
    cr_expect_str_eq(in.event.message_id, fixture.instruction.message_id);
    cr_expect_str_eq(in.event.business_message_id, fixture.instruction.message_id);
    cr_expect_str_eq(in.event.transaction_id, fixture.instruction.transaction_id);
    cr_expect_arr_eq(in.event.content_hash, hash, 32);
    expect_payment(&in.event.payment, &fixture.instruction.payment, is_old);
    buffer_wipe(&bytes);
    fixture_wipe(&fixture);
}

Test(peer, a_payment_crosses_in_the_newest_version) {
    payment_crosses(false);
}

Test(peer, a_payment_crosses_in_the_older_version) {
    payment_crosses(true);
}

Test(peer, a_payment_with_the_least_data_crosses) {
    struct fixture fixture;
    fixture_init(&fixture, false);
    struct payment *payment = &fixture.instruction.payment;
    payment->instruction_id[0] = payment->purpose[0] = payment->remittance[0] = '\0';
    payment->debtor = (struct party){.name = "A", .town = "B", .country = "SG", .identification = "1"};
    payment->creditor = (struct party){.name = "C", .town = "D", .country = "TH"};
    payment->quote_id = (struct uuid){0};
    payment->fx_provider[0] = '\0';
    struct buffer bytes = fixture_payment(&fixture, (uint8_t[32]){0});
    struct adapter_incoming in;
    struct result result = fixture_read(fixture.away, buffer_bytes(&bytes), &in);
    cr_assert(result_is_ok(&result), "%s: %s", result.where, result.detail);
    expect_payment(&in.event.payment, payment, false);
    buffer_wipe(&bytes);
    fixture_wipe(&fixture);
}

static void status_crosses(bool is_old, int status, const char *code, const char *text) {
    struct fixture fixture;
    fixture_init(&fixture, is_old);
    text_set(fixture.instruction.reason_code, CODE_SIZE, code);
    text_set(fixture.instruction.reason_text, REASON_TEXT_SIZE, text);
    uint8_t hash[32];
    struct buffer bytes = fixture_status(&fixture, status, hash);
    struct adapter_incoming in;
    struct result result = fixture_read(fixture.home, buffer_bytes(&bytes), &in);
    cr_assert(result_is_ok(&result), "%s: %s", result.where, result.detail);
    const struct event *event = &in.event;
    cr_expect_str_eq(in.type, is_old ? "pacs.002.001.10" : "pacs.002.001.15");
    cr_expect_eq(event->type, EVENT_PEER_STATUS);
    cr_expect_eq(event->key.direction, OUTBOUND);
    cr_expect(uuid_equal(&event->key.uetr, &fixture.instruction.key.uetr));
    cr_expect_eq(event->status, status);
    cr_expect_str_eq(event->source, "BOTHTHBK");
    cr_expect_str_eq(event->id, "0199c5a1e2f37b4c8d5e6f708192a3b5");
    cr_expect_str_eq(event->original_message_id, fixture.instruction.message_id);
    cr_expect_str_eq(event->original_end_to_end_id, "INV-2026/0815");
    cr_expect_str_eq(event->original_instruction_id, "INSTR-1");
    cr_expect_str_eq(event->transaction_id, fixture.instruction.transaction_id);
    cr_expect_str_eq(event->original_currency, "THB");
    cr_expect_eq(event->original_amount, 265275);
    cr_expect_str_eq(event->reason_code, code);
    cr_expect_str_eq(event->reason_text, text);
    cr_expect_arr_eq(event->content_hash, hash, 32);
    buffer_wipe(&bytes);
    fixture_wipe(&fixture);
}

Test(peer, every_status_crosses_in_both_versions) {
    for (int status = STATUS_ACTC; status <= STATUS_BLCK; status++) {
        bool has_reason = status == STATUS_RJCT || status == STATUS_BLCK;
        status_crosses(status % 2, status, has_reason ? "AC03" : "", has_reason ? "no <such> account" : "");
    }
    status_crosses(false, STATUS_RJCT, "AM04", "");
    status_crosses(true, STATUS_RJCT, "AM04", "");
}

Test(peer, a_refusal_names_the_message_and_the_reason) {
    struct fixture fixture;
    fixture_init(&fixture, false);
    struct result why = result_refuse(REASON_UNKNOWN_CURRENCY, "/BusinessMessageEnvelope/Document/x", "it");
    struct buffer bytes = fixture_refusal(&fixture, &why, "0199c5a1e2f37b4c8d5e6f708192a3b4");
    struct adapter_incoming in;
    struct result result = fixture_read(fixture.home, buffer_bytes(&bytes), &in);
    cr_assert(result_is_ok(&result), "%s: %s", result.where, result.detail);
    cr_expect_str_eq(in.type, "admi.002.001.01");
    cr_expect_eq(in.event.type, EVENT_PEER_REFUSAL);
    cr_expect_str_eq(in.event.original_message_id, "0199c5a1e2f37b4c8d5e6f708192a3b4");
    cr_expect_str_eq(in.event.reason_code, "AM03");
    cr_expect_str_eq(in.event.reason_text, reason_row(REASON_UNKNOWN_CURRENCY)->text);
    buffer_wipe(&bytes);
    fixture_wipe(&fixture);
}

Test(peer, a_refusal_of_the_unreadable_says_so) {
    struct fixture fixture;
    fixture_init(&fixture, false);
    struct result why = result_refuse(REASON_MESSAGE_MALFORMED, "line 1", "it");
    struct buffer bytes = fixture_refusal(&fixture, &why, "");
    cr_expect_not_null(strstr(bytes.data, "<Ref>NOTPROVIDED</Ref>"));
    struct adapter_incoming in;
    struct result result = fixture_read(fixture.home, buffer_bytes(&bytes), &in);
    cr_assert(result_is_ok(&result));
    cr_expect_str_eq(in.event.reason_code, "NARR");
    buffer_wipe(&bytes);
    fixture_wipe(&fixture);
}

/* 52 characters of two bytes fit into 105 bytes; the 53rd begins in the last of them. */
Test(peer, a_long_reason_is_cut_between_characters) {
    struct fixture fixture;
    fixture_init(&fixture, false);
    struct result why = result_refuse(REASON_UNKNOWN_CURRENCY, "", "it");
    struct buffer ours = fixture_refusal(&fixture, &why, "0199c5a1e2f37b4c8d5e6f708192a3b4"), text;
    buffer_init(&text, 1024);
    for (int i = 0; i < 80; i++)
        buffer_add_string(&text, "\u00e9");
    struct buffer stripped = forge_strip(buffer_bytes(&ours));
    struct buffer longer =
        fixture_replace(buffer_bytes(&stripped), reason_row(REASON_UNKNOWN_CURRENCY)->text, text.data);
    struct buffer bytes = forge_sign(buffer_bytes(&longer), &(struct forge_form){0}, &fixture.away_key);
    struct adapter_incoming in;
    struct result result = fixture_read(fixture.home, buffer_bytes(&bytes), &in);
    cr_assert(result_is_ok(&result), "%s: %s", result.where, result.detail);
    cr_expect_eq(strlen(in.event.reason_text), 104);
    cr_expect_eq(strncmp(in.event.reason_text, text.data, 104), 0);
    buffer_wipe(&bytes);
    buffer_wipe(&longer);
    buffer_wipe(&stripped);
    buffer_wipe(&text);
    buffer_wipe(&ours);
    fixture_wipe(&fixture);
}

/* ---- what cannot be said ---- */

static struct result try_payment(struct fixture *fixture) {
    struct buffer bytes;
    buffer_init(&bytes, 1 << 20);
    struct adapter_outgoing what = {.instruction = &fixture->instruction,
                                    .message_id = "M1",
                                    .business_message_id = "B1",
                                    .created = 1790683200123};
    uint8_t hash[32];
    struct result result = peer_adapter.build_payment(fixture->home, &what, &bytes, hash);
    cr_expect_eq(bytes.length > 0, result_is_ok(&result));
    buffer_wipe(&bytes);
    return result;
}

Test(peer, what_the_dialect_cannot_express_is_refused_with_the_member) {
    struct fixture fixture;
    fixture_init(&fixture, true);
    struct payment *payment = &fixture.instruction.payment, good = *payment;
    struct result result = try_payment(&fixture);
    cr_expect(result_is_ok(&result));

    text_set(payment->creditor.town, 141, "A town of more than thirty-five characters");
    result = try_payment(&fixture);
    cr_expect_eq(result.reason, REASON_MESSAGE_SCHEMA);
    cr_expect_str_eq(result.where, "/payment/creditor/town");

    *payment = good;
    text_set(payment->debtor.lei, 21, "NOT A LEI");
    result = try_payment(&fixture);
    cr_expect_eq(result.reason, REASON_MESSAGE_SCHEMA);
    cr_expect_str_eq(result.where, "/payment/debtor/lei");

    *payment = good;
    text_set(payment->target_currency, CURRENCY_SIZE, "XXX");
    result = try_payment(&fixture);
    cr_expect_eq(result.reason, REASON_UNKNOWN_CURRENCY);
    cr_expect_str_eq(result.where, "/payment/target_amount");

    *payment = good;
    payment->rate = (struct decimal){123456789012, 4};
    result = try_payment(&fixture);
    cr_expect_str_eq(result.where, "/payment/rate");
    fixture_wipe(&fixture);
}

Test(peer, equal_content_has_an_equal_hash) {
    struct fixture fixture;
    fixture_init(&fixture, false);
    uint8_t one[32], other[32];
    struct buffer first = fixture_payment(&fixture, one);
    struct buffer bytes;
    buffer_init(&bytes, 1 << 20);
    struct adapter_outgoing later = {.instruction = &fixture.instruction,
                                     .message_id = fixture.instruction.message_id,
                                     .business_message_id = "ANOTHER",
                                     .created = 1790683299999};
    struct result result = peer_adapter.build_payment(fixture.home, &later, &bytes, other);
    cr_assert(result_is_ok(&result));
    cr_expect_arr_eq(one, other, 32, "header, time and signature are outside");
    fixture.instruction.payment.target_amount++;
    buffer_reset(&bytes);
    result = peer_adapter.build_payment(fixture.home, &later, &bytes, other);
    cr_assert(result_is_ok(&result));
    cr_expect_neq(memcmp(one, other, 32), 0, "the amount is inside");
    buffer_wipe(&first);
    buffer_wipe(&bytes);
    fixture_wipe(&fixture);
}

/* ---- words that do not fit ---- */

Test(peer, a_wallets_odd_reason_does_not_stop_the_status) {
    static const struct {
        const char *code;
        const char *text;
        const char *sent_code;
        const char *sent_text;
    } reasons[] = {{"AC03", "closed", "AC03", "closed"},
                   {"ac3", "closed", "NARR", "closed"},
                   {"AC03", "a bell \a", "AC03", ""},
                   {"", "", "NARR", ""},
                   {"AC03", "\xE0\xB8\x81", "AC03", ""}};
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        struct fixture fixture;
        fixture_init(&fixture, false);
        text_set(fixture.instruction.reason_code, CODE_SIZE, reasons[i].code);
        text_set(fixture.instruction.reason_text, REASON_TEXT_SIZE, reasons[i].text);
        struct buffer bytes = fixture_status(&fixture, STATUS_RJCT, (uint8_t[32]){0});
        struct adapter_incoming in;
        struct result result = fixture_read(fixture.home, buffer_bytes(&bytes), &in);
        cr_assert(result_is_ok(&result), "%s", result.detail);
        cr_expect_str_eq(in.event.reason_code, reasons[i].sent_code);
        cr_expect_str_eq(in.event.reason_text, reasons[i].sent_text);
        buffer_wipe(&bytes);
        fixture_wipe(&fixture);
    }
}

Test(peer, a_control_character_never_leaves) {
    struct fixture fixture;
    fixture_init(&fixture, false);
    text_set(fixture.instruction.payment.creditor.name, NAME_SIZE,
             "Som\x01"
             "chai");
    struct result result = try_payment(&fixture);
    cr_expect_eq(result.reason, REASON_CHARACTER_SET);
    cr_expect_str_eq(result.where, "/payment/creditor/name");
    fixture_wipe(&fixture);
}

Test(adapters, dialects_are_found_by_name) {
    cr_expect_eq(adapter_find("peer"), &peer_adapter);
    cr_expect_null(adapter_find("pear"));
    cr_expect_str_eq(peer_adapter.route(NULL, PEER_MESSAGE_PAYMENT), "/v1/iso20022");
}
