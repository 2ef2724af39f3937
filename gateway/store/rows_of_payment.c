#include "store/rows_of_payment.h"

#include <string.h>

#include "base/text.h"
#include "core/currency.h"
#include "core/reasons.h"
#include "store/table.h"

enum { CONTENT_LIMIT = 64 * 1024 };

/* ---- instructions ---- */

static void write_content(struct column *column, const struct instruction *instruction) {
    struct buffer content;
    buffer_init(&content, CONTENT_LIMIT);
    record_write(&instruction_record, "instruction", instruction, &content);
    column_add_bytes(column, content.data, content.length);
    buffer_wipe(&content);
}

static void write_amount(struct column *c, const char *currency, int64_t amount) {
    column_add_text(&c[0], currency);
    column_add_int(&c[1], currency_minor_digits(currency));
    column_add_bigint(&c[2], amount);
}

static void write_instruction(struct column *c, const struct store_instruction *row) {
    const struct instruction *after = &row->after;
    column_add_uuid(&c[0], &after->id);
    column_add_bigint(&c[1], row->version_before);
    column_add_text(&c[2], after->key.corridor);
    column_add_text(&c[3], direction_names[after->key.direction]);
    column_add_text(&c[4], instruction_kind_names[after->key.kind]);
    column_add_uuid(&c[5], &after->key.uetr);
    column_add_text(&c[6], state_names[after->state]);
    column_add_bigint(&c[7], after->version);
    column_add_instant_or_null(&c[8], after->due_at);
    column_add_text(&c[9], after->reason_code);
    column_add_text(&c[10], after->reason_text);
    write_amount(&c[11], after->payment.source_currency, after->payment.source_amount);
    write_amount(&c[14], after->payment.target_currency, after->payment.target_amount);
    column_add_instant(&c[17], after->received_at);
    write_content(&c[18], after);
}

static void write_new(struct column *c, const void *row) {
    const struct store_instruction *instruction = row;
    if (instruction->version_before == 0)
        write_instruction(c, instruction);
}

static void write_changed(struct column *c, const void *row) {
    const struct store_instruction *instruction = row;
    if (instruction->version_before != 0)
        write_instruction(c, instruction);
}

static int compare_by_uetr(const void *left, const void *right) {
    const struct store_instruction *a = left, *b = right;
    return uuid_compare(&a->after.key.uetr, &b->after.key.uetr);
}

static int compare_by_id(const void *left, const void *right) {
    const struct store_instruction *a = left, *b = right;
    return uuid_compare(&a->after.id, &b->after.id);
}

#define INSTRUCTION_TYPES                                                                                    \
    "ulttt"                                                                                                  \
    "utlz"                                                                                                   \
    "tttil"                                                                                                  \
    "tilz"                                                                                                   \
    "t"
static const struct table instructions_new = {"commit_instructions_new", INSTRUCTION_TYPES,
                                              sizeof(struct store_instruction), write_new, compare_by_uetr};
static const struct table instructions_changed = {"commit_instructions_changed", INSTRUCTION_TYPES,
                                                  sizeof(struct store_instruction), write_changed,
                                                  compare_by_id};

/* ---- decisions ---- */

static void write_quote_use(struct column *c, const void *row) {
    const struct store_quote_use *use = row;
    column_add_uuid(&c[0], &use->quote);
    column_add_uuid(&c[1], &use->instruction);
}

static int compare_quote_uses(const void *left, const void *right) {
    return uuid_compare(&((const struct store_quote_use *)left)->quote,
                        &((const struct store_quote_use *)right)->quote);
}

static void write_transition(struct column *c, const void *row) {
    const struct store_transition *transition = row;
    column_add_uuid(&c[0], &transition->id);
    column_add_uuid(&c[1], &transition->instruction);
    column_add_bigint(&c[2], transition->version);
    column_add_text(&c[3], state_names[transition->from]);
    column_add_text(&c[4], state_names[transition->to]);
    column_add_text(&c[5], event_type_names[transition->event]);
    column_add_text(&c[6], verdict_names[transition->verdict]);
    column_add_text(&c[7], reason_row(transition->reason)->rule);
    column_add_bigint(&c[8], transition->corridor_version);
    column_add_instant(&c[9], transition->at);
    column_add_bytes(&c[10], transition->record.data, transition->record.length);
    column_add_bytes(&c[11], transition->salt, sizeof transition->salt);
    column_add_bytes(&c[12], transition->leaf, sizeof transition->leaf);
}

static void write_case(struct column *c, const void *row) {
    const struct store_case *opened = row;
    column_add_uuid(&c[0], &opened->id);
    column_add_uuid_or_null(&c[1], &opened->instruction);
    column_add_text(&c[2], opened->corridor);
    column_add_text(&c[3], opened->cause);
    column_add_text(&c[4], opened->note);
    column_add_instant(&c[5], opened->at);
}

static const struct table quote_uses = {"commit_quote_uses", "uu", sizeof(struct store_quote_use),
                                        write_quote_use, compare_quote_uses};
