#ifndef PONTIS_API_API_H
#define PONTIS_API_API_H

#include "flow/flow.h"

typedef char api_fingerprint[65];

/* The API listener: what operators (and later banks and auditors) ask and order over mutual TLS. Reads run on
 * the store's reading connection; orders go through the command door. */
/* Who may use it: an array (base/array.h) of their certificates' SHA-256. */
struct api_operators {
    api_fingerprint *items;
    size_t count, capacity;
};

struct api {
    struct flow *flow;
    struct api_operators operators;
};

/* Reads the file of operators' certificate fingerprints, one in hex a line; the caller wipes `out` whatever
 * comes back. FATAL: the file cannot be read, or holds something else. */
MUST_USE struct result api_operators_read(const char *file, struct api_operators *out);
void api_operators_wipe(struct api_operators *operators);

/* Reads the operators' file and serves the listener "api". */
MUST_USE struct result api_open(struct api *api, struct flow *flow, const char *operators_file);
/* Takes over who may use it from the next request on. */
void api_use_operators(struct api *api, struct api_operators *taken);
void api_wipe(struct api *api);

#endif
