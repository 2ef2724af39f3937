#include <criterion/criterion.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "core/reasons.h"
#include "tests/unit/peer/forge.h"

/* Every forgery beside its positive control: first that a trusting verifier would fall for it, then that the
 * dialect does not. */

#define DSIG      "http://www.w3.org/2000/09/xmldsig#"
#define ENVELOPED "<Transform Algorithm=\"" DSIG "enveloped-signature\"/>"
#define EXCLUSIVE "<Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>"

struct scene {
    struct fixture fixture;
    struct buffer message;  /* Singapore's, as Thailand gets it */
    struct buffer stripped; /* unsigned */
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

static int verdict(struct scene *scene, struct bytes bytes) {
    struct adapter_incoming in;
    struct result result = fixture_read(scene->fixture.away, bytes, &in);
    return result.reason;
}

static int verdict_wipe(struct scene *scene, struct buffer bytes) {
    int reason = verdict(scene, buffer_bytes(&bytes));
    buffer_wipe(&bytes);
    return reason;
}

/* The peer's own key, or a stranger's, signs in another form than the profile. */
static void expect_form_refused(struct scene *scene, const struct forge_form *form, const char *what) {
    struct buffer forged = forge_sign(buffer_bytes(&scene->stripped), form, &scene->fixture.home_key);
    cr_expect(forge_convinces(buffer_bytes(&forged), &scene->fixture.home_key), "control: %s", what);
    cr_expect_eq(verdict(scene, buffer_bytes(&forged)), REASON_SIGNATURE_FORM, "%s", what);
    buffer_wipe(&forged);
}

Test(forgery, the_profile_itself_is_accepted) {
    struct scene scene;
    open_scene(&scene);
    cr_expect_eq(verdict(&scene, buffer_bytes(&scene.message)), REASON_NONE);
    cr_expect(forge_convinces(buffer_bytes(&scene.message), &scene.fixture.home_key));
    struct buffer other =
        forge_sign(buffer_bytes(&scene.stripped), &(struct forge_form){0}, &scene.fixture.home_key);
    cr_expect_eq(verdict_wipe(&scene, other), REASON_NONE, "made by another program");
    close_scene(&scene);
}

Test(forgery, an_unsigned_message) {
    struct scene scene;
    open_scene(&scene);
    cr_expect_eq(verdict(&scene, buffer_bytes(&scene.stripped)), REASON_SIGNATURE_MISSING);
    struct buffer empty = fixture_replace(buffer_bytes(&scene.stripped), "</AppHdr>", "<Sgntr/></AppHdr>");
    cr_expect_eq(verdict_wipe(&scene, empty), REASON_MESSAGE_SCHEMA);
    close_scene(&scene);
}

Test(forgery, a_message_altered_after_signing) {
    struct scene scene;
    open_scene(&scene);
    static const char *const changes[][2] = {{">2652.75<", ">2652.76<"},
                                             {"9876543210", "9876543211"},
                                             {"Somchai", "Samchai"},
                                             {"BizMsgIdr>01", "BizMsgIdr>02"},
                                             {"12:00:00.123Z", "12:00:00.124Z"},
                                             {"Ccy=\"THB\"", "Ccy=\"JPY\""},
                                             {"pontis.peer.01", "pontis.peer.02"}};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct buffer forged = fixture_replace(buffer_bytes(&scene.message), changes[i][0], changes[i][1]);
        cr_expect_eq(verdict_wipe(&scene, forged), REASON_SIGNATURE_INVALID, "%s", changes[i][0]);
    }
    close_scene(&scene);
}

Test(forgery, another_key_than_the_pinned) {
    struct scene scene;
    open_scene(&scene);
    struct fixture *fixture = &scene.fixture;
    struct buffer forged =
        forge_sign(buffer_bytes(&scene.stripped), &(struct forge_form){0}, &fixture->stranger);
    cr_expect(forge_convinces(buffer_bytes(&forged), &fixture->stranger), "control");
    cr_expect_eq(verdict_wipe(&scene, forged), REASON_SIGNATURE_INVALID, "under its own name");

    char name[160];
    snprintf(name, sizeof name, "<KeyInfo><KeyName>%s</KeyName></KeyInfo>", fixture->home_key.pin);
    forged =
        forge_sign(buffer_bytes(&scene.stripped), &(struct forge_form){.key_info = name}, &fixture->stranger);
    cr_expect_eq(verdict_wipe(&scene, forged), REASON_SIGNATURE_INVALID, "under the peer's name");

    forged = forge_sign(buffer_bytes(&scene.stripped), &(struct forge_form){0}, &fixture->away_key);
    cr_expect_eq(verdict_wipe(&scene, forged), REASON_SIGNATURE_INVALID, "with the receiver's own key");
    close_scene(&scene);
}

