#ifndef PONTIS_STORE_STATE_H
#define PONTIS_STORE_STATE_H

#include "store/connection.h"
#include "store/store.h"

/* What the parts of an open store share. */
struct pending_commit;

struct store {
    struct event_base *base;
    char *worker;
    int64_t epoch;
    int64_t batch; /* number of the last committed batch of this epoch */
    int64_t told;  /* the number the database told when the session was entered */
    bool entered;  /* the committing session is ours and `batch` is what the database says */
    bool fenced;   /* another has our name: nothing is ever committed again */
    struct connection *committing;
    struct connection *reading;
    struct pending_commit *first, *last; /* commits in order; the first may be under way */
};

#endif
