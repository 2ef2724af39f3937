#ifndef PONTIS_STORE_STATE_H
#define PONTIS_STORE_STATE_H

#include "store/connection.h"
#include "store/store.h"

/* Plans of a commit must not depend on statistics: nested loops over the arrays, in their order, are what
 * locks rows in one order everywhere. */
#define STORE_COMMITTING_OPTIONS                                                                             \
    "-c search_path=pontis -c TimeZone=UTC -c jit=off -c plan_cache_mode=force_generic_plan "                \
    "-c enable_hashjoin=off -c enable_mergejoin=off -c enable_seqscan=off -c enable_bitmapscan=off "         \
    "-c lock_timeout=2000 -c idle_in_transaction_session_timeout=10000"
#define STORE_READING_OPTIONS "-c search_path=pontis -c TimeZone=UTC -c jit=off -c statement_timeout=20000"

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
    bool locked;   /* a load has left its transaction open in this session, with the rows it locked */
    struct connection *committing;
    struct connection *reading;
    struct pending_commit *first, *last; /* commits in order; the first may be under way */
};

#endif
