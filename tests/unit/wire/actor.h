#ifndef PONTIS_TESTS_WIRE_ACTOR_H
#define PONTIS_TESTS_WIRE_ACTOR_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>

#include "tests/support/certificates.h"

/* The other end of a socket, in a thread of its own with blocking calls, so that it can do what no decent
 * client or server does. */
struct actor;

struct actor *actor_start(struct event_base *base, void (*run)(void *context), void *context);
/* Turns the loop until the actor has ended; fails the test after ten seconds. */
void actor_join(struct actor *actor);

/* Turns the loop until *flag is not zero; fails the test after ten seconds. */
void loop_until(struct event_base *base, const int *flag);

/* ---- what an actor does ---- */

int actor_connect_plain(int port);
int actor_listen(int *port);

/* What a TLS end is made from; certificate NULL: it shows none. */
struct actor_end {
    const char *ca;
    const struct certificate *certificate;
    int most_version; /* 0: any */
};

/* NULL when the handshake failed. In TLS 1.3 a refusal of our certificate shows at the first read only. */
SSL *actor_connect(int port, const struct actor_end *end);
SSL *actor_accept(int listener, const struct actor_end *end);
void actor_close(SSL *ssl);

bool actor_send(SSL *ssl, const char *text);
/* Reads until the other end closes, or `size` is full; a closing zero is set. Returns what was read. */
size_t actor_read_all(SSL *ssl, char *out, size_t size);
/* Reads one whole request or answer with a Content-Length. False when the other end closed before. */
bool actor_read_message(SSL *ssl, char *out, size_t size);

#endif
