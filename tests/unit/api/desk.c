#include "tests/unit/api/desk.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "flow/corridor_file.h"
#include "tests/support/plain/plain.h"

const struct adapter *adapter_find(const char *name) {
    return text_equal(name, plain_adapter.name) ? &plain_adapter : NULL;
}

static const char corridor_text[] =
    "name: sg-th\n"
    "open: true\n"
    "home: {name: Monetary Authority of Singapore, country: SG, bic: MASGSGSG, currency: SGD}\n"
    "peer: {name: Bank of Thailand, country: TH, bic: BOTHTHBK, currency: THB}\n"
    "adapter: plain\n"
    "payment_version: plain.pay.1\n"
    "status_version: plain.sts.1\n"
    "endpoint: https://127.0.0.1:1\n"
    "peer_certificate_pins: [aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]\n"
    "peer_signing_pins: [bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb]\n"
    "limits: {minimum: \"1.00\", maximum: \"200000.00\", total_reserved: \"0.00\"}\n"
    "timing: {queue_age: 5min, answer: 5s, repeat: 1500ms, credit: 5s, maximum_execution: 1d}\n"
    "fx: {providers: [GLOBEXFX, MERLIONFX], quote_validity: 10min}\n";

const char desk_other_corridor[] =
    "name: sg-my\n"
    "open: true\n"
    "home: {name: Monetary Authority of Singapore, country: SG, bic: MASGSGSG, currency: SGD}\n"
    "peer: {name: Bank Negara Malaysia, country: MY, bic: BNMAMYKL, currency: MYR}\n"
    "adapter: plain\n"
    "payment_version: plain.pay.1\n"
    "status_version: plain.sts.1\n"
    "endpoint: https://127.0.0.1:2\n"
    "peer_certificate_pins: [cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc]\n"
    "peer_signing_pins: [dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd]\n"
    "limits: {minimum: \"1.00\", maximum: \"200000.00\", total_reserved: \"0.00\"}\n"
    "timing: {queue_age: 5min, answer: 5s, repeat: 5s, credit: 5s, maximum_execution: 1d}\n"
    "fx: {providers: [GLOBEXFX], quote_validity: 10min}\n";

/* ---- clock and random ---- */

static instant now(void *self) {
    (void)self;
    return 1800000000000; /* 2027-01-15T08:00:00.000Z */
}

static int64_t monotonic(void *self) {
    (void)self;
    return 1;
}

static void after(void *self, int64_t milliseconds, clock_callback callback, void *context) {
    (void)self, (void)milliseconds;
    callback(context);
}

static void fill(void *self, void *bytes, size_t length) {
    struct desk *desk = self;
    for (size_t i = 0; i < length; i++)
        ((uint8_t *)bytes)[i] = (uint8_t)(desk->random++ * 37);
}

/* ---- wire ---- */

static void serve(void *self, const char *listener, wire_handler handler, void *context) {
    struct desk *desk = self;
    assert(text_equal(listener, "api"));
    desk->handler = handler;
    desk->handler_context = context;
}

static void wipe_answer(struct desk_answer *answer) {
    json_decref(answer->json);
    free(answer->body);
    *answer = (struct desk_answer){0};
}

static void answer(void *self, struct wire_exchange *exchange, int status, const char *content_type,
                   struct bytes body) {
    struct desk *desk = self;
    (void)exchange;
    wipe_answer(&desk->answer);
    desk->answers++;
    desk->answer.status = status;
    text_set(desk->answer.type, sizeof desk->answer.type, content_type);
    desk->answer.body = must_memdup(body.data, body.length);
    desk->answer.json = json_loadb(body.data, body.length, 0, NULL);
}

/* ---- store ---- */

static const struct {
    const char *certificate, *name;
    int role;
} callers[] = {{DESK_OPERATOR, "ann", ROLE_OPERATOR},
               {DESK_OTHER, "bob", ROLE_OPERATOR},
               {DESK_AUDITOR, "eve", ROLE_AUDITOR},
               {DESK_MONITORING, "max", ROLE_MONITORING}};

enum { CALLERS = sizeof callers / sizeof *callers };

