#ifndef PONTIS_CLI_VERB_H
#define PONTIS_CLI_VERB_H

#include <stdbool.h>
#include <stddef.h>

#include "base/result.h"

/* How a verb ended; the process's exit status. */
enum exit_code {
    EXIT_DONE = 0,
    EXIT_NEGATIVE = 1, /* it was done, and the finding is negative */
    EXIT_USAGE = 2,
    EXIT_CONFIGURATION = 3, /* a file or a setting that the verb needs cannot be used */
    EXIT_UNREACHABLE = 4,   /* the gateway does not answer, or cannot now: try again */
    EXIT_REFUSED = 5,
};

/* An option of a verb. Wherever its name stands it takes a value, or it does so nowhere. */
struct option_rule {
    const char *name;  /* "--limit" */
    const char *value; /* what its value is called in the usage line; NULL: it takes none */
    bool wanted;       /* the verb cannot do without it */
    bool repeats;      /* it may be given more than once */
};

enum { VERB_MOST_OPTIONS = 6 };

/* A verb is known by one or two words ("corridor apply"). */
struct verb {
    const char *name;
    const char *arguments; /* "" none, "FILE..." one or more, anything else exactly one */
    struct option_rule options[VERB_MOST_OPTIONS + 1]; /* ends with a row without a name */
    const char *help;
    const char *example;
    int (*run)(int argc, char **argv); /* what follows the verb's words; returns an exit_code */
    const char *order;                 /* that it gives the gateway (core/command.h); NULL: none */
};

/* The one table of verbs, defined by the program; ends with a row without a name. Help and the check of what
 * was typed come from it. */
extern const struct verb verbs[];

/* Finds the verb that argv[1] and argv[2] name, checks what follows by its row and runs it. What it does not
 * know is said on stderr with the nearest that it does. Returns an exit_code. */
int verb_main(int argc, char **argv);

/* -- for a verb, about arguments that its row allows -- */

/* The value behind "--name", or NULL. */
const char *verb_option(int argc, char **argv, const char *name);
/* The value behind its index-th one. */
const char *verb_option_at(int argc, char **argv, const char *name, int index);
bool verb_flag(int argc, char **argv, const char *name);
/* The index-th argument that is neither an option nor an option's value, or NULL. */
const char *verb_argument(int argc, char **argv, int index);

/* Says on stderr what is wrong with what was typed; returns EXIT_USAGE. */
int verb_usage(const char *format, ...) PRINTF_LIKE(1, 2);

int verb_serve(int argc, char **argv);
int verb_migrate(int argc, char **argv);
int verb_config_check(int argc, char **argv);
int verb_config_show(int argc, char **argv);
int verb_config_default(int argc, char **argv);
int verb_status(int argc, char **argv);
int verb_corridor_check(int argc, char **argv);
int verb_corridor_apply(int argc, char **argv);
int verb_corridor_show(int argc, char **argv);
int verb_corridor_list(int argc, char **argv);
int verb_corridor_suspend(int argc, char **argv);
int verb_corridor_resume(int argc, char **argv);
int verb_fx_post(int argc, char **argv);
int verb_fx_quote(int argc, char **argv);
int verb_liquidity_fund(int argc, char **argv);
int verb_liquidity_withdraw(int argc, char **argv);
int verb_liquidity_show(int argc, char **argv);
int verb_approval_list(int argc, char **argv);
int verb_approval_show(int argc, char **argv);
int verb_approval_approve(int argc, char **argv);
int verb_approval_refuse(int argc, char **argv);
int verb_operator_add(int argc, char **argv);
int verb_operator_list(int argc, char **argv);
int verb_operator_suspend(int argc, char **argv);
int verb_participant_list(int argc, char **argv);
int verb_payment_show(int argc, char **argv);
int verb_payment_watch(int argc, char **argv);
int verb_payment_list(int argc, char **argv);
int verb_message_check(int argc, char **argv);
int verb_message_show(int argc, char **argv);
int verb_states(int argc, char **argv);
int verb_version(int argc, char **argv);
int verb_manual(int argc, char **argv);
int verb_completion(int argc, char **argv);

#endif
