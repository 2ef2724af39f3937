#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/peer/peer.h"
#include "base/text.h"
#include "core/reasons.h"
#include "tests/unit/peer/forge.h"

/* Messages that are well signed by the pinned key and still must not be believed; and those that are moved
 * about so that something else is read than was signed. */

struct scene {
    struct fixture fixture;
    struct buffer message;
    struct buffer stripped;
};

static void open_scene(struct scene *scene) {
    fixture_init(&scene->fixture, false);
    scene->message = fixture_payment(&scene->fixture, (uint8_t[32]){0});
    scene->stripped = forge_strip(buffer_bytes(&scene->message));
}

static void close_scene(struct scene *scene) {
    buffer_wipe(&scene->message);
    buffer_wipe(&scene->stripped);
    fixture_wipe(&scene->fixture);
}

static struct result read_away(struct scene *scene, struct bytes bytes, struct adapter_incoming *in) {
    return fixture_read(scene->fixture.away, bytes, in);
}

/* The verdict on the message with `from` replaced by `to` before the peer signs it. */
static struct result verdict_of_change(struct scene *scene, const char *from, const char *to,
                                       struct adapter_incoming *in) {
    struct buffer changed = fixture_replace(buffer_bytes(&scene->stripped), from, to);
    struct buffer signed_ =
        forge_sign(buffer_bytes(&changed), &(struct forge_form){0}, &scene->fixture.home_key);
    struct result result = read_away(scene, buffer_bytes(&signed_), in);
    buffer_wipe(&changed);
    buffer_wipe(&signed_);
    return result;
}

static void expect_reason(struct scene *scene, const char *from, const char *to, int reason) {
    struct adapter_incoming in;
    struct result result = verdict_of_change(scene, from, to, &in);
    cr_expect_eq(result.reason, reason, "%s -> %s: %s", from, to, reason_row(result.reason)->rule);
    if (result.kind == RESULT_REFUSE)
        cr_expect_str_eq(in.event.business_message_id, scene->fixture.instruction.message_id,
                         "a refusal can name the message");
}

/* ---- amounts and values ---- */