static void read_caller(const struct desk *desk, const char *certificate, store_read_done done,
                        void *context) {
    struct store_table table = {.columns = 2};
    const char *cells[2];
    size_t lengths[2];
    for (size_t i = 0; i < CALLERS && !desk->is_suspended; i++) {
        if (!text_equal(callers[i].certificate, certificate))
            continue;
        cells[0] = callers[i].name;
        cells[1] = operator_role_names[callers[i].role];
        lengths[0] = strlen(cells[0]);
        lengths[1] = strlen(cells[1]);
        table = (struct store_table){2, 1, cells, lengths};
    }
    done(context, result_ok(), &table);
}

static void read_rows(void *self, const char *name, const char *const *parameters, size_t count,
                      store_read_done done, void *context) {
    struct desk *desk = self;
    assert(count <= DESK_MOST_PARAMETERS);
    if (text_equal(name, "operator_by_certificate") && result_is_ok(&desk->read_result)) {
        read_caller(desk, parameters[0], done, context);
        return;
    }
    for (size_t i = 0; i < count; i++)
        text_set(desk->asked[i], sizeof desk->asked[i], parameters[i] ? parameters[i] : "(null)");
    struct store_table table = {0};
    for (size_t i = 0; i < desk->table_count; i++) {
        const struct desk_table *known = &desk->tables[i];
        if (text_equal(known->name, name))
            table = (struct store_table){known->columns, known->rows, known->cells, known->lengths};
    }
    done(context, desk->read_result, &table);
}

static void see_caller(const struct store_order *order, struct store_order_view *view) {
    for (size_t i = 0; i < CALLERS; i++)
        if (text_equal(callers[i].certificate, order->certificate)) {
            text_set(view->operator, sizeof view->operator, callers[i].name);
            view->role = callers[i].role;
            view->is_active = true;
        }
}

/* The one order that was committed last. */
static void see_answer(const struct desk *desk, const struct store_order *order, struct store_answer *out) {
    const struct store_command *row = &desk->command;
    if (uuid_is_nil(&order->identity) || !uuid_equal(&order->identity, &desk->identity.key))
        return;
    *out = (struct store_answer){.is_known = true,
                                 .verdict = row->verdict,
                                 .reason = row->reason,
                                 .answer = bytes_of_string(desk->command_answer)};
    memcpy(out->content_hash, desk->identity.content_hash, sizeof out->content_hash);
    text_set(out->field, sizeof out->field, row->field);
    text_set(out->detail, sizeof out->detail, row->detail);
}

static void see_rules(struct desk *desk, const struct store_order *order, struct buffer *document,
                      struct store_order_view *view) {
    const struct flow_link *link = flow_link_find(&desk->flow, order->corridor);
    buffer_init(document, 1 << 16);
    if (link) {
        struct corridor unnumbered = link->corridor;
        unnumbered.version = 0;
        record_write(&corridor_record, "corridor", &unnumbered, document);
    }
    view->corridor_version = link ? link->corridor.version : 0;
    view->document = document->data ? buffer_bytes(document) : bytes_of_string("");
}

static void load(void *self, const struct store_load *wanted, store_load_done done, void *context) {
    struct desk *desk = self;
    assert(wanted->key_count == 0 && wanted->identity_count == 0 && wanted->quote_count == 0);
    assert(wanted->order_count == 1);
    struct store_corridor_view *views = must_calloc(wanted->corridor_count + 1, sizeof *views);
    for (size_t i = 0; i < wanted->corridor_count; i++)
        text_set(views[i].corridor, sizeof views[i].corridor, wanted->corridors[i]);
    struct store_order_view view = desk->view;
    struct buffer document;
    see_caller(wanted->orders, &view);
    see_answer(desk, wanted->orders, &view.before);
    see_rules(desk, wanted->orders, &document, &view);
    if (!view.participants)
        view.participants = wanted->orders->participants;
    done(context, result_ok(), &(struct store_loaded){.corridors = views, .orders = &view});
    buffer_wipe(&document);
    free(views);
}

#define KEEP(desk, member, rows, count)                                                                      \
    if (count)                                                                                               \
    (desk)->member = (rows)[0]

static void keep_text(char *to, size_t size, struct bytes bytes) {
    bool fits = text_copy(to, size, bytes.data, bytes.length);
    assert(fits);
}