static const struct table transitions = {"commit_transitions",
                                         "uulttttt"
                                         "lztbb",
                                         sizeof(struct store_transition), write_transition, NULL};
static const struct table cases = {"commit_cases", "uutttz", sizeof(struct store_case), write_case, NULL};

/* ---- messages ---- */

static void write_message(struct column *c, const void *row) {
    const struct store_message *message = row;
    column_add_uuid(&c[0], &message->id);
    column_add_uuid(&c[1], &message->instruction);
    column_add_text(&c[2], message->corridor);
    column_add_text(&c[3], direction_names[message->direction]);
    column_add_text(&c[4], message->type);
    column_add_text(&c[5], message->message_id);
    column_add_text(&c[6], message->business_message_id);
    column_add_bytes(&c[7], message->content_hash, sizeof message->content_hash);
    column_add_text(&c[8], message->traceparent);
    column_add_instant(&c[9], message->at);
}

static void write_body(struct column *c, const void *row) {
    const struct store_message *message = row;
    column_add_uuid(&c[0], &message->id);
    column_add_bytes(&c[1], message->body.data, message->body.length);
}

static void write_delivery(struct column *c, const void *row) {
    const struct store_message *message = row;
    if (message->direction != OUTBOUND)
        return;
    column_add_uuid(&c[0], &message->id);
    column_add_boolean(&c[1], message->is_answer);
}

static void write_attempt(struct column *c, const void *row) {
    const struct store_attempt *attempt = row;
    column_add_uuid(&c[0], &attempt->id);
    column_add_uuid(&c[1], &attempt->message);
    column_add_bigint(&c[2], attempt->number);
    column_add_instant(&c[3], attempt->at);
}

static void write_attempt_end(struct column *c, const void *row) {
    const struct store_attempt_end *end = row;
    column_add_uuid(&c[0], &end->attempt);
    column_add_uuid(&c[1], &end->message);
    column_add_text(&c[2], end->outcome);
    column_add_int(&c[3], end->http_status);
    column_add_text(&c[4], end->detail);
    column_add_instant(&c[5], end->at);
}

static const struct table messages = {"commit_messages",
                                      "uuttttt"
                                      "btz",
                                      sizeof(struct store_message), write_message, NULL};
static const struct table bodies = {"commit_bodies", "ub", sizeof(struct store_message), write_body, NULL};
static const struct table deliveries = {"commit_deliveries", "uf", sizeof(struct store_message),
                                        write_delivery, NULL};
static const struct table attempts = {"commit_attempts", "uulz", sizeof(struct store_attempt), write_attempt,
                                      NULL};
static const struct table attempt_ends = {"commit_attempt_ends", "uutitz", sizeof(struct store_attempt_end),
                                          write_attempt_end, NULL};

/* ---- wallet events ---- */

static void write_wallet_event(struct column *c, const void *row) {
    const struct store_wallet_event *event = row;
    column_add_uuid(&c[0], &event->id);
    column_add_uuid_or_null(&c[1], &event->instruction);
    column_add_bigint(&c[2], event->version);
    column_add_text(&c[3], event->type);
    column_add_text(&c[4], event->topic);
    column_add_text(&c[5], event->key);
    column_add_bytes(&c[6], event->body.data, event->body.length);
    column_add_instant(&c[7], event->at);
}

static int compare_wallet_events(const void *left, const void *right) {
    const struct store_wallet_event *a = left, *b = right;
    return uuid_compare(&a->id, &b->id);
}

static void write_published(struct column *c, const void *row) {
    column_add_uuid(&c[0], row);
}

static int compare_uuids(const void *left, const void *right) {
    return uuid_compare(left, right);
}

static const struct table wallet_events = {"commit_wallet_events", "uultttbz",
                                           sizeof(struct store_wallet_event), write_wallet_event,
                                           compare_wallet_events};
static const struct table published = {"commit_published", "u", sizeof(struct uuid), write_published,
                                       compare_uuids};

/* ---- all of it ---- */

void rows_of_payment_fill(struct request *request, const struct store_commit *commit) {
    (void)table_add(&instructions_new, commit->instructions, commit->instruction_count, request);
    (void)table_add(&instructions_changed, commit->instructions, commit->instruction_count, request);
    (void)table_add(&quote_uses, commit->quote_uses, commit->quote_use_count, request);
    (void)table_add(&transitions, commit->transitions, commit->transition_count, request);
    (void)table_add(&messages, commit->messages, commit->message_count, request);
    (void)table_add(&bodies, commit->messages, commit->message_count, request);
    (void)table_add(&deliveries, commit->messages, commit->message_count, request);
    (void)table_add(&attempts, commit->attempts, commit->attempt_count, request);
    (void)table_add(&attempt_ends, commit->attempt_ends, commit->attempt_end_count, request);
    (void)table_add(&wallet_events, commit->wallet_events, commit->wallet_event_count, request);
    (void)table_add(&published, commit->published, commit->published_count, request);
    (void)table_add(&cases, commit->cases, commit->case_count, request);
}
