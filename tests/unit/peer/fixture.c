#include "tests/unit/peer/fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/iso20022/envelope.h"
#include "adapters/peer/peer.h"
#include "base/text.h"

static const instant created = 1790683200123; /* 2026-09-29T12:00:00.123Z */

static const struct corridor_system singapore = {"Monetary Authority of Singapore", "SG", "MASGSGSG", "SGD"};
static const struct corridor_system thailand = {"Bank of Thailand", "TH", "BOTHTHBK", "THB"};

struct corridor fixture_corridor(bool is_home, bool is_old, const char *pin) {
    struct corridor corridor = {.name = "sg-th", .version = 1, .open = true, .adapter = "peer"};
    corridor.home = is_home ? singapore : thailand;
    corridor.peer = is_home ? thailand : singapore;
    text_set(corridor.payment_version, 16, is_old ? "pacs.008.001.08" : "pacs.008.001.13");
    text_set(corridor.status_version, 16, is_old ? "pacs.002.001.10" : "pacs.002.001.15");
    text_set(corridor.peer_signing_pins[1], 65, pin);
    return corridor;
}

static struct adapter_link *open_end(bool is_home, bool is_old, const struct test_key *own,
                                     const struct test_key *peer) {
    struct corridor corridor = fixture_corridor(is_home, is_old, peer->pin);
    struct adapter_keys keys = {own->key_file, own->certificate_file, peer->certificate_file};
    struct adapter_link *link;
    struct result result = peer_adapter.open(&corridor, &keys, &link);
    cr_assert(result_is_ok(&result), "%s", result.detail);
    return link;
}

static struct uuid uuid_of(const char *text) {
    struct uuid uuid;
    cr_assert(uuid_parse(text, strlen(text), &uuid));
    return uuid;
}

static struct payment a_payment(void) {
    return (struct payment){
        .uetr = uuid_of("8a562c67-ca16-48ba-b074-65581be6f001"),
        .end_to_end_id = "INV-2026/0815",
        .instruction_id = "INSTR-1",
        .debtor = {.name = "Tan & Sons \"Marine\" <Pte> Ltd",
                   .street = "Orchard Road",
                   .building = "12",
                   .post_code = "238801",
                   .town = "Singapore",
                   .country = "SG",
                   .lei = "5493001KJTIIGC8Y1R12",
                   .identification = "201912345K"},
        .debtor_account = "0031234567",
        .debtor_agent = "DBSSSGSG",
        .creditor = {.name = "Somchai Jaidee",
                     .street = "Thanon Sukhumvit",
                     .town = "Bangkok",
                     .country = "TH",
                     .identification = "1101700203451"},
        .creditor_account = "9876543210",
        .creditor_agent = "BKKBTHBKXXX",
        .fixed_side = FIXED_SOURCE,
        .source_currency = "SGD",
        .source_amount = 10000,
        .target_currency = "THB",
        .target_amount = 265275,
        .rate = {265275, 4},
        .fx_provider = "GLOBEXFX",
        .quote_id = uuid_of("1b4e28ba-2fa1-41d2-883f-0016d3cca427"),
        .purpose = "GDDS",
        .remittance = "Invoice 0815; crates of <mangoes> & limes",
        .acceptance_time = created - 1500,
    };
}

void fixture_init(struct fixture *fixture, bool is_old) {
    *fixture = (struct fixture){0};
    test_key_init(&fixture->home_key, "P-256");
    test_key_init(&fixture->away_key, "P-256");
    test_key_init(&fixture->stranger, "P-256");
    fixture->home = open_end(true, is_old, &fixture->home_key, &fixture->away_key);
    fixture->away = open_end(false, is_old, &fixture->away_key, &fixture->home_key);
    struct instruction *instruction = &fixture->instruction;
    instruction->payment = a_payment();
    instruction->key = (struct instruction_key){"sg-th", OUTBOUND, KIND_PAYMENT, instruction->payment.uetr};
    text_set(instruction->message_id, REFERENCE_SIZE, "0199c5a1e2f37b4c8d5e6f708192a3b4");
    text_set(instruction->transaction_id, REFERENCE_SIZE, "8a562c67ca1648bab07465581be6f001");
}

