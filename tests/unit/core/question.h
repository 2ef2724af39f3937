#ifndef PONTIS_TESTS_CORE_QUESTION_H
#define PONTIS_TESTS_CORE_QUESTION_H

#include "core/decision.h"

/* One question to decide, filled with what is in order; a test changes what it is about. */
struct question {
    struct corridor corridor; /* sg-th: SGD at home, THB at the peer */
    struct instruction before;
    struct event event;
    struct seen seen;
    struct decision decision; /* the answer */
};

enum { QUESTION_NOW = 1764000000 };

/* A wallet asks for a payment of 100.00 SGD, unquoted, at 25.8125. */
struct question question_of_transfer(void);
/* The peer asks for a credit of 100.00 SGD. */
struct question question_of_credit(void);
/* The instruction that the transfer or credit made is asked about next, by an event of this type. */
struct question question_after(const struct question *first, int event_type);
/* The answer, which stays in the question too. */
const struct decision *question_ask(struct question *question);

#endif
