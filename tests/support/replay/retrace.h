#ifndef PONTIS_TESTS_SUPPORT_RETRACE_H
#define PONTIS_TESTS_SUPPORT_RETRACE_H

#include "base/array.h"
#include "core/command.h"
#include "core/decision.h"

/* One instruction, decided again from its first transition on. */
struct retrace {
    struct instruction stands; /* as the decisions so far have left it */
    ARRAY(struct posting) postings;
};

/* A row of pontis.transition; texts are borrowed. */
struct retrace_row {
    const char *version, *from, *to, *event, *verdict, *reason;
    struct bytes record;
    const char *salt, *leaf; /* hex */
};

/* A row of pontis.command; texts are borrowed. */
struct retrace_order {
    const char *name, *verdict, *reason;
    struct bytes record;
    const char *salt, *leaf; /* hex */
};

/* A row of pontis.transfer, with its accounts. */
struct retrace_transfer {
    const char *phase, *corridor, *debit_role, *debit_owner, *credit_role, *credit_owner, *currency, *amount;
};

void retrace_wipe(struct retrace *retrace);
/* `corridor` NULL: version 0, nobody knew it. False: `difference` says in which member, and what both say. */
bool retrace_transition(struct retrace *retrace, const struct retrace_row *row,
                        const struct corridor *corridor, struct buffer *difference);
/* An order judged again from what was kept of it. */
bool retrace_command(const struct retrace_order *row, struct buffer *difference);
/* The postings in the order of the ledger's rows; in whichever order workers wrote them. */
bool retrace_ledger(struct retrace *retrace, const struct retrace_transfer *rows, size_t count,
                    struct buffer *difference);
/* The instruction as it is stored, in canonical text. */
bool retrace_content(const struct retrace *retrace, const char *content, struct buffer *difference);

#endif
