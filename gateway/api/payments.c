#include "api/payments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/answer.h"
#include "base/text.h"
#include "core/reasons.h"
#include "flow/payment_json.h"
#include "host/digest.h"

/* ---- one payment: the instruction, then what belongs to it, query by query ---- */

static const char *const timeline_names[] = {"at", "from", "to", "event", "verdict", "reason", NULL};
static const char *const message_names[] = {
    "id", "type", "direction", "message_id", "business_message_id", "at", "attempts", "delivered", NULL};
static const char *const posting_names[] = {"at", "phase", "debit", "credit", "currency", "amount", NULL};

static const struct part {
    const char *query;
    const char *name;
    const char *const *columns;
} parts[] = {{"payment_timeline", "timeline", timeline_names},
             {"payment_messages", "messages", message_names},
             {"payment_postings", "postings", posting_names}};

enum { PART_COUNT = sizeof parts / sizeof *parts };

struct showing {
    struct api *api;
    struct wire_exchange *exchange;
    char uetr[UUID_TEXT_SIZE];
    const char *parameters[1];
    char instruction[UUID_TEXT_SIZE];
    json_t *instructions; /* array */
    size_t at;            /* instruction that is being filled */
    size_t part;          /* and with which part */
};

static void end(struct showing *showing, const struct result *why) {
    if (why)
        answer_problem(showing->api->flow, showing->exchange, why);
    else
        answer_json(showing->api->flow, showing->exchange, 200,
                    json_pack("{s:s, s:O}", "uetr", showing->uetr, "instructions", showing->instructions));
    json_decref(showing->instructions);
    free(showing);
}

static void read_part(struct showing *showing);

static void on_part(void *context, struct result result, const struct store_table *table) {
    struct showing *showing = context;
    if (!result_is_ok(&result)) {
        end(showing, &result);
        return;
    }
    json_t *instruction = json_array_get(showing->instructions, showing->at);
    json_object_set_new(instruction, parts[showing->part].name,
                        answer_rows(table, parts[showing->part].columns));
    if (++showing->part == PART_COUNT) {
        showing->part = 0;
        showing->at++;
    }
    read_part(showing);
}

static void read_part(struct showing *showing) {
    json_t *instruction = json_array_get(showing->instructions, showing->at);
    if (!instruction) {
        end(showing, NULL);
        return;
    }
    text_set(showing->instruction, sizeof showing->instruction,
             json_string_value(json_object_get(instruction, "id")));
    showing->parameters[0] = showing->instruction;
    struct store_port *store = &showing->api->flow->ports.store;
    store->read(store->self, parts[showing->part].query, showing->parameters, 1, on_part, showing);
}

static void add_reason(json_t *object, const struct instruction *instruction) {
    if (!instruction->reason_code[0])
        return;
    json_object_set_new(object, "reason",
                        json_pack("{s:s, s:s, s:s}", "code", instruction->reason_code, "text",
                                  instruction->reason_text, "field", instruction->reason_field));
}

/* Columns of payment_show: id, corridor, direction, state, version, reason code, reason text, received at,
 * content. */
static json_t *instruction_json(const char *const *cells) {
    struct instruction instruction = {0};
    if (!cells[8] ||
        !record_read(&instruction_record, "instruction", bytes_of_string(cells[8]), &instruction))
        return NULL;
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "id", cells[0], "corridor", cells[1], "direction",
                  cells[2], "state", cells[3], "version", cells[4], "received_at", cells[7]);
    json_object_set_new(object, "payment", json_from_payment(&instruction.payment));
    if (instruction.traceparent[0])
        json_object_set_new(object, "traceparent", json_string(instruction.traceparent));
    add_reason(object, &instruction);
    return object;
}

static void on_shown(void *context, struct result result, const struct store_table *table) {
    struct showing *showing = context;
    if (result_is_ok(&result) && table->rows == 0)
        result = result_refuse(REASON_NO_SUCH_PAYMENT, "", "%s", showing->uetr);
    if (!result_is_ok(&result)) {
        end(showing, &result);
        return;
    }
    for (size_t i = 0; i < table->rows; i++) {
        json_t *instruction = instruction_json(table->cells + i * table->columns);
        if (instruction)
            json_array_append_new(showing->instructions, instruction);
    }
    read_part(showing);
}

