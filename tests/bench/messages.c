/* What a message costs: CPU microseconds of building, checking and signing one, and of reading, checking and
 * verifying it, beside the same library calls made directly (the floor), in one run.
 *
 *     bench_messages [ROUNDS]
 */
#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "adapters/iso20022/envelope.h"
#include "adapters/peer/peer.h"
#include "base/text.h"
#include "tests/unit/iso20022/keys.h"

enum { ROUNDS = 2000, MESSAGE_LIMIT = 256 * 1024 };

static struct test_key home_key, away_key;
static struct adapter_link *home, *away;
static struct instruction instruction;
static struct buffer payment, status;

static void check(struct result result) {
    if (!result_is_ok(&result)) {
        fprintf(stderr, "bench_messages: %s %s\n", result.where, result.detail);
        exit(1);
    }
}

/* ---- the two ends and one payment ---- */

static struct adapter_link *open_end(bool is_home) {
    static const struct corridor_system singapore = {"Monetary Authority of Singapore", "SG", "MASGSGSG",
                                                     "SGD"},
                                        thailand = {"Bank of Thailand", "TH", "BOTHTHBK", "THB"};
    const struct test_key *own = is_home ? &home_key : &away_key, *peer = is_home ? &away_key : &home_key;
    struct corridor corridor = {.name = "sg-th", .version = 1, .open = true, .adapter = "peer"};
    corridor.home = is_home ? singapore : thailand;
    corridor.peer = is_home ? thailand : singapore;
    text_set(corridor.payment_version, sizeof corridor.payment_version, "pacs.008.001.13");
    text_set(corridor.status_version, sizeof corridor.status_version, "pacs.002.001.15");
    text_set(corridor.peer_signing_pins[0], sizeof corridor.peer_signing_pins[0], peer->pin);
    struct adapter_keys keys = {own->key_file, own->certificate_file, peer->certificate_file};
    struct adapter_link *link;
    check(peer_adapter.open(&corridor, &keys, &link));
    return link;
}

static void make_instruction(void) {
    static const char uetr[] = "8a562c67-ca16-48ba-b074-65581be6f001";
    instruction.key = (struct instruction_key){.direction = OUTBOUND, .kind = KIND_PAYMENT};
    instruction.payment = (struct payment){
        .end_to_end_id = "INV-2604127",
        .instruction_id = "SG-20260504-000001",
        .debtor = {.name = "Straits Spice Trading Pte Ltd",
                   .street = "Kaki Bukit Crescent",
                   .building = "12",
                   .post_code = "416239",
                   .town = "Singapore",
                   .country = "SG",
                   .lei = "984500KHRWJ8EYA0S872"},
        .debtor_account = "SGW700214558830",
        .debtor_agent = "MERLSGSG",
        .creditor = {.name = "Chao Phraya Rice Mills Co., Ltd.",
                     .street = "Charoen Krung Road",
                     .building = "214/3",
                     .post_code = "10500",
                     .town = "Bangkok",
                     .country = "TH"},
        .creditor_account = "THW884120937715",
        .creditor_agent = "CHAOTHBK",
        .source_currency = "SGD",
        .source_amount = 1250000,
        .target_currency = "THB",
        .target_amount = 32265625,
        .rate = {258125, 4},
        .fx_provider = "GLOBEXFX",
        .purpose = "GDDS",
        .remittance = "Jasmine rice 10 t, contract JR-26/118, invoice 4127",
        .acceptance_time = 1790683198623,
    };
    if (!uuid_parse(uetr, strlen(uetr), &instruction.key.uetr))
        abort();
    instruction.payment.uetr = instruction.key.uetr;
    text_set(instruction.transaction_id, sizeof instruction.transaction_id,
             "0193a5c000007000800000000000001");
    text_set(instruction.message_id, sizeof instruction.message_id, "0193a5c000007000800000000000002");
}

static struct adapter_outgoing outgoing(int peer_status) {
    return (struct adapter_outgoing){.instruction = &instruction,
                                     .message_id = "0193a5c000007000800000000000002",
                                     .business_message_id = "0193a5c000007000800000000000002",
                                     .created = 1790683200123,
                                     .status = peer_status};
}

/* ---- what is timed ---- */

static void build_payment(void) {
    struct adapter_outgoing what = outgoing(0);
    uint8_t hash[32];
    buffer_reset(&payment);
    check(peer_adapter.build_payment(home, &what, &payment, hash));
}

static void build_status(void) {
    struct adapter_outgoing what = outgoing(STATUS_ACCC);
    uint8_t hash[32];
    buffer_reset(&status);
    check(peer_adapter.build_status(away, &what, &status, hash));
}

