#include "tests/support/replay/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "host/digest.h"
#include "tests/support/replay/retrace.h"

struct replay {
    PGconn *session;
    struct replay_counts *counts;
    struct buffer *report;
    enum replay_end end;
    ARRAY(struct corridor) rules; /* versions met so far */
    struct retrace retrace;
    char instruction[UUID_TEXT_SIZE]; /* the one being retraced; "": none */
};

/* ---- asking ---- */

/* NULL: it failed, which is reported. To be cleared by the caller. */
static PGresult *ask(struct replay *replay, const char *sql, const char *const *parameters, int count) {
    PGresult *answer = PQexecParams(replay->session, sql, count, NULL, parameters, NULL, NULL, 0);
    ExecStatusType status = PQresultStatus(answer);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
        return answer;
    replay->end = REPLAY_UNREADABLE;
    buffer_add_string(replay->report, PQerrorMessage(replay->session));
    PQclear(answer);
    return NULL;
}

static bool order(struct replay *replay, const char *sql) {
    PGresult *answer = ask(replay, sql, NULL, 0);
    PQclear(answer);
    return answer != NULL;
}

/* The number that a query answers; -1: it failed. */
static long count(struct replay *replay, const char *sql) {
    PGresult *answer = ask(replay, sql, NULL, 0);
    long number = answer ? strtol(PQgetvalue(answer, 0, 0), NULL, 10) : -1;
    PQclear(answer);
    return number;
}

static bool differs(struct replay *replay, const char *where, const char *what) {
    replay->end = REPLAY_DIFFERENT;
    buffer_addf(replay->report, "instruction %s, %s: %s", replay->instruction, where, what);
    return false;
}

/* ---- the corridors' rules ---- */

static bool is_hash_of(const char *hex, const char *document) {
    uint8_t digest[DIGEST_SIZE];
    char text[DIGEST_HEX_SIZE];
    digest_sha256(document, strlen(document), digest);
    digest_to_hex(digest, sizeof digest, text);
    return text_equal(hex, text);
}

static bool read_rules(struct replay *replay, const char *name, const char *version) {
    const char *const parameters[] = {name, version};
    PGresult *answer = ask(replay,
                           "SELECT convert_from(document, 'UTF8'), encode(hash, 'hex') "
                           "FROM pontis.corridor_version WHERE name = $1 AND version = $2::bigint",
                           parameters, 2);
    if (!answer)
        return false;
    struct corridor corridor = {0};
    const char *document = PQntuples(answer) == 1 ? PQgetvalue(answer, 0, 0) : "";
    bool known = document[0] && is_hash_of(PQgetvalue(answer, 0, 1), document) &&
                 record_read(&corridor_record, "corridor", bytes_of_string(document), &corridor);
    PQclear(answer);
    if (!known)
        return differs(replay, version, "no such corridor version, or it is not the one that was hashed");
    corridor.version = strtoll(version, NULL, 10);
    *array_push(&replay->rules) = corridor;
    return true;
}

/* NULL for version 0, and when they cannot be read (false). */
static bool find_rules(struct replay *replay, const char *name, const char *version,
                       const struct corridor **out) {
    int64_t number = strtoll(version, NULL, 10);
    *out = NULL;
    if (number == 0)
        return true;
    for (size_t i = 0; i < replay->rules.count; i++)
        if (replay->rules.items[i].version == number && text_equal(replay->rules.items[i].name, name))
            *out = &replay->rules.items[i];
    if (*out)
        return true;
    if (!read_rules(replay, name, version))
        return false;
    *out = &replay->rules.items[replay->rules.count - 1];
    return true;
}

/* ---- one instruction ---- */

