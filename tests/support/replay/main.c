#include <stdio.h>
#include <string.h>

#include "tests/support/replay/replay.h"

static enum replay_end run(PGconn *session, struct buffer *report) {
    if (PQstatus(session) != CONNECTION_OK) {
        buffer_add_string(report, PQerrorMessage(session));
        return REPLAY_UNREADABLE;
    }
    struct replay_counts counts;
    enum replay_end end = replay_run(session, &counts, report);
    printf("%zu instructions, %zu transitions, %zu transfers, %zu commands decided again\n",
           counts.instructions, counts.transitions, counts.transfers, counts.commands);
    return end;
}

int main(int count, char **arguments) {
    if (count != 2) {
        fputs("usage: pontis-replay CONNINFO\n", stderr);
        return REPLAY_UNREADABLE;
    }
    PGconn *session = PQconnectdb(arguments[1]);
    struct buffer report;
    buffer_init(&report, 64 * 1024);
    enum replay_end end = run(session, &report);
    if (end != REPLAY_SAME)
        fprintf(stderr, "%s\n", report.data);
    buffer_wipe(&report);
    PQfinish(session);
    return (int)end;
}
