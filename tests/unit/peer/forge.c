#include "tests/unit/peer/forge.h"

#include <criterion/criterion.h>
#include <openssl/x509.h>
#include <string.h>
#include <xmlsec/xmlsec.h>

#include <xmlsec/keysmngr.h>
#include <xmlsec/openssl/app.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmltree.h>

#include "adapters/iso20022/document.h"

#define OR(value, usual) ((value) ? (value) : (usual))

struct buffer forge_strip(struct bytes message) {
    const char *from = memmem(message.data, message.length, "<Sgntr>", 7);
    const char *to = memmem(message.data, message.length, "</Sgntr>", 8);
    cr_assert(from && to);
    struct buffer out;
    buffer_init(&out, 1 << 20);
    buffer_add(&out, message.data, (size_t)(from - message.data));
    to += 8;
    buffer_add(&out, to, (size_t)(message.data + message.length - to));
    return out;
}

static void set_up(void) {
    static bool done;
    if (!done)
        cr_assert(xmlSecInit() >= 0 && xmlSecOpenSSLAppInit(NULL) >= 0 && xmlSecOpenSSLInit() >= 0);
    done = true;
}

static void add_template(const struct forge_form *form, const char *pin, struct buffer *out) {
    buffer_addf(out,
                "<Sgntr><Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><SignedInfo>"
                "<CanonicalizationMethod Algorithm=\"%s\"/>"
                "<SignatureMethod Algorithm=\"%s\"/><Reference %s><Transforms>%s</Transforms>"
                "<DigestMethod Algorithm=\"%s\"/><DigestValue/></Reference></SignedInfo><SignatureValue/>",
                OR(form->canonical, "http://www.w3.org/2001/10/xml-exc-c14n#"),
                OR(form->method, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"),
                OR(form->uri, "URI=\"\""),
                OR(form->transforms,
                   "<Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>"
                   "<Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>"),
                OR(form->digest, "http://www.w3.org/2001/04/xmlenc#sha256"));
    if (form->key_info)
        buffer_add_string(out, form->key_info);
    else
        buffer_addf(out, "<KeyInfo><KeyName>%s</KeyName></KeyInfo>", pin);
    buffer_addf(out, "%s</Signature></Sgntr>", OR(form->behind, ""));
}

static xmlDocPtr parse(struct bytes message) {
    xmlDocPtr tree;
    set_up();
    struct result result = document_parse(message, &tree);
    cr_assert(result_is_ok(&result), "%s %s", result.where, result.detail);
    return tree;
}

static xmlNodePtr signature_of(xmlDocPtr tree) {
    xmlNodePtr found = xmlSecFindNode(xmlDocGetRootElement(tree), xmlSecNodeSignature, xmlSecDSigNs);
    cr_assert_not_null(found);
    return found;
}

static xmlSecKeyPtr ec_key(const struct test_key *key) {
    set_up();
    EVP_PKEY_up_ref(key->pair);
    xmlSecKeyPtr out = xmlSecKeyCreate();
    cr_assert(xmlSecKeySetValue(out, xmlSecOpenSSLEvpKeyAdopt(key->pair)) == 0);
    return out;
}

static xmlSecKeyPtr public_key_as_secret(const struct test_key *key) {
    set_up();
    unsigned char *der = NULL;
    int length = i2d_PUBKEY(key->pair, &der);
    xmlSecKeyPtr out = xmlSecKeyCreate();
    xmlSecKeyDataPtr data = xmlSecKeyDataCreate(xmlSecOpenSSLKeyDataHmacId);
    cr_assert(xmlSecOpenSSLKeyDataHmacSet(data, der, (xmlSecSize)length) == 0);
    cr_assert(xmlSecKeySetValue(out, data) == 0);
    OPENSSL_free(der);
    return out;
}

/* Takes the key over. */
static struct buffer sign(struct bytes stripped, const struct forge_form *form, const char *pin,
                          xmlSecKeyPtr key) {
    struct buffer template, text, out;
    buffer_init(&template, 1 << 16);
    buffer_init(&out, 1 << 20);
    add_template(form, pin, &template);
    buffer_add_string(&template, "</AppHdr>");
    text = fixture_replace(stripped, "</AppHdr>", template.data);
    xmlDocPtr tree = parse(buffer_bytes(&text));
    xmlSecDSigCtxPtr context = xmlSecDSigCtxCreate(NULL);
    context->signKey = key;
    cr_assert(xmlSecDSigCtxSign(context, signature_of(tree)) == 0, "xmlsec cannot make this forgery");
    xmlChar *bytes;
    int length;
    xmlDocDumpMemoryEnc(tree, &bytes, &length, "UTF-8");
    buffer_add(&out, bytes, (size_t)length);
    xmlFree(bytes);
    xmlSecDSigCtxDestroy(context);
    xmlFreeDoc(tree);
    buffer_wipe(&template);
    buffer_wipe(&text);
    return out;
}

struct buffer forge_sign(struct bytes stripped, const struct forge_form *form, const struct test_key *key) {
    return sign(stripped, form, key->pin, ec_key(key));
}

struct buffer forge_hmac(struct bytes stripped, const struct test_key *key) {
    struct forge_form form = {.method = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"};
    return sign(stripped, &form, key->pin, public_key_as_secret(key));
}

bool forge_convinces(struct bytes message, const struct test_key *key) {
    bool is_hmac = memmem(message.data, message.length, "hmac-sha256", 11) != NULL;
    xmlDocPtr tree = parse(message);
    xmlSecKeysMngrPtr keys = xmlSecKeysMngrCreate();
    cr_assert(xmlSecOpenSSLAppDefaultKeysMngrInit(keys) == 0);
    xmlSecDSigCtxPtr context = xmlSecDSigCtxCreate(keys);
    if (key)
        context->signKey = is_hmac ? public_key_as_secret(key) : ec_key(key);
    bool convinced =
        xmlSecDSigCtxVerify(context, signature_of(tree)) == 0 && context->status == xmlSecDSigStatusSucceeded;
    xmlSecDSigCtxDestroy(context);
    xmlSecKeysMngrDestroy(keys);
    xmlFreeDoc(tree);
    return convinced;
}
