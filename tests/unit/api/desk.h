#ifndef PONTIS_TESTS_UNIT_API_DESK_H
#define PONTIS_TESTS_UNIT_API_DESK_H

#include <jansson.h>

#include "api/api.h"

/* The API on fake ports: a wire that hands requests in and keeps the answer, a store whose reads give the
 * rows it was told and whose commits end as it was told. Both complete at once. The corridor sg-th (SGD to
 * THB, providers GLOBEXFX and MERLIONFX, dialect "plain") is open. */

/* Certificates of ann and bob (operators), eve (auditor) and max (monitoring). */
#define DESK_OPERATOR   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DESK_OTHER      "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define DESK_AUDITOR    "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"
#define DESK_MONITORING "mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm"

enum { DESK_MOST_TABLES = 8, DESK_MOST_PARAMETERS = 4, DESK_MOST_CELLS = 64 };

/* What a read gives; what it was asked with. */
struct desk_table {
    const char *name;
    size_t columns, rows;
    const char *cells[DESK_MOST_CELLS];
    size_t lengths[DESK_MOST_CELLS];
};

struct desk_answer {
    int status;
    char type[64];
    char *body;
    json_t *json; /* NULL: the body is none */
};

struct desk {
    struct flow flow;
    struct api api;
    wire_handler handler;
    void *handler_context;
    struct desk_answer answer; /* to the last request */
    size_t answers;

    struct desk_table tables[DESK_MOST_TABLES];
    size_t table_count;
    struct result read_result;            /* what every read ends with */
    char asked[DESK_MOST_PARAMETERS][80]; /* parameters of the last read; "(null)" for a null */
    enum store_outcome outcomes[2];       /* of the next commits, COMMITTED at the end */
    size_t commits;                       /* that were tried */
    struct store_rate rate;               /* rows of the last commit */
    struct quote quote;
    struct store_transfer transfer;
    struct store_input input;
    struct store_command command;
    struct store_identity identity; /* of its idempotency key */
    char command_answer[4096];
    struct store_operator added;
    struct store_suspension suspension;
    struct store_approval approval;
    char approval_request[4096];
    struct store_approval_end approval_end;
    char corridor_document[4096];
    struct store_order_view view; /* what orders meet: approval, available, other_..., active_operators */
    const char *idempotency_key;
    bool is_suspended; /* whoever asks */
    uint64_t random;
};

/* The file of a corridor sg-my (SGD to MYR, provider GLOBEXFX) that nobody has applied. */
extern const char desk_other_corridor[];

void desk_open(struct desk *desk);
void desk_close(struct desk *desk);

/* The rows a query gives, cell after cell, each row of `columns`; NULL cells are nulls. */
void desk_rows(struct desk *desk, const char *query, size_t columns, size_t rows, const char *const *cells);
void desk_forget_rows(struct desk *desk);

/* One request of an operator; the answer stands until the next. */
const struct desk_answer *desk_ask(struct desk *desk, const char *method, const char *path, const char *query,
                                   const char *body);
/* The same of somebody with that certificate, with bytes as body. */
const struct desk_answer *desk_ask_as(struct desk *desk, const char *certificate, const char *method,
                                      const char *path, const char *query, struct bytes body);
/* A member of the answer's JSON as text; "" when there is none. */
const char *desk_member(const struct desk *desk, const char *name);

#endif
