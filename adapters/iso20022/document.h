#ifndef PONTIS_ADAPTERS_ISO20022_DOCUMENT_H
#define PONTIS_ADAPTERS_ISO20022_DOCUMENT_H

#include <libxml/tree.h>
#include <stdbool.h>

#include "base/buffer.h"
#include "base/result.h"

/* What a message may cost before anything is known of its sender. Attribute floods are quadratic in libxml2,
 * so all of these are counted on the bytes, before a tree is built. */
enum {
    DOCUMENT_MAX_SIZE = 256 * 1024,
    DOCUMENT_MAX_DEPTH = 64,
    DOCUMENT_MAX_ATTRIBUTES = 32, /* of one element, namespace declarations included */
    DOCUMENT_MAX_NODES = 20000,   /* elements, attributes, texts and comments */
};

enum { DOCUMENT_PATH_SIZE = 96 };

/* Parses a message of an unknown sender. UTF-8 alone; no document type, no processing instruction, no entity
 * but XML's own five. The caller frees `out` with xmlFreeDoc. Refuses with MESSAGE_TOO_LARGE,
 * MESSAGE_DOCTYPE, MESSAGE_COMPLEX or MESSAGE_MALFORMED; `where` is then "line N". */
MUST_USE struct result document_parse(struct bytes message, xmlDocPtr *out);

/* The first step of document_parse alone: is it safe to build a tree of this? */
MUST_USE struct result document_scan(struct bytes message);

/* Has this node that local name and namespace? */
bool document_is(const xmlNode *node, const char *space, const char *name);
/* First and next element among siblings; NULL at the end. */
xmlNodePtr document_first(const xmlNode *parent);
xmlNodePtr document_next(const xmlNode *node);
/* The element at a path of local names below `top` ("GrpHdr/MsgId"), in top's namespace; NULL: none. */
xmlNodePtr document_find(const xmlNode *top, const char *path);
/* Path of local names from the root to the node: "/BusinessMessageEnvelope/AppHdr/Fr". */
void document_path(const xmlNode *node, char out[DOCUMENT_PATH_SIZE]);

#endif
