#include "store/rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/reasons.h"
#include "store/rows_of_command.h"
#include "store/rows_of_payment.h"
#include "store/table.h"

/* ---- guards ---- */

static int compare_leases(const void *left, const void *right) {
    return strcmp(((const struct store_lease *)left)->name, ((const struct store_lease *)right)->name);
}

static void write_lease(struct column *c, const void *row) {
    const struct store_lease *lease = row;
    column_add_text(&c[0], lease->name);
    column_add_bigint(&c[1], lease->epoch);
}

static const struct table leases = {"commit_leases", "tl", sizeof(struct store_lease), write_lease,
                                    compare_leases};

static int compare_positions(const void *left, const void *right) {
    const struct store_position *a = left, *b = right;
    int by_topic = strcmp(a->topic, b->topic);
    return by_topic ? by_topic : (a->partition > b->partition) - (a->partition < b->partition);
}

static void write_position(struct column *c, const void *row) {
    const struct store_position *position = row;
    char lease[sizeof position->topic + sizeof position->incarnation + 32];
    snprintf(lease, sizeof lease, "partition:%s:%s:%" PRId32, position->topic, position->incarnation,
             position->partition);
    column_add_text(&c[0], lease);
    column_add_bigint(&c[1], position->lease_epoch);
    column_add_text(&c[2], position->topic);
    column_add_text(&c[3], position->incarnation);
    column_add_int(&c[4], position->partition);
    column_add_bigint(&c[5], position->from);
    column_add_bigint(&c[6], position->to);
    column_add_bytes(&c[7], position->last_hash, sizeof position->last_hash);
}

static const struct table positions = {"commit_positions", "tlttillb", sizeof(struct store_position),
                                       write_position, compare_positions};

static void add_guards(struct request *request, const struct store *store, int64_t number,
                       const struct store_commit *commit) {
    struct statement *batch = request_add(request, "commit_batch");
    request_add_text(request, batch, store->worker);
    request_add_number(request, batch, store->epoch);
    request_add_number(request, batch, number);
    struct statement *held = table_add(&leases, commit->leases, commit->lease_count, request);
    if (held)
        request_add_text(request, held, store->worker);
    struct statement *moved = table_add(&positions, commit->positions, commit->position_count, request);
    if (moved)
        request_add_text(request, moved, store->worker);
}

/* ---- inputs and names ---- */

static void write_input(struct column *c, const void *row) {
    const struct store_input *input = row;
    column_add_uuid(&c[0], &input->id);
    column_add_text(&c[1], input->door);
    column_add_text(&c[2], input->topic);
    column_add_text(&c[3], input->incarnation);
    column_add_int(&c[4], input->partition);
    column_add_bigint(&c[5], input->offset);
    column_add_text(&c[6], input->source);
    column_add_text(&c[7], input->event_id);
    column_add_bytes(&c[8], input->hash, sizeof input->hash);
    column_add_text(&c[9], input->disposition);
    column_add_text(&c[10], reason_row(input->reason)->rule);
    column_add_text(&c[11], input->detail);
    column_add_uuid_or_null(&c[12], &input->instruction);
    column_add_instant(&c[13], input->at);
}

static void write_payload(struct column *c, const void *row) {
    const struct store_input *input = row;
    if (input->payload.length == 0)
        return;
    column_add_uuid(&c[0], &input->id);
    column_add_bytes(&c[1], input->payload.data, input->payload.length);
}

static int compare_identities(const void *left, const void *right) {
    return uuid_compare(&((const struct store_identity *)left)->key,
                        &((const struct store_identity *)right)->key);
}

static void write_identity(struct column *c, const void *row) {
    const struct store_identity *identity = row;
    column_add_uuid(&c[0], &identity->key);
    column_add_bytes(&c[1], identity->content_hash, sizeof identity->content_hash);
    column_add_uuid_or_null(&c[2], &identity->instruction);
}

static const struct table inputs = {"commit_inputs", "utttilttbtttuz", sizeof(struct store_input),
                                    write_input, NULL};
static const struct table payloads = {"commit_payloads", "ub", sizeof(struct store_input), write_payload,
                                      NULL};
static const struct table identities = {"commit_identities", "ubu", sizeof(struct store_identity),
                                        write_identity, compare_identities};

/* ---- ledger ---- */

static void write_transfer(struct column *c, const void *row) {
    const struct store_transfer *transfer = row;
    const struct posting *posting = &transfer->posting;
    column_add_uuid(&c[0], &transfer->id);
    column_add_uuid_or_null(&c[1], &transfer->instruction);
    column_add_text(&c[2], transfer->corridor);
    column_add_text(&c[3], posting_phase_names[posting->phase]);
    column_add_text(&c[4], account_role_names[posting->debit.role]);
    column_add_text(&c[5], posting->debit.owner);
    column_add_text(&c[6], posting->debit.currency);
    column_add_text(&c[7], account_role_names[posting->credit.role]);
    column_add_text(&c[8], posting->credit.owner);
    column_add_text(&c[9], posting->credit.currency);
    column_add_bigint(&c[10], posting->amount);
    column_add_instant(&c[11], transfer->at);
}

/* The order of locks is the statement's own: by account. */
static void write_delta(struct column *c, const void *row) {
    const struct store_delta *delta = row;
    column_add_text(&c[0], delta->corridor);
    column_add_text(&c[1], account_role_names[delta->account.role]);
    column_add_text(&c[2], delta->account.owner);
    column_add_text(&c[3], delta->account.currency);
    column_add_bigint(&c[4], delta->debits_pending);
    column_add_bigint(&c[5], delta->debits_posted);
    column_add_bigint(&c[6], delta->credits_pending);
    column_add_bigint(&c[7], delta->credits_posted);
    column_add_bigint(&c[8], delta->most_pending);
}

static const struct table transfers = {"commit_transfers",
                                       "uutttttttt"
                                       "lz",
                                       sizeof(struct store_transfer), write_transfer, NULL};
static const struct table deltas = {"commit_deltas", "ttttlllll", sizeof(struct store_delta), write_delta,
                                    NULL};

/* ---- all of it ---- */

void rows_fill(struct request *request, const struct store *store, int64_t number,
               const struct store_commit *commit) {
    add_guards(request, store, number, commit);
    (void)table_add(&inputs, commit->inputs, commit->input_count, request);
    (void)table_add(&payloads, commit->inputs, commit->input_count, request);
    (void)table_add(&identities, commit->identities, commit->identity_count, request);
    rows_of_payment_fill(request, commit);
    rows_of_command_fill(request, commit);
    (void)table_add(&transfers, commit->transfers, commit->transfer_count, request);
    (void)table_add(&deltas, commit->deltas, commit->delta_count, request);
}
