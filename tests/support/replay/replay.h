#ifndef PONTIS_TESTS_SUPPORT_REPLAY_H
#define PONTIS_TESTS_SUPPORT_REPLAY_H

#include <libpq-fe.h>

#include "base/buffer.h"

struct replay_counts {
    size_t instructions, transitions, transfers, commands;
};

enum replay_end { REPLAY_SAME, REPLAY_DIFFERENT, REPLAY_UNREADABLE };

/* Decides every transition and every order of a migrated database again, in one snapshot. `report` gets the
 * first difference, or why the database cannot be read. */
enum replay_end replay_run(PGconn *session, struct replay_counts *counts, struct buffer *report);

#endif