void payments_show(struct api *api, struct wire_exchange *exchange, const char *uetr) {
    struct uuid parsed;
    if (!uuid_parse(uetr, strlen(uetr), &parsed)) {
        struct result why = result_refuse(REASON_UETR_FORMAT, "/uetr", "not a lower-case UUID");
        answer_problem(api->flow, exchange, &why);
        return;
    }
    struct showing *showing = must_calloc(1, sizeof *showing);
    showing->api = api;
    showing->exchange = exchange;
    showing->instructions = json_array();
    uuid_format(&parsed, showing->uetr);
    showing->parameters[0] = showing->uetr;
    struct store_port *store = &api->flow->ports.store;
    store->read(store->self, "payment_show", showing->parameters, 1, on_shown, showing);
}

/* ---- many ---- */

struct listing {
    struct api *api;
    struct wire_exchange *exchange;
    char limit[16];
    char corridor[CORRIDOR_SIZE];
    char state[32];
    const char *parameters[3];
};

static const char *const list_names[] = {"uetr",
                                         "corridor",
                                         "direction",
                                         "state",
                                         "source_currency",
                                         "source_amount",
                                         "target_currency",
                                         "target_amount",
                                         "reason_code",
                                         "received_at",
                                         NULL};

static void on_listed(void *context, struct result result, const struct store_table *table) {
    struct listing *listing = context;
    if (result_is_ok(&result))
        answer_json(listing->api->flow, listing->exchange, 200,
                    json_pack("{s:o}", "payments", answer_rows(table, list_names)));
    else
        answer_problem(listing->api->flow, listing->exchange, &result);
    free(listing);
}

/* A query parameter's value, copied; false when it is absent or too long. */
static bool query_value(const char *query, const char *name, char *out, size_t size) {
    size_t length = strlen(name);
    for (const char *at = query; at && *at; at = strchr(at, '&') ? strchr(at, '&') + 1 : NULL)
        if (strncmp(at, name, length) == 0 && at[length] == '=')
            return text_copy(out, size, at + length + 1, strcspn(at + length + 1, "&"));
    return false;
}

void payments_list(struct api *api, struct wire_exchange *exchange) {
    struct listing *listing = must_calloc(1, sizeof *listing);
    listing->api = api;
    listing->exchange = exchange;
    char limit[16];
    long most = query_value(exchange->query, "limit", limit, sizeof limit) ? strtol(limit, NULL, 10) : 50;
    snprintf(listing->limit, sizeof listing->limit, "%ld", most < 1 ? 1 : most > 1000 ? 1000 : most);
    bool by_corridor = query_value(exchange->query, "corridor", listing->corridor, sizeof listing->corridor);
    bool by_state = query_value(exchange->query, "state", listing->state, sizeof listing->state);
    listing->parameters[0] = listing->limit;
    listing->parameters[1] = by_corridor ? listing->corridor : NULL;
    listing->parameters[2] = by_state ? listing->state : NULL;
    struct store_port *store = &api->flow->ports.store;
    store->read(store->self, "payment_list", listing->parameters, 3, on_listed, listing);
}

/* ---- a message's bytes ---- */

struct fetching {
    struct api *api;
    struct wire_exchange *exchange;
    char id[UUID_TEXT_SIZE];
    const char *parameters[1];
};

static void on_fetched(void *context, struct result result, const struct store_table *table) {
    struct fetching *fetching = context;
    struct flow *flow = fetching->api->flow;
    if (result_is_ok(&result) && table->rows == 0)
        result = result_refuse(REASON_NO_SUCH_PAYMENT, "/id", "no such message");
    struct buffer body;
    buffer_init(&body, 1 << 20);
    if (result_is_ok(&result) && digest_from_hex(table->cells[0], table->lengths[0], &body))
        flow->ports.wire.answer(flow->ports.wire.self, fetching->exchange, 200, "application/xml",
                                buffer_bytes(&body));
    else
        answer_problem(flow, fetching->exchange, &result);
    buffer_wipe(&body);
    free(fetching);
}

void payments_message(struct api *api, struct wire_exchange *exchange, const char *id) {
    struct fetching *fetching = must_calloc(1, sizeof *fetching);
    fetching->api = api;
    fetching->exchange = exchange;
    struct uuid parsed = {0};
    (void)uuid_parse(id, strlen(id), &parsed);
    uuid_format(&parsed, fetching->id);
    fetching->parameters[0] = fetching->id;
    struct store_port *store = &api->flow->ports.store;
    store->read(store->self, "message_body", fetching->parameters, 1, on_fetched, fetching);
}