static void read_payment(void) {
    struct adapter_incoming incoming;
    check(peer_adapter.read(away, buffer_bytes(&payment), &incoming));
}

static void read_status(void) {
    struct adapter_incoming incoming;
    check(peer_adapter.read(home, buffer_bytes(&status), &incoming));
}

static const struct buffer *floor_message;
static xmlDocPtr floor_tree;
static struct envelope floor_envelope;
static uint8_t floor_signature[128];
static size_t floor_signature_length;

static void floor_parse(void) {
    xmlFreeDoc(xmlReadMemory(floor_message->data, (int)floor_message->length, NULL, "UTF-8",
                             XML_PARSE_NONET | XML_PARSE_NOCDATA));
}

static void floor_validate(void) {
    check(envelope_validate(&floor_envelope, schema_own()));
}

static void floor_canonicalise(void) {
    xmlChar *bytes;
    if (xmlC14NDocDumpMemory(floor_tree, NULL, XML_C14N_EXCLUSIVE_1_0, NULL, 0, &bytes) < 0)
        abort();
    xmlFree(bytes);
}

static void floor_print(void) {
    xmlChar *bytes;
    int length;
    xmlDocDumpMemoryEnc(floor_tree, &bytes, &length, "UTF-8");
    xmlFree(bytes);
}

static void floor_sign(void) {
    floor_signature_length = sizeof floor_signature;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (!context || EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, home_key.pair) != 1 ||
        EVP_DigestSign(context, floor_signature, &floor_signature_length, (const unsigned char *)payment.data,
                       700) != 1)
        abort();
    EVP_MD_CTX_free(context);
}

static void floor_verify(void) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (!context || EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, home_key.pair) != 1 ||
        EVP_DigestVerify(context, floor_signature, floor_signature_length,
                         (const unsigned char *)payment.data, 700) != 1)
        abort();
    EVP_MD_CTX_free(context);
}

/* ---- timing ---- */

static double cpu_microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double time_of(const char *name, void (*what)(void), int rounds) {
    for (int i = 0; i < rounds / 10; i++)
        what();
    double start = cpu_microseconds();
    for (int i = 0; i < rounds; i++)
        what();
    double each = (cpu_microseconds() - start) / rounds;
    if (name)
        printf("  %-34s %8.1f us\n", name, each);
    return each;
}

static void open_floor(const struct buffer *message) {
    floor_message = message;
    check(document_parse(buffer_bytes(message), &floor_tree));
    check(envelope_open(floor_tree, &floor_envelope));
}

static void compare(const char *name, double ours, double floor) {
    printf("%-36s %8.1f us, floor %.1f us, ratio %.2f\n", name, ours, floor, ours / floor);
}

static void measure(const struct buffer *message, const char *name, void (*build)(void), void (*take)(void),
                    int rounds) {
    char line[64];
    open_floor(message);
    printf("%s (%zu bytes), library calls made directly:\n", name, message->length);
    double parse = time_of("parse", floor_parse, rounds);
    double validate = time_of("validate header and document", floor_validate, rounds);
    double canonicalise = time_of("exclusive canonical form", floor_canonicalise, rounds);
    double print = time_of("serialise", floor_print, rounds);
    double sign = time_of("ECDSA P-256 sign", floor_sign, rounds);
    double verify = time_of("ECDSA P-256 verify", floor_verify, rounds);
    snprintf(line, sizeof line, "%s: build, check, sign", name);
    compare(line, time_of(NULL, build, rounds), print + validate + canonicalise + sign);
    snprintf(line, sizeof line, "%s: read, check, verify", name);
    compare(line, time_of(NULL, take, rounds), parse + validate + canonicalise + verify);
    envelope_wipe(&floor_envelope);
}

int main(int argc, char **argv) {
    int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : ROUNDS;
    test_key_init(&home_key, "P-256");
    test_key_init(&away_key, "P-256");
    home = open_end(true);
    away = open_end(false);
    make_instruction();
    buffer_init(&payment, MESSAGE_LIMIT);
    buffer_init(&status, MESSAGE_LIMIT);
    build_payment();
    build_status();
    measure(&payment, "pacs.008", build_payment, read_payment, rounds);
    measure(&status, "pacs.002", build_status, read_status, rounds);
    peer_adapter.close(home);
    peer_adapter.close(away);
    buffer_wipe(&payment);
    buffer_wipe(&status);
    test_key_wipe(&home_key);
    test_key_wipe(&away_key);
    return 0;
}
