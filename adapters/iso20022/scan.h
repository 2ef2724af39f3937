#ifndef PONTIS_ADAPTERS_ISO20022_SCAN_H
#define PONTIS_ADAPTERS_ISO20022_SCAN_H

#include "base/buffer.h"
#include "base/result.h"

/* Reads a message once, byte by byte, and counts what a tree of it would cost. It knows just enough XML for
 * that: where tags, attributes, comments and texts begin and end. Whether it is well formed is the parser's
 * to say. Limits: document.h. */
MUST_USE struct result scan_message(struct bytes message);

#endif