Test(forgery, a_key_embedded_in_the_signature) {
    struct scene scene;
    open_scene(&scene);
    struct test_key own;
    test_key_init(&own, NULL);
    struct forge_form form = {.method = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                              .key_info = "<KeyInfo><KeyValue/></KeyInfo>"};
    struct buffer forged = forge_sign(buffer_bytes(&scene.stripped), &form, &own);
    cr_expect(forge_convinces(buffer_bytes(&forged), NULL), "control: it brings its own key");
    cr_expect_eq(verdict_wipe(&scene, forged), REASON_SIGNATURE_FORM);
    test_key_wipe(&own);

    form.method = NULL;
    char both[200];
    snprintf(both, sizeof both, "<KeyInfo><KeyName>%s</KeyName><KeyName>x</KeyName></KeyInfo>",
             scene.fixture.home_key.pin);
    form.key_info = both;
    expect_form_refused(&scene, &form, "two names");
    form.key_info = "<KeyInfo><X509Data/></KeyInfo>";
    expect_form_refused(&scene, &form, "certificates");
    close_scene(&scene);
}

Test(forgery, the_public_key_as_a_shared_secret) {
    struct scene scene;
    open_scene(&scene);
    struct buffer forged = forge_hmac(buffer_bytes(&scene.stripped), &scene.fixture.home_key);
    cr_expect(forge_convinces(buffer_bytes(&forged), &scene.fixture.home_key), "control");
    cr_expect_eq(verdict_wipe(&scene, forged), REASON_SIGNATURE_FORM);
    close_scene(&scene);
}

Test(forgery, other_algorithms_by_the_peers_own_key) {
    struct scene scene;
    open_scene(&scene);
    expect_form_refused(&scene, &(struct forge_form){.digest = DSIG "sha1"}, "SHA-1 digest");
    expect_form_refused(&scene,
                        &(struct forge_form){.method = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1"},
                        "SHA-1 signature");
    expect_form_refused(&scene, &(struct forge_form){.digest = "http://www.w3.org/2001/04/xmlenc#sha512"},
                        "SHA-512 digest");
    expect_form_refused(&scene,
                        &(struct forge_form){.canonical = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"},
                        "inclusive canonicalisation");
    close_scene(&scene);
}

Test(forgery, other_transforms_and_references) {
    struct scene scene;
    open_scene(&scene);
    expect_form_refused(&scene, &(struct forge_form){.transforms = ENVELOPED EXCLUSIVE EXCLUSIVE},
                        "a third transform");
    expect_form_refused(&scene, &(struct forge_form){.transforms = ENVELOPED}, "no canonicalisation");
    expect_form_refused(
        &scene,
        &(struct forge_form){.transforms = ENVELOPED
                             "<Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\">"
                             "<XPath>not(ancestor-or-self::*[local-name()='IntrBkSttlmAmt'])</XPath>"
                             "</Transform>" EXCLUSIVE},
        "an amount filtered out by XPath");
    expect_form_refused(
        &scene,
        &(struct forge_form){.transforms =
                                 ENVELOPED "<Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">"
                                           "<InclusiveNamespaces xmlns=\"http://www.w3.org/2001/10/"
                                           "xml-exc-c14n#\" PrefixList=\"x\"/></Transform>"},
        "inclusive namespaces");
    expect_form_refused(&scene, &(struct forge_form){.uri = "URI=\"\" Id=\"x\""}, "an id");
    char file[200];
    snprintf(file, sizeof file, "URI=\"file://%s\"", scene.fixture.stranger.certificate_file);
    expect_form_refused(&scene, &(struct forge_form){.uri = file, .transforms = " "}, "a file");
    close_scene(&scene);
}

/* A stylesheet that counts for ever is never run: the form is judged before any transform. */
Test(forgery, a_stylesheet_is_never_run) {
    struct scene scene;
    open_scene(&scene);
    struct buffer forged =
        forge_sign(buffer_bytes(&scene.stripped), &(struct forge_form){0}, &scene.fixture.home_key);
    static const char loop[] =
        "<Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"><xsl:stylesheet "
        "version=\"1.0\" "
        "xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\"><xsl:template match=\"/\"><xsl:for-each "
        "select=\"//*\"><xsl:for-each select=\"//*\"><xsl:for-each select=\"//*\"><xsl:for-each "
        "select=\"//*\">x</xsl:for-each></xsl:for-each></xsl:for-each></xsl:for-each></xsl:template>"
        "</xsl:stylesheet></Transform></Transforms>";
    struct buffer looping = fixture_replace(buffer_bytes(&forged), "</Transforms>", loop);
    clock_t start = clock();
    cr_expect_eq(verdict(&scene, buffer_bytes(&looping)), REASON_SIGNATURE_FORM);
    cr_expect_lt(clock() - start, CLOCKS_PER_SEC / 4);
    buffer_wipe(&forged);
    buffer_wipe(&looping);
    close_scene(&scene);
}
