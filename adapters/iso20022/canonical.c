#include "adapters/iso20022/canonical.h"

#include <libxml/c14n.h>
#include <openssl/evp.h>
#include <stdlib.h>

/* A document of which `top` is all there is: the canonical form of a subtree costs a walk over that subtree,
 * where libxml2's own way asks of every node of the whole document whether it belongs. Namespaces that are
 * declared further up are found through the nodes that use them, and declared where they are used first, as
 * the standard says. */
struct lone {
    struct _xmlDoc document;
    struct _xmlNode *top;
    struct _xmlNode *next;
    struct _xmlNode *parent;
};

static void set_apart(struct lone *lone, xmlNodePtr top) {
    *lone = (struct lone){.top = top, .next = top->next, .parent = top->parent};
    lone->document.type = XML_DOCUMENT_NODE;
    lone->document.charset = XML_CHAR_ENCODING_UTF8;
    lone->document.children = top;
    lone->document.last = top;
    lone->document.doc = &lone->document;
    top->next = NULL;
    top->parent = (xmlNodePtr)&lone->document;
}

static void put_back(struct lone *lone) {
    lone->top->next = lone->next;
    lone->top->parent = lone->parent;
}

/* An element taken out of its siblings. */
struct gap {
    xmlNodePtr element;
    xmlNodePtr *before;
    xmlNodePtr *behind;
};

static void leave_out(struct gap *gap, xmlNodePtr element) {
    *gap = (struct gap){.element = element};
    if (!element)
        return;
    gap->before = element->prev ? &element->prev->next : &element->parent->children;
    gap->behind = element->next ? &element->next->prev : &element->parent->last;
    *gap->before = element->next;
    *gap->behind = element->prev;
}

static void fill_in(const struct gap *gap) {
    if (!gap->element)
        return;
    *gap->before = gap->element;
    *gap->behind = gap->element;
}

static void write_to(xmlNodePtr top, xmlNodePtr without, xmlOutputBufferPtr sink) {
    struct lone lone;
    struct gap gap;
    leave_out(&gap, without);
    set_apart(&lone, top);
    int written =
        sink ? xmlC14NExecute(&lone.document, NULL, NULL, XML_C14N_EXCLUSIVE_1_0, NULL, 0, sink) : -1;
    put_back(&lone);
    fill_in(&gap);
    if (written < 0 || xmlOutputBufferClose(sink) < 0)
        abort();
}

static int add_to_buffer(void *context, const char *bytes, int length) {
    buffer_add(context, bytes, (size_t)length);
    return length;
}

void canonical_write(xmlNodePtr top, xmlNodePtr without, struct buffer *out) {
    write_to(top, without, xmlOutputBufferCreateIO(add_to_buffer, NULL, out, NULL));
}

static int add_to_digest(void *context, const char *bytes, int length) {
    return EVP_DigestUpdate(context, bytes, (size_t)length) == 1 ? length : -1;
}

void canonical_digest(xmlNodePtr top, xmlNodePtr without, uint8_t out[32]) {
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    if (!digest || EVP_DigestInit_ex(digest, EVP_sha256(), NULL) != 1)
        abort();
    write_to(top, without, xmlOutputBufferCreateIO(add_to_digest, NULL, digest, NULL));
    if (EVP_DigestFinal_ex(digest, out, NULL) != 1)
        abort();
    EVP_MD_CTX_free(digest);
}
