#ifndef PONTIS_CLI_CLIENT_H
#define PONTIS_CLI_CLIENT_H

#include <jansson.h>

#include "base/buffer.h"

/* One request to the gateway at PONTIS_URL, with the certificate of PONTIS_CERT and PONTIS_KEY, trusting
 * PONTIS_CA alone. */
struct client_request {
    const char *method;
    const char *path;         /* percent-encoded, with the query */
    const char *content_type; /* NULL: no body */
    struct bytes body;
    const char *idempotency_key; /* of an order; NULL: it is none */
};

enum { CLIENT_PATH_LIMIT = 1 << 20 }; /* for the buffer of a path: more than a command line can hold */

/* Adds a part of a path or a query's value, percent-encoded. */
void client_add_part(struct buffer *path, const char *text);

/* Returns an exit_code; what went wrong has been said on stderr. `out` is made and gets the answer's bytes;
 * the caller wipes it. */
int client_call(const struct client_request *request, struct buffer *out);
/* client_call whose answer is JSON; the caller gives *out back, which is NULL unless EXIT_DONE. */
int client_call_json(const struct client_request *request, json_t **out);
/* client_call_json of a plain GET. */
int client_get(const char *path, json_t **out);
/* Prints what a GET of the verb's argument below `path` answers, by `print` or as JSON. Returns an exit_code.
 */
int client_show_one(int argc, char **argv, const char *path, void (*print)(const json_t *answer));
/* Prints what a GET answers: its member's rows as a table, or with --json all of it. Returns an exit_code. */
int client_show_rows(int argc, char **argv, const char *path, const char *member);

#endif
