#ifndef PONTIS_TESTS_SERVE_GATEWAY_H
#define PONTIS_TESTS_SERVE_GATEWAY_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "tests/support/certificates.h"

/* A whole gateway, `pontis serve` with one worker: its own database in the program's cluster, its own broker,
 * certificates made for it, and the test as its service manager. */
struct gateway {
    char folder[FILE_SIZE];
    char settings[FILE_SIZE], log[FILE_SIZE];
    char brokers[64];
    int peer_port, api_port, admin_port;
    pid_t pid, broker;
    int manager; /* hears what the gateway tells its service manager */
    struct authority authority;
    struct certificate tls, signing, operator_, approver, peer, peer_signing;
    char more[256];    /* lines behind the settings file */
    char extra[2][64]; /* variables of its environment, "" none */
};

/* Makes everything and writes the settings file, but starts nothing. */
void gateway_make(struct gateway *gateway);
/* Starts it and waits until it says that it is ready. */
void gateway_start(struct gateway *gateway);
/* What a child of the test becomes: the gateway. Does not return. */
void gateway_run(const struct gateway *gateway);
/* Ends it where it still runs, and removes everything. */
void gateway_remove(struct gateway *gateway);

/* Writes the settings file anew, with `more` at its end. */
void gateway_write_settings(const struct gateway *gateway);
/* Somebody more who may use the API, as an operator. */
void gateway_enrol(const char *name, const struct certificate *certificate);
/* Runs `pontis ARGUMENT ARGUMENT ARGUMENT` as an operator; wants exit status 0. */
void gateway_order(const struct gateway *gateway, const char *first, const char *second, const char *third);
/* Applies the sandbox's corridor sg-th, in which `peer` is the peer: one operator proposes it, the other
 * approves. */
void gateway_apply_corridor(const struct gateway *gateway);

/* A session of the superuser in its database. */
struct pg_conn *gateway_database(void);

/* Waits until the gateway tells its manager something that begins so; fails the test after 30 s. */
void gateway_await(struct gateway *gateway, const char *told);
/* Has the gateway reload and waits until it says that this is over. */
void gateway_reload(struct gateway *gateway);
/* Waits for its end; returns its exit status, or -1 when a signal ended it. */
int gateway_end(struct gateway *gateway);
/* Its worker; 0: there is none just now. */
pid_t gateway_worker(const struct gateway *gateway);
/* Waits until another worker runs; returns how many milliseconds that took. */
int64_t gateway_await_other_worker(const struct gateway *gateway, pid_t old);

/* How many lines of the log hold all of these (either may be NULL)? */
int gateway_log_lines(const struct gateway *gateway, const char *one, const char *other);
/* Waits until there are so many lines with this. */
void gateway_await_log(const struct gateway *gateway, const char *text, int count);

#endif
