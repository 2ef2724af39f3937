#ifndef PONTIS_WIRE_WIRE_H
#define PONTIS_WIRE_WIRE_H

#include <event2/event.h>

#include "flow/ports.h"
#include "wire/credentials.h"

/* The wire port over mutual TLS 1.3: listeners for peers and the API, and a client to peers. One certificate
 * serves both uses. */
struct wire;

/* PEM files. */
struct wire_settings {
    const char *ca;
    const char *certificate;
    const char *key;
};

/* Once a process, after any fork; the process ignores SIGPIPE from then on. FATAL: a file that cannot be
 * used. */
MUST_USE struct result wire_open(const struct wire_settings *settings, struct event_base *base,
                                 struct wire **out);

/* Uses credentials that were read anew, which it takes over, for every connection from now on. Those that are
 * open live on with what they were made with. */
void wire_use(struct wire *wire, struct credentials *taken);

/* `listener` is "peer" or "api", `address` a numeric HOST:PORT ("127.0.0.1:8443"; port 0: any free one, see
 * wire_port_of). FATAL when it cannot be listened on. */
MUST_USE struct result wire_listen(struct wire *wire, const char *listener, const char *address);

/* The port a listener is bound to; 0: there is no such listener. */
int wire_port_of(struct wire *wire, const char *listener);

void wire_fill_port(struct wire *wire, struct wire_port *out);

/* Gives the ports up. What is open is served on, and closed with its next answer. */
void wire_stop_accepting(struct wire *wire);

/* Ends everything without another callback. A post under way is in doubt, as after a crash; an exchange that
 * is still open ends unanswered and may not be used afterwards. */
void wire_close(struct wire *wire);

#endif
