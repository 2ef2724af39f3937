#ifndef PONTIS_CORE_TRANSITIONS_H
#define PONTIS_CORE_TRANSITIONS_H

#include "core/decision.h"

/* What decide was asked, as the rules see it. */
struct situation {
    const struct instruction *before;
    const struct event *event;
    const struct corridor *corridor; /* NULL: nobody knows it */
    const struct seen *seen;
};

enum { TRANSITION_MAX_TARGETS = 4 };

/* One legal (direction, state, event). The rule fills the decision, whose verdict is APPLIED when it starts.
 * `to` lists the states it may lead to; the same state means "stays". Whatever has no row is refused. */
struct transition {
    int direction;
    int from;
    int event;
    void (*rule)(const struct situation *situation, struct decision *out);
    int to[TRANSITION_MAX_TARGETS + 1]; /* STATE_NONE at the end */
};

extern const struct transition transitions[]; /* ends with a row whose rule is NULL */

const struct transition *transitions_find(int direction, int from, int event);
/* The table as a Graphviz graph, a cluster a direction. */
void transitions_write_dot(struct buffer *out);

#endif
