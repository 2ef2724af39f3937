#ifndef PONTIS_TESTS_WIRE_FIXTURE_H
#define PONTIS_TESTS_WIRE_FIXTURE_H

#include <criterion/criterion.h>
#include <string.h>

#include "actor.h"
#include "base/text.h"
#include "wire/wire.h"

/* One world of a test: a CA, a gateway `home` that listens, a gateway `away` that posts to it, both on one
 * loop. */
struct world {
    char directory[FILE_SIZE];
    struct authority authority;
    struct certificate home_certificate, away_certificate;
    struct event_base *base;
    struct wire *home, *away;
    struct wire_port home_port, away_port;
    int port; /* of home's "peer" listener */
};

extern struct world world;

void world_open(void);
void world_close(void);

/* A gateway with a certificate of its own on the world's loop. */
struct wire *world_gateway(const char *ca, const struct certificate *certificate, struct wire_port *port);

/* ---- home's handler: keeps what came, and answers as told ---- */

enum { SEEN_SIZE = 256 };

struct heard {
    int count;
    char method[16], path[SEEN_SIZE], query[SEEN_SIZE], content_type[64], traceparent[64],
        idempotency_key[64];
    char certificate[65], public_key[65], subject[SEEN_SIZE], listener[16];
    size_t body_length;
    char body[SEEN_SIZE];
    struct wire_exchange *open; /* with `keep`: not answered yet */
};

struct behaviour {
    int status; /* 0: 200 */
    bool keep;  /* do not answer */
};

extern struct heard heard;
extern struct behaviour behaviour;

void home_answers(struct wire_exchange *exchange, int status, const char *text);

/* ---- away's posts ---- */

struct outcome {
    int done; /* completions */
    enum wire_outcome outcome;
    int http_status;
    char body[SEEN_SIZE];
    char detail[160];
};

struct order {
    const char *body;          /* NULL: "<order/>" */
    size_t body_length;        /* 0: the body's */
    const char *host;          /* NULL: "127.0.0.1" */
    const char *path;          /* NULL: "/messages" */
    const char *pin;           /* NULL: home's */
    const char *second_pin;    /* NULL: none */
    const char *traceparent;   /* NULL: none */
    int64_t deadline;          /* 0: ten seconds */
    int port;                  /* 0: home's */
    struct wire_port *through; /* NULL: away's */
};

/* The outcome is filled once the post is complete. */
void post_start(const struct order *order, struct outcome *out);
/* post_start, and turns the loop until the completion. */
void post(const struct order *order, struct outcome *out);

#endif
