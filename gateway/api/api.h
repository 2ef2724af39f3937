#ifndef PONTIS_API_API_H
#define PONTIS_API_API_H

#include "flow/flow.h"

/* The API listener: what operators, auditors and those who watch ask and order over mutual TLS. Who they are
 * is asked of the database for every request, so that whoever is suspended may nothing from then on, also on
 * an open connection. Reads run on the store's reading connection; orders go through the command door. */
struct api {
    struct flow *flow;
};

/* Whose certificate it is. */
struct api_caller {
    char name[OPERATOR_SIZE];
    int role; /* enum operator_role */
};

/* Serves the listener "api". */
void api_open(struct api *api, struct flow *flow);

#endif