Test(content, amounts_are_digits_with_one_point) {
    struct scene scene;
    open_scene(&scene);
    expect_reason(&scene, ">2652.75<", ">2652.7<", REASON_NONE);
    expect_reason(&scene, ">2652.75<", ">0.00<", REASON_NONE);
    expect_reason(&scene, ">2652.75<", "><![CDATA[2652.75]]><", REASON_NONE);
    static const char *const refused[] = {
        ">1e3<", ">+1<",  ">-1<",       ">1.<",       ">.5<",
        ">01<",  "><",    ">1,5<",      ">0x1<",      ">NaN<",
        ">INF<", ">1 1<", ">\xD9\xA1<", ">1.123456<", ">1234567890123456789<"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        expect_reason(&scene, ">2652.75<", refused[i], REASON_MESSAGE_SCHEMA);
    expect_reason(&scene, ">2652.75<", ">2652.751<", REASON_AMOUNT_FORMAT);
    expect_reason(&scene, ">2652.75<", "> 2652.75 <", REASON_AMOUNT_FORMAT);
    expect_reason(&scene, "Ccy=\"THB\">2652.75<", "Ccy=\"JPY\">2652<", REASON_MESSAGE_SCHEMA);
    expect_reason(&scene, "Ccy=\"THB\">2652.75<", "Ccy=\"XXX\">2652<", REASON_UNKNOWN_CURRENCY);
    expect_reason(&scene, ">2652.75<", ">123456789012345678<", REASON_AMOUNT_TOO_LARGE);
    close_scene(&scene);
}

Test(content, an_amount_of_many_digits_is_whole) {
    struct scene scene;
    open_scene(&scene);
    struct adapter_incoming in;
    struct result result = verdict_of_change(&scene, ">2652.75<", ">123456789012345.67<", &in);
    cr_assert(result_is_ok(&result), "%s", result.detail);
    cr_expect_eq(in.event.payment.target_amount, 12345678901234567);
    close_scene(&scene);
}

Test(content, values_outside_the_usage_guideline) {
    struct scene scene;
    open_scene(&scene);
    static const char *const changes[][2] = {
        {"<NbOfTxs>1<", "<NbOfTxs>2<"},
        {"CLRG", "INDA"},
        {"SHAR", "DEBT"},
        {"8a562c67-ca16-48ba-b074-65581be6f001", "8A562C67-CA16-48BA-B074-65581BE6F001"},
        {"8a562c67-ca16-48ba-b074-65581be6f001", "8a562c67-ca16-18ba-b074-65581be6f001"},
        {"<UETR>8a562c67-ca16-48ba-b074-65581be6f001</UETR>", ""},
        {"11:59:58.623Z", "11:59:58.623"},
        {"2026-09-29T11:59:58.623Z", "2026-02-30T11:59:58.623Z"},
        {"DBSSSGSG", "DBSS"},
        {"NIDN", "CCPT"},
        {"<ChrgBr>", "<ChrgBr>SHAR</ChrgBr><ChrgBr>"},
        {"<EndToEndId>", "<EndToEndId>X</EndToEndId><EndToEndId>"},
        {"<ChrgBr>", "<ChrgsInf/><ChrgBr>"},
        {"<FIToFICstmrCdtTrf>", "<FIToFICstmrCdtTrf Id=\"x\">"},
        {"<QtdCcy>THB<", "<QtdCcy>USD<"},
        {"<PreAgrdXchgRate>26.5275<", "<PreAgrdXchgRate>26.5276<"},
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        expect_reason(&scene, changes[i][0], changes[i][1], REASON_MESSAGE_SCHEMA);
    expect_reason(&scene, "Somchai Jaidee", "\xE0\xB8\xAA\xE0\xB8\xA1\xE0\xB8\x8A\xE0\xB8\xB2\xE0\xB8\xA2",
                  REASON_NONE);
    close_scene(&scene);
}

Test(content, comments_do_not_hide_a_part_of_a_value) {
    struct scene scene;
    open_scene(&scene);
    struct buffer commented =
        fixture_replace(buffer_bytes(&scene.message), ">2652.75<", ">26<!-- not signed -->52.75<");
    cr_expect(forge_convinces(buffer_bytes(&commented), &scene.fixture.home_key),
              "control: comments are outside of the signature");
    struct adapter_incoming in;
    struct result result = read_away(&scene, buffer_bytes(&commented), &in);
    cr_assert(result_is_ok(&result), "%s", result.detail);
    cr_expect_eq(in.event.payment.target_amount, 265275);
    buffer_wipe(&commented);
    close_scene(&scene);
}

/* ---- who speaks ---- */

Test(content, a_message_that_speaks_for_another) {
    struct scene scene;
    open_scene(&scene);
    static const char *const places[] = {"<Fr><FIId><FinInstnId><BICFI>", "<To><FIId><FinInstnId><BICFI>",
                                         "<InstgAgt><FinInstnId><BICFI>", "<InstdAgt><FinInstnId><BICFI>"};
    for (size_t i = 0; i < 4; i++) {
        char from[80], to[80];
        snprintf(from, sizeof from, "%s%s", places[i], i % 2 ? "BOTHTHBK" : "MASGSGSG");
        snprintf(to, sizeof to, "%sBNMAMYKL", places[i]);
        expect_reason(&scene, from, to, REASON_MESSAGE_FOREIGN);
    }
    close_scene(&scene);
}

Test(content, our_own_message_sent_back) {
    struct scene scene;
    open_scene(&scene);
    struct adapter_incoming in;
    struct result result = fixture_read(scene.fixture.home, buffer_bytes(&scene.message), &in);
    cr_expect_eq(result.reason, REASON_SIGNATURE_INVALID);
    close_scene(&scene);
}

Test(content, a_message_of_another_kind_or_version) {
    struct scene scene;
    open_scene(&scene);
    expect_reason(&scene, "<MsgDefIdr>pacs.008.001.13", "<MsgDefIdr>pacs.008.001.08", REASON_MESSAGE_TYPE);
    expect_reason(&scene, "xsd:pacs.008.001.13", "xsd:pacs.009.001.08", REASON_MESSAGE_TYPE);
    struct fixture older;
    fixture_init(&older, true);
    struct buffer message = fixture_payment(&older, (uint8_t[32]){0});
    struct adapter_incoming in;
    struct result result = read_away(&scene, buffer_bytes(&message), &in);
    cr_expect_eq(result.reason, REASON_MESSAGE_TYPE);
    cr_expect_str_eq(in.event.business_message_id, older.instruction.message_id);
    buffer_wipe(&message);
    fixture_wipe(&older);
    close_scene(&scene);
}

/* The verdict of the payer's side on a status with `from` replaced by `to`. */
static int verdict_on_status(const char *from, const char *to) {
    struct fixture fixture;
    fixture_init(&fixture, false);
    text_set(fixture.instruction.reason_code, CODE_SIZE, "AC03");
    struct buffer message = fixture_status(&fixture, STATUS_RJCT, (uint8_t[32]){0}),
                  stripped = forge_strip(buffer_bytes(&message)),
                  changed = fixture_replace(buffer_bytes(&stripped), from, to),
                  signed_ = forge_sign(buffer_bytes(&changed), &(struct forge_form){0}, &fixture.away_key);
    struct adapter_incoming in;
    struct result result = fixture_read(fixture.home, buffer_bytes(&signed_), &in);
    buffer_wipe(&message), buffer_wipe(&stripped), buffer_wipe(&changed), buffer_wipe(&signed_);
    fixture_wipe(&fixture);
    return result.reason;
}

Test(content, a_status_without_what_matches_it) {
    cr_expect_eq(verdict_on_status("AC03", "AC04"), REASON_NONE);
    cr_expect_eq(verdict_on_status("<StsRsnInf><Rsn><Cd>AC03</Cd></Rsn></StsRsnInf>", ""),
                 REASON_MESSAGE_SCHEMA, "a rejection without a reason");
    cr_expect_eq(verdict_on_status("<TxSts>RJCT<", "<TxSts>NOPE<"), REASON_MESSAGE_SCHEMA);
    cr_expect_eq(verdict_on_status(">2652.75<", ">2652.755<"), REASON_AMOUNT_FORMAT);
    cr_expect_eq(verdict_on_status("<OrgnlTxRef><IntrBkSttlmAmt Ccy=\"THB\">2652.75</IntrBkSttlmAmt>"
                                   "</OrgnlTxRef>",
                                   ""),
                 REASON_MESSAGE_SCHEMA);
    cr_expect_eq(verdict_on_status("<OrgnlMsgNmId>pacs.008.001.13<", "<OrgnlMsgNmId>pacs.008.001.08<"),
                 REASON_NONE, "sent before the corridor changed its version");
    cr_expect_eq(verdict_on_status("<OrgnlMsgNmId>pacs.008.001.13<", "<OrgnlMsgNmId>pacs.009.001.08<"),
                 REASON_NO_MATCH);
}

/* ---- wrapping: the signed part is there, and something else is read ---- */

/* The forged envelope whose signature, by the peer's key, refers to the genuine one put at `place`. */
static void expect_wrapping_refused(struct scene *scene, bool inside_signature, int reason) {
    struct bytes genuine = buffer_bytes(&scene->stripped);
    const char *root = strstr(genuine.data, "<BusinessMessageEnvelope");
    struct buffer object, forged,
        marked = fixture_replace(bytes_of_string(root), "<BusinessMessageEnvelope",
                                 "<BusinessMessageEnvelope xml:id=\"genuine\"");
    buffer_init(&object, 1 << 20);
    buffer_addf(&object, inside_signature ? "<Object>%s</Object>" : "%s", marked.data);
    struct buffer altered = fixture_replace(genuine, ">2652.75<", ">9999.99<");
    struct forge_form form = {.uri = "URI=\"#genuine\"",
                              .transforms =
                                  "<Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>",
                              .behind = inside_signature ? object.data : NULL};
    if (!inside_signature) {
        buffer_add_string(&object, "</BusinessMessageEnvelope>");
        struct buffer both =
            fixture_replace(buffer_bytes(&altered), "</BusinessMessageEnvelope>", object.data);
        buffer_wipe(&altered);
        altered = both;
    }
    forged = forge_sign(buffer_bytes(&altered), &form, &scene->fixture.home_key);
    cr_expect(forge_convinces(buffer_bytes(&forged), &scene->fixture.home_key), "control");
    struct adapter_incoming in;
    struct result result = read_away(scene, buffer_bytes(&forged), &in);
    cr_expect_eq(result.reason, reason, "%s", result.detail);
    buffer_wipe(&object), buffer_wipe(&forged), buffer_wipe(&marked), buffer_wipe(&altered);
}

Test(wrapping, the_genuine_message_beside_the_forged) {
    struct scene scene;
    open_scene(&scene);
    expect_wrapping_refused(&scene, false, REASON_MESSAGE_SCHEMA);
    close_scene(&scene);
}

Test(wrapping, the_genuine_message_inside_the_signature) {
    struct scene scene;
    open_scene(&scene);
    expect_wrapping_refused(&scene, true, REASON_SIGNATURE_FORM);
    close_scene(&scene);
}

Test(wrapping, signatures_at_other_places) {
    struct scene scene;
    open_scene(&scene);
    struct bytes message = buffer_bytes(&scene.message);
    static const char second[] = "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"/>";
    static const struct {
        const char *from;
        const char *to;
    } places[] = {{"</Sgntr>", "%s</Sgntr>"},
                  {"</AppHdr>", "<Sgntr>%s</Sgntr></AppHdr>"},
                  {"<BizMsgIdr>", "<Sgntr>%s</Sgntr><BizMsgIdr>"},
                  {"</FIToFICstmrCdtTrf>", "%s</FIToFICstmrCdtTrf>"},
                  {"</BusinessMessageEnvelope>", "%s</BusinessMessageEnvelope>"}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct buffer to, forged;
        buffer_init(&to, 1000);
        const char *at = strstr(places[i].to, "%s");
        buffer_add(&to, places[i].to, (size_t)(at - places[i].to));
        buffer_add_string(&to, second);
        buffer_add_string(&to, at + 2);
        forged = fixture_replace(message, places[i].from, to.data);
        struct adapter_incoming in;
        struct result result = read_away(&scene, buffer_bytes(&forged), &in);
        cr_expect_eq(result.reason, REASON_MESSAGE_SCHEMA, "%s", places[i].to);
        buffer_wipe(&to);
        buffer_wipe(&forged);
    }
    close_scene(&scene);
}

/* ---- keys ---- */

static struct result open_with(const struct corridor *corridor, const struct adapter_keys *keys) {
    struct adapter_link *link;
    struct result result = peer_adapter.open(corridor, keys, &link);
    cr_expect(result_is_ok(&result) == (link != NULL));
    peer_adapter.close(link);
    return result;
}

Test(keys, only_the_right_keys_open_a_link) {
    struct test_key own, peer, other_curve;
    test_key_init(&own, "P-256");
    test_key_init(&peer, "P-256");
    test_key_init(&other_curve, "P-384");
    struct corridor corridor = fixture_corridor(true, false, peer.pin);
    struct adapter_keys good = {own.key_file, own.certificate_file, peer.certificate_file}, keys = good;
    cr_expect_eq(open_with(&corridor, &keys).kind, RESULT_OK);
    keys.signing_key = "/nowhere";
    cr_expect_eq(open_with(&corridor, &keys).kind, RESULT_FATAL);
    keys = good, keys.signing_certificate = peer.certificate_file;
    cr_expect_eq(open_with(&corridor, &keys).kind, RESULT_FATAL, "another key's certificate");
    keys = good, keys.peer_certificates = own.certificate_file;
    cr_expect_eq(open_with(&corridor, &keys).kind, RESULT_FATAL, "not pinned");
    keys = good, keys.signing_key = other_curve.key_file,
    keys.signing_certificate = other_curve.certificate_file;
    cr_expect_eq(open_with(&corridor, &keys).kind, RESULT_FATAL, "another curve");
    corridor = fixture_corridor(true, false, other_curve.pin);
    keys = good, keys.peer_certificates = other_curve.certificate_file;
    cr_expect_eq(open_with(&corridor, &keys).kind, RESULT_FATAL, "another curve");
    test_key_wipe(&own);
    test_key_wipe(&peer);
    test_key_wipe(&other_curve);
}

static void append(FILE *to, const char *path) {
    char text[4096];
    FILE *from = fopen(path, "r");
    fwrite(text, 1, fread(text, 1, sizeof text, from), to);
    fclose(from);
}

/* The peer changes its key: for a while both are pinned, and each signature is judged by the one it names. */
Test(keys, two_pinned_keys_are_both_good) {
    struct scene scene;
    open_scene(&scene);
    struct fixture *fixture = &scene.fixture;
    char both[] = "/tmp/pontis-test-both-XXXXXX";
    FILE *file = fdopen(mkstemp(both), "w");
    append(file, fixture->stranger.certificate_file);
    append(file, fixture->home_key.certificate_file);
    fclose(file);
    struct corridor corridor = fixture_corridor(false, false, fixture->home_key.pin);
    text_set(corridor.peer_signing_pins[3], 65, fixture->stranger.pin);
    struct adapter_keys keys = {fixture->away_key.key_file, fixture->away_key.certificate_file, both};
    struct adapter_link *link;
    struct result result = peer_adapter.open(&corridor, &keys, &link);
    cr_assert(result_is_ok(&result), "%s", result.detail);
    unlink(both);
    struct buffer by_new =
        forge_sign(buffer_bytes(&scene.stripped), &(struct forge_form){0}, &fixture->stranger);
    struct adapter_incoming in;
    cr_expect_eq(fixture_read(link, buffer_bytes(&scene.message), &in).kind, RESULT_OK, "the old key");
    cr_expect_eq(fixture_read(link, buffer_bytes(&by_new), &in).kind, RESULT_OK, "the new key");
    buffer_wipe(&by_new);
    peer_adapter.close(link);
    close_scene(&scene);
}