static void keep_rows(struct desk *desk, const struct store_commit *commit) {
    KEEP(desk, rate, commit->rates, commit->rate_count);
    KEEP(desk, quote, commit->quotes, commit->quote_count);
    KEEP(desk, transfer, commit->transfers, commit->transfer_count);
    KEEP(desk, input, commit->inputs, commit->input_count);
    KEEP(desk, command, commit->commands, commit->command_count);
    KEEP(desk, identity, commit->identities, commit->identity_count);
    KEEP(desk, added, commit->operators, commit->operator_count);
    KEEP(desk, suspension, commit->suspensions, commit->suspension_count);
    KEEP(desk, approval, commit->approvals, commit->approval_count);
    KEEP(desk, approval_end, commit->approval_ends, commit->approval_end_count);
    if (commit->command_count)
        keep_text(desk->command_answer, sizeof desk->command_answer, commit->commands[0].answer);
    if (commit->approval_count)
        keep_text(desk->approval_request, sizeof desk->approval_request, commit->approvals[0].request);
    if (commit->corridor_count)
        keep_text(desk->corridor_document, sizeof desk->corridor_document, commit->corridors[0].document);
}

static void commit_rows(void *self, const struct store_commit *commit, store_commit_done done,
                        void *context) {
    struct desk *desk = self;
    enum store_outcome outcome = desk->commits < 2 ? desk->outcomes[desk->commits] : STORE_COMMITTED;
    desk->commits++;
    if (outcome == STORE_COMMITTED)
        keep_rows(desk, commit);
    done(context, outcome, "as the test wants");
}

/* ---- the desk ---- */

static struct ports ports_of(struct desk *desk) {
    return (struct ports){
        .clock = {.self = desk, .now = now, .monotonic = monotonic, .after = after},
        .random = {.self = desk, .fill = fill},
        .wire = {.self = desk, .serve = serve, .answer = answer},
        .store = {.self = desk, .load = load, .commit = commit_rows, .read = read_rows},
    };
}

static void open_corridor(struct desk *desk) {
    struct corridor corridor;
    struct result result = corridor_file_read(bytes_of_string(corridor_text), "sg-th.yaml", &corridor);
    assert(result_is_ok(&result));
    corridor.version = 1;
    result = flow_set_corridor(&desk->flow, &corridor);
    assert(result_is_ok(&result));
}

void desk_open(struct desk *desk) {
    *desk = (struct desk){.read_result = result_ok(),
                          .idempotency_key = "",
                          .view = {.available = 10000000000, .active_operators = 3}};
    struct ports ports = ports_of(desk);
    static const struct flow_settings settings = {
        .source = "/pontis/desk", .topic_in = "in", .topic_out = "out", .incarnation = "1"};
    flow_init(&desk->flow, &ports, &settings);
    open_corridor(desk);
    api_open(&desk->api, &desk->flow);
}

void desk_close(struct desk *desk) {
    wipe_answer(&desk->answer);
    flow_wipe(&desk->flow);
}

void desk_rows(struct desk *desk, const char *query, size_t columns, size_t rows, const char *const *cells) {
    assert(desk->table_count < DESK_MOST_TABLES && columns * rows <= DESK_MOST_CELLS);
    struct desk_table *table = &desk->tables[desk->table_count++];
    *table = (struct desk_table){.name = query, .columns = columns, .rows = rows};
    for (size_t i = 0; i < columns * rows; i++) {
        table->cells[i] = cells[i];
        table->lengths[i] = cells[i] ? strlen(cells[i]) : 0;
    }
}

void desk_forget_rows(struct desk *desk) {
    desk->table_count = 0;
}

const struct desk_answer *desk_ask_as(struct desk *desk, const char *certificate, const char *method,
                                      const char *path, const char *query, struct bytes body) {
    struct wire_exchange exchange = {.listener = "api",
                                     .method = method,
                                     .path = path,
                                     .query = query,
                                     .content_type = "application/json",
                                     .traceparent = "",
                                     .idempotency_key = desk->idempotency_key,
                                     .subject = "operator",
                                     .body = body};
    text_set(exchange.certificate, sizeof exchange.certificate, certificate);
    size_t before = desk->answers;
    desk->handler(desk->handler_context, &exchange);
    assert(desk->answers == before + 1);
    return &desk->answer;
}

const struct desk_answer *desk_ask(struct desk *desk, const char *method, const char *path, const char *query,
                                   const char *body) {
    return desk_ask_as(desk, DESK_OPERATOR, method, path, query, bytes_of_string(body));
}

const char *desk_member(const struct desk *desk, const char *name) {
    const char *text = json_string_value(json_object_get(desk->answer.json, name));
    return text ? text : "";
}
