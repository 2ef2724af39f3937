#include "tests/unit/api/desk.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* ---- clock and random ---- */

static instant now(void *self) {
    (void)self;
    return 1800000000000; /* 2027-01-15T08:00:00.000Z */
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

static void read_rows(void *self, const char *name, const char *const *parameters, size_t count,
                      store_read_done done, void *context) {
    struct desk *desk = self;
    assert(count <= DESK_MOST_PARAMETERS);
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

static void load(void *self, const struct store_load *wanted, store_load_done done, void *context) {
    (void)self;
    assert(wanted->key_count == 0 && wanted->identity_count == 0 && wanted->quote_count == 0);
    struct store_corridor_view *views = must_calloc(wanted->corridor_count, sizeof *views);
    for (size_t i = 0; i < wanted->corridor_count; i++)
        text_set(views[i].corridor, sizeof views[i].corridor, wanted->corridors[i]);
    done(context, result_ok(), &(struct store_loaded){.corridors = views});
    free(views);
}

static void keep_rows(struct desk *desk, const struct store_commit *commit) {
    if (commit->rate_count)
        desk->rate = commit->rates[0];
    if (commit->quote_count)
        desk->quote = commit->quotes[0];
    if (commit->transfer_count)
        desk->transfer = commit->transfers[0];
    if (commit->input_count)
        desk->input = commit->inputs[0];
    if (commit->corridor_count)
        text_copy(desk->corridor_document, sizeof desk->corridor_document, commit->corridors[0].document.data,
                  commit->corridors[0].document.length);
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
        .clock = {.self = desk, .now = now, .after = after},
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

void desk_write_file(const char *text, char path[32]) {
    text_set(path, 32, "/tmp/pontis-desk-XXXXXX");
    int file = mkstemp(path);
    assert(file >= 0);
    ssize_t written = write(file, text, strlen(text));
    assert(written == (ssize_t)strlen(text));
    close(file);
}

void desk_open(struct desk *desk) {
    *desk = (struct desk){.read_result = result_ok()};
    struct ports ports = ports_of(desk);
    static const struct flow_settings settings = {
        .source = "/pontis/desk", .topic_in = "in", .topic_out = "out", .incarnation = "1"};
    flow_init(&desk->flow, &ports, &settings);
    open_corridor(desk);
    char path[32];
    desk_write_file(DESK_OPERATOR " # an operator\n", path);
    struct result opened = api_open(&desk->api, &desk->flow, path);
    assert(result_is_ok(&opened));
    unlink(path);
}

void desk_close(struct desk *desk) {
    wipe_answer(&desk->answer);
    api_wipe(&desk->api);
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
                                     .idempotency_key = "",
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