static bool check_ledger(struct replay *replay, const PGresult *rows) {
    int number = PQntuples(rows);
    struct retrace_transfer *transfers = must_calloc((size_t)number + 1, sizeof *transfers);
    for (int i = 0; i < number; i++)
        transfers[i] = (struct retrace_transfer){
            PQgetvalue(rows, i, 0), PQgetvalue(rows, i, 1), PQgetvalue(rows, i, 2), PQgetvalue(rows, i, 3),
            PQgetvalue(rows, i, 4), PQgetvalue(rows, i, 5), PQgetvalue(rows, i, 6), PQgetvalue(rows, i, 7)};
    struct buffer difference;
    buffer_init(&difference, 4096);
    bool holds = retrace_ledger(&replay->retrace, transfers, (size_t)number, &difference) ||
                 differs(replay, "ledger", difference.data);
    buffer_wipe(&difference);
    free(transfers);
    replay->counts->transfers += (size_t)number;
    return holds;
}

static bool check_content(struct replay *replay, const PGresult *rows) {
    struct buffer difference;
    buffer_init(&difference, 4096);
    bool holds = PQntuples(rows) == 1;
    if (!holds)
        (void)differs(replay, "as it stands", "it does not exist");
    else if (!retrace_content(&replay->retrace, PQgetvalue(rows, 0, 0), &difference))
        holds = differs(replay, "as it stands", difference.data);
    buffer_wipe(&difference);
    return holds;
}

static bool ask_and(struct replay *replay, const char *sql,
                    bool (*check)(struct replay *replay, const PGresult *rows)) {
    const char *const parameters[] = {replay->instruction};
    PGresult *answer = ask(replay, sql, parameters, 1);
    bool holds = answer && check(replay, answer);
    PQclear(answer);
    return holds;
}

/* Everything of it was retraced. */
static bool end_instruction(struct replay *replay) {
    if (!replay->instruction[0])
        return true;
    bool holds = ask_and(replay,
                         "SELECT t.phase, d.corridor, d.role, d.owner, c.role, c.owner, t.currency, t.amount "
                         "FROM pontis.transfer t JOIN pontis.account d ON d.id = t.debit "
                         "JOIN pontis.account c ON c.id = t.credit AND c.corridor = d.corridor "
                         "WHERE t.instruction = $1::uuid",
                         check_ledger) &&
                 ask_and(replay, "SELECT content FROM pontis.instruction WHERE id = $1::uuid", check_content);
    replay->counts->instructions++;
    retrace_wipe(&replay->retrace);
    replay->instruction[0] = '\0';
    return holds;
}

/* ---- all of them ---- */

/* One transition of a version was applied and made it; the others were decided on what it left. */
#define TRANSITIONS                                                                                          \
    "DECLARE transitions CURSOR FOR "                                                                        \
    "SELECT t.instruction, t.version, t.from_state, t.to_state, t.event, t.verdict, t.reason, t.record, "    \
    "encode(t.salt, 'hex'), encode(t.leaf, 'hex'), coalesce(i.corridor, ''), t.corridor_version "            \
    "FROM pontis.transition t LEFT JOIN pontis.instruction i ON i.id = t.instruction "                       \
    "ORDER BY t.instruction, t.version, t.verdict <> 'applied', t.id"

static bool take_row(struct replay *replay, const PGresult *rows, int row) {
    const struct retrace_row transition = {
        .version = PQgetvalue(rows, row, 1),
        .from = PQgetvalue(rows, row, 2),
        .to = PQgetvalue(rows, row, 3),
        .event = PQgetvalue(rows, row, 4),
        .verdict = PQgetvalue(rows, row, 5),
        .reason = PQgetvalue(rows, row, 6),
        .record = {PQgetvalue(rows, row, 7), (size_t)PQgetlength(rows, row, 7)},
        .salt = PQgetvalue(rows, row, 8),
        .leaf = PQgetvalue(rows, row, 9),
    };
    const struct corridor *corridor;
    if (!find_rules(replay, PQgetvalue(rows, row, 10), PQgetvalue(rows, row, 11), &corridor))
        return false;
    char where[96];
    snprintf(where, sizeof where, "version %s, %.40s", transition.version, transition.event);
    struct buffer difference;
    buffer_init(&difference, 4096);
    bool holds = retrace_transition(&replay->retrace, &transition, corridor, &difference) ||
                 differs(replay, where, difference.data);
    buffer_wipe(&difference);
    replay->counts->transitions++;
    return holds;
}

