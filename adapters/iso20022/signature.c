#include "adapters/iso20022/signature.h"

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/iso20022/canonical.h"
#include "adapters/iso20022/document.h"
#include "adapters/iso20022/key.h"
#include "base/text.h"
#include "core/reasons.h"
#include "host/metrics.h"

/* ---- the form, element by element: nothing may be missing and nothing more may be there ---- */

struct part {
    int depth;
    const char *name;
    const char *attribute; /* the only one allowed; NULL: none */
    const char *value;
};

static const struct part profile[] = {
    {0, "Signature", NULL, NULL},
    {1, "SignedInfo", NULL, NULL},
    {2, "CanonicalizationMethod", "Algorithm", "http://www.w3.org/2001/10/xml-exc-c14n#"},
    {2, "SignatureMethod", "Algorithm", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"},
    {2, "Reference", "URI", ""},
    {3, "Transforms", NULL, NULL},
    {4, "Transform", "Algorithm", "http://www.w3.org/2000/09/xmldsig#enveloped-signature"},
    {4, "Transform", "Algorithm", "http://www.w3.org/2001/10/xml-exc-c14n#"},
    {3, "DigestMethod", "Algorithm", "http://www.w3.org/2001/04/xmlenc#sha256"},
    {3, "DigestValue", NULL, NULL},
    {1, "SignatureValue", NULL, NULL},
    {1, "KeyInfo", NULL, NULL},
    {2, "KeyName", NULL, NULL},
};
enum { PROFILE_PARTS = sizeof profile / sizeof *profile, PROFILE_DEPTH = 5 };

static bool has_attribute(const xmlNode *node, const struct part *part) {
    const xmlAttr *attribute = node->properties;
    if (!part->attribute)
        return !attribute;
    if (!attribute || attribute->next || attribute->ns ||
        !text_equal((const char *)attribute->name, part->attribute))
        return false;
    xmlChar *value = xmlNodeListGetString(node->doc, attribute->children, 1);
    bool same = text_equal(value ? (const char *)value : "", part->value);
    xmlFree(value);
    return same;
}

/* Matches the subtree at `node` against the profile from part *at on. */
static bool has_form(const xmlNode *node, int depth, size_t *at) {
    if (*at == PROFILE_PARTS)
        return false;
    const struct part *part = &profile[(*at)++];
    if (part->depth != depth || !document_is(node, SIGNATURE_SPACE, part->name) || !has_attribute(node, part))
        return false;
    for (const xmlNode *child = document_first(node); child; child = document_next(child))
        if (!has_form(child, depth + 1, at))
            return false;
    return true;
}

static int count_signatures(const xmlNode *top) {
    int count = document_is(top, SIGNATURE_SPACE, "Signature");
    for (const xmlNode *child = document_first(top); child; child = document_next(child))
        count += count_signatures(child);
    return count;
}

static struct result find_signature(xmlNodePtr header, xmlNodePtr *out) {
    xmlNodePtr place = document_find(header, "Sgntr");
    xmlNodePtr signature = place ? document_first(place) : NULL;
    if (!signature)
        return result_refuse(REASON_SIGNATURE_MISSING, "AppHdr/Sgntr", "there is none");
    size_t parts = 0;
    if (!has_form(signature, 0, &parts) || parts != PROFILE_PARTS || document_next(signature) ||
        document_next(place))
        return result_refuse(REASON_SIGNATURE_FORM, "AppHdr/Sgntr", "at part %zu of the profile", parts);
    if (count_signatures(xmlDocGetRootElement(header->doc)) != 1)
        return result_refuse(REASON_SIGNATURE_FORM, "", "more than one signature");
    *out = signature;
    return result_ok();
}

MUST_USE struct result signature_check_form(xmlNodePtr header) {
    xmlNodePtr signature;
    return find_signature(header, &signature);
}

/* ---- what is signed ---- */

enum {
    DIGEST_LENGTH = 32,
    COORDINATE_LENGTH = 32,               /* r and s of P-256 */
    VALUE_LENGTH = 2 * COORDINATE_LENGTH, /* their octets, one behind the other: RFC 4050, section 3.3 */
    TEXT_SIZE = 4 * ((VALUE_LENGTH + 2) / 3) + 1, /* in base64 */
    DER_SIZE = 80,
};

/* Reference URI="" with the enveloped-signature transform: the whole document but for the signature. */
static void digest_document(xmlNodePtr signature, uint8_t out[DIGEST_LENGTH]) {
    canonical_digest(xmlDocGetRootElement(signature->doc), signature, out);
}

static void digest_information(xmlNodePtr signature, uint8_t out[DIGEST_LENGTH]) {
    canonical_digest(document_find(signature, "SignedInfo"), NULL, out);
}

static void put_text(xmlNodePtr signature, const char *path, const uint8_t *bytes, int length) {
    char text[TEXT_SIZE];
    EVP_EncodeBlock((unsigned char *)text, bytes, length);
    xmlNodeAddContent(document_find(signature, path), BAD_CAST text);
}

/* base64 with white space in it, as RFC 2045 has it; false unless it is `length` bytes. */
static bool take_text(xmlNodePtr signature, const char *path, uint8_t *out, int length) {
    xmlChar *text = xmlNodeGetContent(document_find(signature, path));
    unsigned char bytes[4 * TEXT_SIZE];
    size_t size = text ? strlen((const char *)text) : 0;
    EVP_ENCODE_CTX *context = EVP_ENCODE_CTX_new();
    int first = 0, last = 0;
    if (!context)
        abort();
    EVP_DecodeInit(context);
    bool whole = size > 0 && size < sizeof bytes &&
                 EVP_DecodeUpdate(context, bytes, &first, text, (int)size) >= 0 &&
                 EVP_DecodeFinal(context, bytes + first, &last) == 1 && first + last == length;
    EVP_ENCODE_CTX_free(context);
    xmlFree(text);
    if (whole)
        memcpy(out, bytes, (size_t)length);
    return whole;
}

/* ---- signing ---- */

static xmlNodePtr add_part(xmlNodePtr parent, const struct part *part) {
    xmlNodePtr node = xmlNewChild(parent, parent->ns, BAD_CAST part->name, NULL);
    if (node && part->attribute)
        xmlNewProp(node, BAD_CAST part->attribute, BAD_CAST part->value);
    return node;
}

/* The profile as a tree, its values still empty. */
static xmlNodePtr add_template(xmlNodePtr header) {
    xmlNodePtr place = xmlNewChild(header, header->ns, BAD_CAST "Sgntr", NULL);
    xmlNodePtr signature = xmlNewChild(place, NULL, BAD_CAST profile[0].name, NULL);
    xmlNodePtr parents[PROFILE_DEPTH] = {signature};
    if (!signature)
        abort();
    xmlSetNs(signature, xmlNewNs(signature, BAD_CAST SIGNATURE_SPACE, NULL));
    for (size_t i = 1; i < PROFILE_PARTS; i++) {
        int depth = profile[i].depth;
        parents[depth] = add_part(parents[depth - 1], &profile[i]);
        if (!parents[depth])
            abort();
    }
    return signature;
}

static bool sign_digest(const struct signature_key *key, const uint8_t digest[DIGEST_LENGTH],
                        uint8_t out[VALUE_LENGTH]) {
    unsigned char der[DER_SIZE];
    size_t length = sizeof der;
    if (EVP_PKEY_sign(key->context, der, &length, digest, DIGEST_LENGTH) != 1)
        return false;
    const unsigned char *at = der;
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)length);
    bool done = pair && BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, COORDINATE_LENGTH) > 0 &&
                BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + COORDINATE_LENGTH, COORDINATE_LENGTH) > 0;
    ECDSA_SIG_free(pair);
    return done;
}

