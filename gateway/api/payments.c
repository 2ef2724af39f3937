#include "api/payments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/answer.h"
#include "api/query.h"
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
        const char *const *cells = table->cells + i * table->columns;
        json_t *instruction = instruction_json(cells);
        if (!instruction) {
            result = result_fatal("the stored content of instruction %s cannot be read", cells[0]);
            end(showing, &result);
            return;
        }
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

/* ---- many, or what has changed since ---- */

enum { LIST_LIMIT, LIST_CORRIDOR, LIST_STATE, LIST_AFTER, LIST_PARAMETERS };

/* Longer than between the making of a change's id and its commit: what is committed late is not passed over.
 */
enum { OVERLAP = 2000 };

struct listing {
    struct api *api;
    struct wire_exchange *exchange;
    struct query_parameter asked[LIST_PARAMETERS];
    const char *parameters[LIST_PARAMETERS];
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
                                         "change",
                                         "at",
                                         "from",
                                         "event",
                                         "reason",
                                         NULL};
enum { LIST_CHANGE = 10 };

static void end_listing(struct listing *listing, const struct result *why, json_t *answer) {
    if (why)
        answer_problem(listing->api->flow, listing->exchange, why);
    else
        answer_json(listing->api->flow, listing->exchange, 200, answer);
    free(listing);
}

static json_t *cursor_json(const struct listing *listing, int64_t age) {
    static const uint8_t least[16];
    char text[UUID_TEXT_SIZE];
    struct uuid cursor = uuid_from_time(flow_now(listing->api->flow) - age, least);
    uuid_format(&cursor, text);
    const char *asked = listing->parameters[LIST_AFTER];
    return json_string(asked && strcmp(asked, text) > 0 ? asked : text);
}

/* Changes come again until they are old enough; a page that is full is gone on from. */
static json_t *next_json(const struct listing *listing, const struct store_table *table) {
    if (table->rows > 0 && table->rows == (size_t)strtol(listing->parameters[LIST_LIMIT], NULL, 10))
        return json_string(table->cells[(table->rows - 1) * table->columns + LIST_CHANGE]);
    return cursor_json(listing, OVERLAP);
}

static void on_listed(void *context, struct result result, const struct store_table *table) {
    struct listing *listing = context;
    if (!result_is_ok(&result)) {
        end_listing(listing, &result, NULL);
        return;
    }
    json_t *answer = json_pack("{s:o}", "payments", answer_rows(table, list_names));
    if (listing->parameters[LIST_AFTER])
        json_object_set_new(answer, "after", next_json(listing, table));
    end_listing(listing, NULL, answer);
}

static bool is_limit(const char *text) {
    size_t digits = strspn(text, "0123456789");
    long limit = strtol(text, NULL, 10);
    return digits > 0 && digits <= 4 && !text[digits] && limit >= 1 && limit <= 1000;
}

static bool is_state(const char *text) {
    for (int state = STATE_NONE + 1; state < STATE_COUNT; state++)
        if (text_equal(state_names[state], text))
            return true;
    return false;
}

static bool is_cursor(const char *text) {
    struct uuid cursor;
    return text_equal(text, "now") || uuid_parse(text, strlen(text), &cursor);
}

static struct result read_filters(struct listing *listing, const char *query) {
    struct query_parameter *asked = listing->asked;
    TRY(query_read(query, asked, LIST_PARAMETERS));
    if (asked[LIST_LIMIT].is_given && !is_limit(asked[LIST_LIMIT].value))
        return answer_malformed("limit", "is not between 1 and 1000");
    if (asked[LIST_CORRIDOR].is_given && strlen(asked[LIST_CORRIDOR].value) >= CORRIDOR_SIZE)
        return answer_malformed("corridor", "is longer than the name of any corridor");
    if (asked[LIST_STATE].is_given && !is_state(asked[LIST_STATE].value))
        return answer_malformed("state", "is no state of a payment; they are written as IN_DOUBT");
    if (asked[LIST_AFTER].is_given && !is_cursor(asked[LIST_AFTER].value))
        return answer_malformed("after", "is neither now nor what an earlier answer named");
    for (size_t i = 0; i < LIST_PARAMETERS; i++)
        listing->parameters[i] = asked[i].is_given ? asked[i].value : NULL;
    if (!asked[LIST_LIMIT].is_given)
        listing->parameters[LIST_LIMIT] = "50";
    return result_ok();
}

static void list(struct listing *listing) {
    struct store_port *store = &listing->api->flow->ports.store;
    const char *after = listing->parameters[LIST_AFTER];
    if (!after) {
        store->read(store->self, "payment_list", listing->parameters, LIST_AFTER, on_listed, listing);
    } else if (text_equal(after, "now")) {
        listing->parameters[LIST_AFTER] = NULL;
        end_listing(listing, NULL, json_pack("{s:[], s:o}", "payments", "after", cursor_json(listing, 0)));
    } else {
        store->read(store->self, "payment_changes", listing->parameters, LIST_PARAMETERS, on_listed, listing);
    }
}

void payments_list(struct api *api, struct wire_exchange *exchange, const char *segment) {
    (void)segment;
    struct listing *listing = must_calloc(1, sizeof *listing);
    *listing = (struct listing){
        .api = api,
        .exchange = exchange,
        .asked = {{.name = "limit"}, {.name = "corridor"}, {.name = "state"}, {.name = "after"}}};
    struct result read = read_filters(listing, exchange->query);
    if (result_is_ok(&read))
        list(listing);
    else
        end_listing(listing, &read, NULL);
}

/* ---- a message's bytes ---- */

struct fetching {
    struct api *api;
    struct wire_exchange *exchange;
    char id[UUID_TEXT_SIZE];
    const char *parameters[1];
};

static struct result read_body(const struct store_table *table, const char *id, struct buffer *out) {
    if (table->rows == 0 || !table->cells[0])
        return result_refuse(REASON_NO_SUCH_MESSAGE, "/id", "no message has the id %s", id);
    if (!digest_from_hex(table->cells[0], table->lengths[0], out))
        return result_fatal("the stored body of message %s cannot be read", id);
    return result_ok();
}

static void on_fetched(void *context, struct result result, const struct store_table *table) {
    struct fetching *fetching = context;
    struct flow *flow = fetching->api->flow;
    struct buffer body;
    buffer_init(&body, 1 << 20);
    if (result_is_ok(&result))
        result = read_body(table, fetching->id, &body);
    if (result_is_ok(&result))
        flow->ports.wire.answer(flow->ports.wire.self, fetching->exchange, 200, "application/xml",
                                buffer_bytes(&body));
    else
        answer_problem(flow, fetching->exchange, &result);
    buffer_wipe(&body);
    free(fetching);
}

void payments_message(struct api *api, struct wire_exchange *exchange, const char *id) {
    struct uuid parsed;
    if (!uuid_parse(id, strlen(id), &parsed)) {
        struct result why = answer_malformed("id", "is no lower-case UUID");
        answer_problem(api->flow, exchange, &why);
        return;
    }
    struct fetching *fetching = must_calloc(1, sizeof *fetching);
    fetching->api = api;
    fetching->exchange = exchange;
    uuid_format(&parsed, fetching->id);
    fetching->parameters[0] = fetching->id;
    struct store_port *store = &api->flow->ports.store;
    store->read(store->self, "message_body", fetching->parameters, 1, on_fetched, fetching);
}