void fixture_wipe(struct fixture *fixture) {
    peer_adapter.close(fixture->home);
    peer_adapter.close(fixture->away);
    test_key_wipe(&fixture->home_key);
    test_key_wipe(&fixture->away_key);
    test_key_wipe(&fixture->stranger);
}

/* ---- building ---- */

static struct adapter_outgoing outgoing(const struct fixture *fixture, const char *id) {
    return (struct adapter_outgoing){.instruction = &fixture->instruction,
                                     .message_id = id,
                                     .business_message_id = id,
                                     .created = created,
                                     .refused_message_id = ""};
}

static struct buffer built(struct result result, struct buffer bytes) {
    cr_assert(result_is_ok(&result), "%s: %s", result.where, result.detail);
    fixture_judge(buffer_bytes(&bytes));
    return bytes;
}

struct buffer fixture_payment(struct fixture *fixture, uint8_t hash[32]) {
    struct buffer bytes;
    buffer_init(&bytes, 1 << 20);
    struct adapter_outgoing what = outgoing(fixture, fixture->instruction.message_id);
    struct result result = peer_adapter.build_payment(fixture->home, &what, &bytes, hash);
    return built(result, bytes);
}

struct buffer fixture_status(struct fixture *fixture, int status, uint8_t hash[32]) {
    struct buffer bytes;
    buffer_init(&bytes, 1 << 20);
    struct adapter_outgoing what = outgoing(fixture, "0199c5a1e2f37b4c8d5e6f708192a3b5");
    what.status = status;
    struct result result = peer_adapter.build_status(fixture->away, &what, &bytes, hash);
    return built(result, bytes);
}

struct buffer fixture_refusal(struct fixture *fixture, const struct result *why, const char *refused) {
    struct buffer bytes;
    buffer_init(&bytes, 1 << 20);
    struct adapter_outgoing what = outgoing(fixture, "0199c5a1e2f37b4c8d5e6f708192a3b6");
    what.refusal = why;
    what.refused_message_id = refused;
    struct result result = peer_adapter.build_refusal(fixture->away, &what, &bytes);
    return built(result, bytes);
}

/* ---- reading and altering ---- */

struct result fixture_read(struct adapter_link *link, struct bytes bytes, struct adapter_incoming *out) {
    return peer_adapter.read(link, bytes, out);
}

struct buffer fixture_replace(struct bytes message, const char *from, const char *to) {
    const char *at = memmem(message.data, message.length, from, strlen(from));
    cr_assert_not_null(at, "nothing to replace: %s", from);
    struct buffer out;
    buffer_init(&out, 1 << 20);
    buffer_add(&out, message.data, (size_t)(at - message.data));
    buffer_add_string(&out, to);
    at += strlen(from);
    buffer_add(&out, at, (size_t)(message.data + message.length - at));
    return out;
}

static void judge_part(struct schema_set *official, xmlNodePtr part) {
    struct schema_findings findings = {0};
    cr_assert(schema_check(official, part, &findings), "no official schema for %s", part->ns->href);
    for (size_t i = 0; i < findings.count; i++)
        cr_expect_fail("official schema: %s: %s", findings.items[i].path, findings.items[i].text);
    free(findings.items);
}

void fixture_judge(struct bytes message) {
    const char *folder = getenv("ISO20022_DIR");
    if (!folder || !*folder) {
        fprintf(stderr, "SKIPPED: ISO20022_DIR is not set, no official schema has judged this message\n");
        return;
    }
    struct schema_set *official = schema_set_new(folder);
    xmlDocPtr tree;
    struct result result = document_parse(message, &tree);
    cr_assert(result_is_ok(&result));
    xmlNodePtr header = document_first(xmlDocGetRootElement(tree));
    judge_part(official, header);
    judge_part(official, document_next(header));
    xmlFreeDoc(tree);
    schema_set_free(official);
}
