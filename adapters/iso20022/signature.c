#include "adapters/iso20022/signature.h"

#include <stdbool.h>
#include <string.h>
#include <xmlsec/xmlsec.h>

#include <xmlsec/openssl/crypto.h>
#include <xmlsec/templates.h>
#include <xmlsec/transforms.h>
#include <xmlsec/xmldsig.h>

#include "adapters/iso20022/document.h"
#include "adapters/iso20022/key.h"
#include "base/text.h"
#include "core/reasons.h"

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
enum { PROFILE_PARTS = sizeof profile / sizeof *profile };

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

/* ---- xmlsec, allowed to do just this ---- */

/* The second wall behind has_form: whatever the document says, xmlsec knows no other way. */
static bool allow(xmlSecDSigCtxPtr context) {
    context->enabledReferenceUris = xmlSecTransformUriTypeEmpty;
    context->flags |= XMLSEC_DSIG_FLAGS_STORE_SIGNEDINFO_REFERENCES;
    return xmlSecDSigCtxEnableReferenceTransform(context, xmlSecTransformEnvelopedId) == 0 &&
           xmlSecDSigCtxEnableReferenceTransform(context, xmlSecTransformExclC14NId) == 0 &&
           xmlSecDSigCtxEnableReferenceTransform(context, xmlSecOpenSSLTransformSha256Id) == 0 &&
           xmlSecDSigCtxEnableSignatureTransform(context, xmlSecTransformExclC14NId) == 0 &&
           xmlSecDSigCtxEnableSignatureTransform(context, xmlSecOpenSSLTransformEcdsaSha256Id) == 0;
}

static xmlSecDSigCtxPtr context_new(const struct signature_key *key) {
    xmlSecDSigCtxPtr context = xmlSecDSigCtxCreate(NULL);
    if (!context)
        return NULL;
    context->signKey = xmlSecKeyDuplicate(key->key);
    if (context->signKey && allow(context))
        return context;
    xmlSecDSigCtxDestroy(context);
    return NULL;
}

/* ---- signing ---- */

static xmlNodePtr add_template(const struct signature_key *key, xmlNodePtr header) {
    xmlNodePtr place = xmlNewChild(header, header->ns, BAD_CAST "Sgntr", NULL);
    xmlNodePtr signature = xmlSecTmplSignatureCreate(header->doc, xmlSecTransformExclC14NId,
                                                     xmlSecOpenSSLTransformEcdsaSha256Id, NULL);
    if (!place || !signature)
        return NULL;
    xmlAddChild(place, signature);
    xmlNodePtr reference =
        xmlSecTmplSignatureAddReference(signature, xmlSecOpenSSLTransformSha256Id, NULL, BAD_CAST "", NULL);
    xmlNodePtr information = xmlSecTmplSignatureEnsureKeyInfo(signature, NULL);
    if (!reference || !information ||
        !xmlSecTmplReferenceAddTransform(reference, xmlSecTransformEnvelopedId) ||
        !xmlSecTmplReferenceAddTransform(reference, xmlSecTransformExclC14NId) ||
        !xmlSecTmplKeyInfoAddKeyName(information, BAD_CAST key->pin))
        return NULL;
    return signature;
}

MUST_USE struct result signature_sign(const struct signature_key *key, xmlNodePtr header) {
    xmlNodePtr signature = add_template(key, header);
    xmlSecDSigCtxPtr context = signature ? context_new(key) : NULL;
    bool done =
        context && xmlSecDSigCtxSign(context, signature) == 0 && context->status == xmlSecDSigStatusSucceeded;
    if (context)
        xmlSecDSigCtxDestroy(context);
    return done ? result_ok() : result_fatal("the signing key cannot sign");
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

static bool holds(const struct signature_key *key, xmlNodePtr signature) {
    xmlSecDSigCtxPtr context = context_new(key);
    if (!context)
        return false;
    bool verified = xmlSecDSigCtxVerify(context, signature) == 0 &&
                    context->status == xmlSecDSigStatusSucceeded &&
                    xmlSecPtrListGetSize(&context->signedInfoReferences) == 1;
    xmlSecDSigCtxDestroy(context);
    return verified;
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
