#include "adapters/iso20022/document.h"

#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/iso20022/scan.h"
#include "core/reasons.h"

enum { PARSE_OPTIONS = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA };

static xmlParserInputPtr load_nothing(const char *url, const char *id, xmlParserCtxtPtr context) {
    (void)url, (void)id, (void)context;
    return NULL;
}

static void set_up(void) {
    static bool done;
    if (done)
        return;
    xmlInitParser();
    xmlSetExternalEntityLoader(load_nothing);
    done = true;
}

MUST_USE struct result document_scan(struct bytes message) {
    return scan_message(message);
}

static struct result refuse_malformed(xmlParserCtxtPtr context) {
    const xmlError *error = xmlCtxtGetLastError(context);
    char where[32] = "";
    if (error && error->line > 0)
        snprintf(where, sizeof where, "line %d", error->line);
    return result_refuse(REASON_MESSAGE_MALFORMED, where, "XML error %d", error ? error->code : 0);
}

/* The scan has refused all of this already; the tree is the second opinion. */
static bool is_plain(const xmlDoc *document) {
    const xmlNode *root = xmlDocGetRootElement(document);
    return root && !document->intSubset && !document->extSubset &&
           (!document->encoding || xmlStrcasecmp(document->encoding, BAD_CAST "UTF-8") == 0);
}

MUST_USE struct result document_parse(struct bytes message, xmlDocPtr *out) {
    *out = NULL;
    set_up();
    TRY(document_scan(message));
    xmlParserCtxtPtr context = xmlNewParserCtxt();
    if (!context)
        abort();
    xmlDocPtr document =
        xmlCtxtReadMemory(context, message.data, (int)message.length, NULL, "UTF-8", PARSE_OPTIONS);
    struct result result = result_ok();
    if (!document || !context->wellFormed)
        result = refuse_malformed(context);
    else if (!is_plain(document))
        result = result_refuse(REASON_MESSAGE_MALFORMED, "", "not plain XML in UTF-8");
    xmlFreeParserCtxt(context);
    if (!result_is_ok(&result)) {
        xmlFreeDoc(document);
        return result;
    }
    *out = document;
    return result;
}

/* ---- finding ---- */

bool document_is(const xmlNode *node, const char *space, const char *name) {
    return node && node->type == XML_ELEMENT_NODE && node->ns &&
           strcmp((const char *)node->name, name) == 0 && strcmp((const char *)node->ns->href, space) == 0;
}

static xmlNodePtr element_from(xmlNode *node) {
    while (node && node->type != XML_ELEMENT_NODE)
        node = node->next;
    return node;
}

xmlNodePtr document_first(const xmlNode *parent) {
    return element_from(parent->children);
}

xmlNodePtr document_next(const xmlNode *node) {
    return element_from(node->next);
}

static bool same_space(const xmlNode *left, const xmlNode *right) {
    return left->ns == right->ns ||
           (left->ns && right->ns &&
            strcmp((const char *)left->ns->href, (const char *)right->ns->href) == 0);
}

static xmlNodePtr find_child(const xmlNode *parent, const xmlNode *top, const char *name, size_t length) {
    for (xmlNodePtr node = document_first(parent); node; node = document_next(node))
        if (strncmp((const char *)node->name, name, length) == 0 && !node->name[length] &&
            same_space(node, top))
            return node;
    return NULL;
}

xmlNodePtr document_find(const xmlNode *top, const char *path) {
    const xmlNode *node = top;
    xmlNodePtr found = NULL;
    while (*path) {
        size_t length = strcspn(path, "/");
        found = find_child(node, top, path, length);
        if (!found)
            return NULL;
        node = found;
        path += length;
        path += *path == '/';
    }
    return found;
}

void document_path(const xmlNode *node, char out[DOCUMENT_PATH_SIZE]) {
    const xmlNode *chain[DOCUMENT_MAX_DEPTH];
    size_t depth = 0;
    for (; node && node->type == XML_ELEMENT_NODE && depth < DOCUMENT_MAX_DEPTH; node = node->parent)
        chain[depth++] = node;
    size_t used = 0;
    out[0] = '\0';
    while (depth > 0 && used < DOCUMENT_PATH_SIZE - 1) {
        int added =
            snprintf(out + used, DOCUMENT_PATH_SIZE - used, "/%s", (const char *)chain[--depth]->name);
        used += (size_t)added;
    }
}