MUST_USE struct result signature_sign(const struct signature_key *key, xmlNodePtr header) {
    uint8_t digest[DIGEST_LENGTH], value[VALUE_LENGTH];
    int64_t since = metrics_clock(); /* for the watchers: nothing here depends on it */
    xmlNodePtr signature = add_template(header);
    digest_document(signature, digest);
    put_text(signature, "SignedInfo/Reference/DigestValue", digest, sizeof digest);
    xmlNodeAddContent(document_find(signature, "KeyInfo/KeyName"), BAD_CAST key->pin);
    digest_information(signature, digest);
    if (!sign_digest(key, digest, value))
        return result_fatal("the signing key cannot sign");
    put_text(signature, "SignatureValue", value, sizeof value);
    metrics_station(STATION_SIGN, since);
    return result_ok();
}

/* ---- verifying ---- */

static const struct signature_key *select_key(const struct signature_trust *trust, const xmlNode *signature) {
    const xmlNode *name = document_find(signature, "KeyInfo/KeyName");
    xmlChar *text = xmlNodeGetContent(name);
    const struct signature_key *found = NULL;
    for (size_t i = 0; i < trust->count && !found; i++)
        if (text_equal(trust->keys[i].pin, (const char *)text))
            found = &trust->keys[i];
    xmlFree(text);
    return found;
}

static bool verify_digest(const struct signature_key *key, const uint8_t digest[DIGEST_LENGTH],
                          const uint8_t value[VALUE_LENGTH]) {
    unsigned char *der = NULL;
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(value, COORDINATE_LENGTH, NULL),
           *s = BN_bin2bn(value + COORDINATE_LENGTH, COORDINATE_LENGTH, NULL);
    if (!pair || !r || !s || ECDSA_SIG_set0(pair, r, s) != 1)
        abort();
    int length = i2d_ECDSA_SIG(pair, &der);
    bool holds = length > 0 && EVP_PKEY_verify(key->context, der, (size_t)length, digest, DIGEST_LENGTH) == 1;
    OPENSSL_free(der);
    ECDSA_SIG_free(pair);
    return holds;
}

static bool holds(const struct signature_key *key, xmlNodePtr signature) {
    uint8_t said[DIGEST_LENGTH], digest[DIGEST_LENGTH], value[VALUE_LENGTH];
    if (!take_text(signature, "SignedInfo/Reference/DigestValue", said, sizeof said) ||
        !take_text(signature, "SignatureValue", value, sizeof value))
        return false;
    digest_document(signature, digest);
    if (memcmp(said, digest, sizeof digest) != 0)
        return false;
    digest_information(signature, digest);
    return verify_digest(key, digest, value);
}

MUST_USE struct result signature_verify(const struct signature_trust *trust, xmlNodePtr header) {
    xmlNodePtr signature = NULL;
    TRY(find_signature(header, &signature));
    const struct signature_key *key = select_key(trust, signature);
    if (!key)
        return result_refuse(REASON_SIGNATURE_INVALID, "AppHdr/Sgntr/Signature/KeyInfo", "no pinned key");
    if (!holds(key, signature))
        return result_refuse(REASON_SIGNATURE_INVALID, "AppHdr/Sgntr/Signature", "it does not verify");
    return result_ok();
}
