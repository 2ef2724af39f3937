#include "tests/support/replay/retrace.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/reasons.h"
#include "host/digest.h"
#include "proof/proof.h"

enum { TEXT_LIMIT = 64 * 1024 };

void retrace_wipe(struct retrace *retrace) {
    array_wipe(&retrace->postings);
    *retrace = (struct retrace){0};
}

static bool same(const char *what, const char *stored, const char *decided, struct buffer *difference) {
    if (text_equal(stored, decided))
        return true;
    buffer_addf(difference, "%s: stored %s, decided %s", what, stored, decided);
    return false;
}

static bool same_number(const char *what, const char *stored, int64_t decided, struct buffer *difference) {
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, decided);
    return same(what, stored, text, difference);
}

/* ---- one transition ---- */

static bool check_leaf(struct bytes record, const char *salt_hex, const char *leaf_hex,
                       struct buffer *difference) {
    struct buffer salt;
    uint8_t leaf[PROOF_HASH_SIZE];
    char text[DIGEST_HEX_SIZE];
    buffer_init(&salt, PROOF_HASH_SIZE);
    bool is_salt = digest_from_hex(salt_hex, strlen(salt_hex), &salt) && salt.length == PROOF_HASH_SIZE;
    if (is_salt)
        proof_leaf(record.data, record.length, (const uint8_t *)salt.data, leaf);
    buffer_wipe(&salt);
    if (!is_salt)
        return same("salt", salt_hex, "32 bytes in hex", difference);
    digest_to_hex(leaf, sizeof leaf, text);
    return same("leaf", leaf_hex, text, difference);
}

static bool check_decision(const struct retrace_row *row, const struct event *event,
                           const struct decision *decision, struct buffer *difference) {
    return same("event", row->event, event_type_names[event->type], difference) &&
           same("verdict", row->verdict, verdict_names[decision->verdict], difference) &&
           same("reason", row->reason, reason_row(decision->reason)->rule, difference) &&
           same("to", row->to, state_names[decision->after.state], difference) &&
           same_number("version", row->version, decision->after.version, difference);
}

static void apply(struct retrace *retrace, const struct decision *decision) {
    if (decision->verdict == VERDICT_APPLIED)
        retrace->stands = decision->after;
    for (size_t i = 0; i < decision->posting_count; i++)
        *array_push(&retrace->postings) = decision->postings[i];
}

bool retrace_transition(struct retrace *retrace, const struct retrace_row *row,
                        const struct corridor *corridor, struct buffer *difference) {
    struct event event = {0};
    struct seen seen = {0};
    if (!record_read(&event_record, "event", row->record, &event) ||
        !record_read(&seen_record, "seen", row->record, &seen)) {
        buffer_add_string(difference, "record: it cannot be read");
        return false;
    }
    if (retrace->stands.state == STATE_NONE)
        retrace->stands.key = event.key;
    struct decision decision;
    decide(&retrace->stands, &event, corridor, &seen, &decision);
    bool holds = same("from", row->from, state_names[retrace->stands.state], difference) &&
                 check_decision(row, &event, &decision, difference) &&
                 check_leaf(row->record, row->salt, row->leaf, difference);
    apply(retrace, &decision);
    return holds;
}

/* ---- all of them ---- */

/* "pending sg-th DOMESTIC -> FX:GLOBEXFX SGD 10000" */
static char *line_of_posting(const struct posting *posting, const char *corridor) {
    char line[256];
    snprintf(line, sizeof line, "%s %s %s:%s -> %s:%s %s %" PRId64, posting_phase_names[posting->phase],
             corridor, account_role_names[posting->debit.role], posting->debit.owner,
             account_role_names[posting->credit.role], posting->credit.owner, posting->debit.currency,
             posting->amount);
    return must_strdup(line);
}

static char *line_of_transfer(const struct retrace_transfer *row) {
    char line[256];
    snprintf(line, sizeof line, "%s %s %s:%s -> %s:%s %s %s", row->phase, row->corridor, row->debit_role,
             row->debit_owner, row->credit_role, row->credit_owner, row->currency, row->amount);
    return must_strdup(line);
}

static int compare_lines(const void *left, const void *right) {
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static void sort_lines(char **lines, size_t count) {
    if (count)
        qsort(lines, count, sizeof *lines, compare_lines);
}

static void free_lines(char **lines, size_t count) {
    for (size_t i = 0; i < count; i++)
        free(lines[i]);
    free(lines);
}

static bool compare(char **decided, size_t decided_count, char **stored, size_t stored_count,
                    struct buffer *difference) {
    sort_lines(decided, decided_count);
    sort_lines(stored, stored_count);
    bool holds = true;
    for (size_t i = 0; holds && i < decided_count && i < stored_count; i++)
        holds = same("posting", stored[i], decided[i], difference);
    if (!holds || decided_count == stored_count)
        return holds;
    buffer_addf(difference, "postings: %zu stored, %zu decided", stored_count, decided_count);
    return false;
}

bool retrace_ledger(struct retrace *retrace, const struct retrace_transfer *rows, size_t count,
                    struct buffer *difference) {
    size_t wanted = retrace->postings.count;
    char **decided = must_calloc(wanted + 1, sizeof *decided),
         **stored = must_calloc(count + 1, sizeof *stored);
    for (size_t i = 0; i < wanted; i++)
        decided[i] = line_of_posting(&retrace->postings.items[i], retrace->stands.key.corridor);
    for (size_t i = 0; i < count; i++)
        stored[i] = line_of_transfer(&rows[i]);
    bool holds = compare(decided, wanted, stored, count, difference);
    free_lines(decided, wanted);
    free_lines(stored, count);
    return holds;
}

/* The first line in which they differ, cut: it may hold what nobody needs to see. */
static void tell_line(const char *stored, const char *decided, struct buffer *difference) {
    size_t line = 0;
    for (size_t i = 0; stored[i] && stored[i] == decided[i]; i++)
        if (stored[i] == '\n')
            line = i + 1;
    buffer_addf(difference, "content: stored %.*s, decided %.*s", (int)strcspn(stored + line, "=\n"),
                stored + line, (int)strcspn(decided + line, "=\n"), decided + line);
}

bool retrace_content(const struct retrace *retrace, const char *content, struct buffer *difference) {
    struct buffer decided;
    buffer_init(&decided, TEXT_LIMIT);
    record_write(&instruction_record, "instruction", &retrace->stands, &decided);
    bool holds = text_equal(content, decided.data ? decided.data : "");
    if (!holds)
        tell_line(content, decided.data ? decided.data : "", difference);
    buffer_wipe(&decided);
    return holds;
}

/* ---- one order ---- */

bool retrace_command(const struct retrace_order *row, struct buffer *difference) {
    struct command_asked asked = {0};
    struct command_seen seen = {0};
    if (!record_read(&command_asked_record, "asked", row->record, &asked) ||
        !record_read(&command_seen_record, "seen", row->record, &seen)) {
        buffer_add_string(difference, "record: it cannot be read");
        return false;
    }
    struct command_decision decision;
    decide_command(&asked, &seen, &decision);
    return same("name", row->name, order_names[asked.order], difference) &&
           same("verdict", row->verdict, command_verdict_names[decision.verdict], difference) &&
           same("reason", row->reason, reason_row(decision.reason)->rule, difference) &&
           check_leaf(row->record, row->salt, row->leaf, difference);
}
