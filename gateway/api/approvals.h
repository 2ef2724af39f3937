#ifndef PONTIS_API_APPROVALS_H
#define PONTIS_API_APPROVALS_H

#include "api/api.h"

/* GET /v1/approvals/{id}: what was proposed, by whom, what it changes, and what became of it. */
void approvals_show(struct api *api, struct wire_exchange *exchange, const char *id);

/* Columns of the query approval_show. */
enum approval_column {
    APPROVAL_ID,
    APPROVAL_ORDER,
    APPROVAL_CORRIDOR,
    APPROVAL_PROPOSER,
    APPROVAL_PROPOSED_AT,
    APPROVAL_EXPIRES_AT,
    APPROVAL_STATE,
    APPROVAL_DECIDED_BY,
    APPROVAL_DECIDED_AT,
    APPROVAL_REASON,
    APPROVAL_BASE_VERSION,
    APPROVAL_CHANGES, /* JSON */
    APPROVAL_REQUEST, /* hex */
};

#endif
