#ifndef PONTIS_ADAPTERS_ISO20022_CANONICAL_H
#define PONTIS_ADAPTERS_ISO20022_CANONICAL_H

#include <libxml/tree.h>
#include <stdint.h>

#include "base/buffer.h"

/* Exclusive canonical form without comments (https://www.w3.org/TR/xml-exc-c14n/) of the subtree at `top`, as
 * if the element `without` below it (NULL: none) were not there. The tree is the same afterwards. */
void canonical_write(xmlNodePtr top, xmlNodePtr without, struct buffer *out);
/* SHA-256 of it. */
void canonical_digest(xmlNodePtr top, xmlNodePtr without, uint8_t out[32]);

#endif
