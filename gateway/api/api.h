#ifndef PONTIS_API_API_H
#define PONTIS_API_API_H

#include "flow/flow.h"

typedef char api_fingerprint[65];

/* The API listener: what operators (and later banks and auditors) ask and order over mutual TLS. Reads run on
 * the store's reading connection; orders go through the command door. */
struct api {
    struct flow *flow;
    ARRAY(api_fingerprint) operators; /* SHA-256 of the certificates that may use it */
};

/* Reads the file of operators' certificate fingerprints, one in hex a line, and serves the listener "api". */
MUST_USE struct result api_open(struct api *api, struct flow *flow, const char *operators_file);
void api_wipe(struct api *api);

#endif