static bool take_rows(struct replay *replay, const PGresult *rows) {
    for (int row = 0; row < PQntuples(rows); row++) {
        const char *instruction = PQgetvalue(rows, row, 0);
        if (!text_equal(instruction, replay->instruction) && !end_instruction(replay))
            return false;
        text_set(replay->instruction, sizeof replay->instruction, instruction);
        if (!take_row(replay, rows, row))
            return false;
    }
    return true;
}

static bool take_all(struct replay *replay) {
    bool holds = true, more = true;
    while (holds && more) {
        PGresult *rows = ask(replay, "FETCH 500 FROM transitions", NULL, 0);
        holds = rows && take_rows(replay, rows);
        more = rows && PQntuples(rows) > 0;
        PQclear(rows);
    }
    return holds && end_instruction(replay);
}

/* ---- orders ---- */

#define COMMANDS                                                                                             \
    "SELECT id, name, verdict, reason, record, encode(salt, 'hex'), encode(leaf, 'hex') "                    \
    "FROM pontis.command ORDER BY id"

static bool take_command(struct replay *replay, const PGresult *rows, int row) {
    const struct retrace_order order = {
        .name = PQgetvalue(rows, row, 1),
        .verdict = PQgetvalue(rows, row, 2),
        .reason = PQgetvalue(rows, row, 3),
        .record = {PQgetvalue(rows, row, 4), (size_t)PQgetlength(rows, row, 4)},
        .salt = PQgetvalue(rows, row, 5),
        .leaf = PQgetvalue(rows, row, 6)};
    struct buffer difference;
    buffer_init(&difference, 4096);
    bool holds = retrace_command(&order, &difference);
    if (!holds) {
        replay->end = REPLAY_DIFFERENT;
        buffer_addf(replay->report, "command %s: %s", PQgetvalue(rows, row, 0), difference.data);
    }
    buffer_wipe(&difference);
    replay->counts->commands++;
    return holds;
}

static bool take_commands(struct replay *replay) {
    PGresult *rows = ask(replay, COMMANDS, NULL, 0);
    bool holds = rows != NULL;
    for (int row = 0; holds && row < PQntuples(rows); row++)
        holds = take_command(replay, rows, row);
    PQclear(rows);
    return holds;
}

/* Nothing stands or was posted that no transition made. */
static bool check_counts(struct replay *replay) {
    long instructions = count(replay, "SELECT count(*) FROM pontis.instruction");
    long transfers = count(replay, "SELECT count(*) FROM pontis.transfer WHERE instruction IS NOT NULL");
    if (instructions < 0 || transfers < 0)
        return false;
    if ((size_t)instructions == replay->counts->instructions &&
        (size_t)transfers == replay->counts->transfers)
        return true;
    replay->end = REPLAY_DIFFERENT;
    buffer_addf(replay->report, "%ld instructions and %ld transfers stored, %zu and %zu decided",
                instructions, transfers, replay->counts->instructions, replay->counts->transfers);
    return false;
}

enum replay_end replay_run(PGconn *session, struct replay_counts *counts, struct buffer *report) {
    struct replay replay = {.session = session, .counts = counts, .report = report};
    *counts = (struct replay_counts){0};
    (void)(order(&replay, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") && order(&replay, TRANSITIONS) &&
           take_all(&replay) && check_counts(&replay) && take_commands(&replay));
    PQclear(PQexec(session, "ROLLBACK"));
    array_wipe(&replay.rules);
    retrace_wipe(&replay.retrace);
    return replay.end;
}
