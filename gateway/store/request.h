#ifndef PONTIS_STORE_REQUEST_H
#define PONTIS_STORE_REQUEST_H

#include <libpq-fe.h>

#include "base/arena.h"
#include "base/array.h"
#include "store/column.h"

/* A pipeline as data: statements that go out together and end together. */

enum { STATEMENT_MAX_PARAMETERS = 20 };

#define REQUEST_TOO_LARGE "too large for one request"

struct statement {
    const char *name; /* of a query; it lives as long as the request */
    int count;
    const char *values[STATEMENT_MAX_PARAMETERS];
    int lengths[STATEMENT_MAX_PARAMETERS];
    int formats[STATEMENT_MAX_PARAMETERS]; /* 0: text, 1: binary */
};

enum request_fate {
    REQUEST_DONE,     /* every statement succeeded; a transaction is committed */
    REQUEST_FAILED,   /* a statement failed: nothing of a transaction is left, also of one begun before */
    REQUEST_LOST,     /* the connection was lost on the way: a transaction may have committed */
    REQUEST_NOT_SENT, /* no byte left: there is no connection, or the request is too large for one */
};

struct request_end {
    enum request_fate fate;
    char state[6]; /* SQLSTATE, "" when the database said nothing */
    char constraint[64];
    char detail[160]; /* for logs; no values of rows */
};

struct request {
    struct request *next;
    ARRAY(struct statement) statements;
    struct arena arena;
    bool begins;         /* with BEGIN: a transaction, which stays open when the request does not commit */
    bool commits;        /* with COMMIT; neither: each statement for itself */
    bool is_preparation; /* the statements are prepared, not run */
    bool too_large;
    size_t answered; /* statements whose end has come */
    struct request_end end;
    /* The rows of a statement, valid during the call. NULL: nobody wants them. */
    void (*on_rows)(void *context, size_t statement, const PGresult *rows);
    void (*on_end)(void *context, const struct request_end *end);
    void *context;
};

struct request *request_new(void (*on_end)(void *context, const struct request_end *end), void *context);
void request_free(struct request *request);
/* The next statement, to be given its parameters by the calls below. */
struct statement *request_add(struct request *request, const char *name);
/* Copies the text; NULL is null. */
void request_add_text(struct request *request, struct statement *statement, const char *text);
void request_add_number(struct request *request, struct statement *statement, int64_t number);
/* Closes and takes the column over. */
void request_add_column(struct request *request, struct statement *statement, struct column *column);

#endif
