#include "simulator.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/decimal.h"
#include "base/text.h"
#include "book.h"
#include "event.h"
#include "host/clock.h"
#include "host/digest.h"
#include "host/random.h"
#include "journal.h"
#include "notices.h"
#include "orders.h"
#include "outbox.h"

#define INITIATED "wallet.transfer.initiated.v1"

/* Bytes to publish as they are. */
struct raw {
    char *key;
    struct buffer value;
};

struct simulator {
    const char *source;
    struct book *book;
    struct orders *orders;
    struct outbox *outbox;
    struct notices *notices;
    struct journal *journal;
    json_t *taken;     /* id of every event taken in -> id of our answer, "" when there is none */
    size_t credits[3]; /* by enum credit_outcome */
    bool silent_credits;
    char *cluster; /* the Kafka that the positions belong to; NULL: none */
    int64_t positions[CHANNEL_MAX_PARTITIONS];
    ARRAY(struct raw) raw;
};

/* ---- answers to the gateway ---- */

static void answer(struct simulator *simulator, const json_t *event, const char *type, const char *key,
                   json_t *data, instant at) {
    const char *cause = event_text(event, "id");
    char id[UUID_TEXT_SIZE];
    struct uuid uetr;
    if (!event_subject(event, &uetr)) {
        json_decref(data);
        return;
    }
    event_answer_id(cause, type, id);
    json_object_set_new(data, "corridor", json_string(event_text(event, "data.corridor")));
    outbox_add(simulator->outbox, id, key,
               event_write(simulator->source, id, type, &uetr, key, cause, event_text(event, "traceparent"),
                           at, data));
    json_object_set_new(simulator->taken, cause, json_string(id));
}

static json_t *reason_json(const char *code, const char *text) {
    return json_pack("{s:s, s:s}", "code", code, "text", text);
}

static int64_t amount_of(const json_t *event, const char *path, const char *currency) {
    const char *text = event_text(event, path);
    int64_t amount;
    if (decimal_parse_minor(text, strlen(text), book_minor_digits(currency), &amount) != DECIMAL_OK)
        return -1;
    return amount;
}

/* The key that all events of this payment have: the payer's account, as far as there is one. */
static const char *key_of(const struct book_lock *lock, const json_t *event) {
    return lock->account[0] ? lock->account : event_text(event, "subject");
}

static void tell_lock(struct simulator *simulator, const json_t *event, const struct book_lock *lock,
                      const char *type, const char *failure, instant at) {
    char id[UUID_TEXT_SIZE], amount[DECIMAL_TEXT_SIZE];
    uuid_format(&lock->id, id);
    json_t *data = json_pack("{s:{s:s}}", "lock", "id", id);
    if (failure)
        json_object_set_new(data, "reason", reason_json("NARR", failure));
    if (!failure && lock->state == LOCK_CAPTURED) {
        decimal_format_minor(lock->captured, book_minor_digits(lock->currency), amount);
        json_object_set_new(data, "amount", json_string(amount));
    }
    answer(simulator, event, type, key_of(lock, event), data, at);
}

static void capture(struct simulator *simulator, const json_t *event, const struct uuid *uetr, instant at) {
    const struct book_lock *lock = book_find_lock(simulator->book, uetr);
    if (!lock)
        return;
    if (book_capture(simulator->book, uetr, amount_of(event, "data.capture_amount", lock->currency))) {
        tell_lock(simulator, event, lock, "wallet.lock.captured.v1", NULL, at);
        return;
    }
    book_fail(simulator->book, uetr);
    tell_lock(simulator, event, lock, "wallet.lock.failed.v1", "the lock does not cover the amount", at);
}

static void release(struct simulator *simulator, const json_t *event, const struct uuid *uetr, instant at) {
    const struct book_lock *lock = book_find_lock(simulator->book, uetr);
    if (!lock)
        return;
    if (book_release(simulator->book, uetr))
        tell_lock(simulator, event, lock, "wallet.lock.released.v1", NULL, at);
    else
        tell_lock(simulator, event, lock, "wallet.lock.failed.v1", "the lock is not held any more", at);
}

static void tell_credit(struct simulator *simulator, const json_t *event, const struct book_credit *credit,
                        instant at) {
    static const char *const types[] = {"wallet.credit.completed.v1", "wallet.credit.rejected.v1",
                                        "wallet.credit.blocked.v1"};
    json_t *data = json_object();
    if (credit->outcome != CREDIT_COMPLETED)
        json_object_set_new(data, "reason", reason_json(credit->code, credit->text));
    answer(simulator, event, types[credit->outcome], event_text(event, "subject"), data, at);
}

/* False: what the event asks for cannot be written into any book. */
static bool read_credit(const json_t *event, struct book_credit *credit) {
    const char *account = event_text(event, "data.payment.creditor_account"),
               *currency = event_text(event, "data.payment.target_currency");
    credit->amount = amount_of(event, "data.payment.target_amount", currency);
    return *account && text_copy(credit->account, sizeof credit->account, account, strlen(account)) &&
           text_is_upper(currency, 3) &&
           text_copy(credit->currency, sizeof credit->currency, currency, strlen(currency)) &&
           credit->amount > 0;
}

/* A payee is credited once, however often and under whatever event id it is asked for. */
static void credit(struct simulator *simulator, const json_t *event, const struct uuid *uetr, instant at) {
    const struct book_credit *known = book_find_credit(simulator->book, uetr);
    if (known) {
        tell_credit(simulator, event, known, at);
        return;
    }
    struct book_credit credit = {.uetr = *uetr};
    if (read_credit(event, &credit)) {
        book_judge(&credit);
        (void)book_credit(simulator->book, &credit);
        simulator->credits[credit.outcome]++;
    } else {
        credit.outcome = CREDIT_REJECTED;
        text_set(credit.code, sizeof credit.code, "AC03");
        text_set(credit.text, sizeof credit.text, "the payee's account or the amount is none");
    }
    tell_credit(simulator, event, &credit, at);
}

/* An order that the gateway could not read never became a payment: its funds are the payer's again. */
static void refusal(struct simulator *simulator, const json_t *event, instant at) {
    const char *text = outbox_text(simulator->outbox, event_text(event, "data.refused.id"));
    if (!text || !notices_mean(event, text))
        return;
    json_t *order = json_loads(text, 0, NULL);
    struct uuid uetr;
    if (text_equal(event_text(order, "type"), INITIATED) && event_subject(order, &uetr)) {
        orders_note(simulator->orders, &uetr, event, at);
        (void)book_release(simulator->book, &uetr);
    }
    json_decref(order);
}

static const struct {
    const char *type;
    void (*act)(struct simulator *simulator, const json_t *event, const struct uuid *uetr, instant at);
} acts[] = {{"corridor.transfer.settled.v1", capture},
            {"corridor.transfer.blocked.v1", capture},
            {"corridor.transfer.rejected.v1", release},
            {"corridor.transfer.cancelled.v1", release},
            {"corridor.credit.requested.v1", credit}};

/* Does what the gateway's event asks for; the same when the journal is replayed. */
static void take(struct simulator *simulator, const json_t *event, instant at) {
    struct uuid uetr;
    const char *type = event_text(event, "type");
    json_object_set_new(simulator->taken, event_text(event, "id"), json_string(""));
    notices_note(simulator->notices, event);
    if (text_equal(type, "corridor.event.refused.v1")) {
        refusal(simulator, event, at);
        return;
    }
    if (!event_subject(event, &uetr))
        return;
    orders_note(simulator->orders, &uetr, event, at);
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        if (text_equal(acts[i].type, type))
            acts[i].act(simulator, event, &uetr, at);
}

/* ---- the channel ---- */

/* A broker that lost its memory lost our orders too: the same event again does nothing where it is known. */
static void publish_again(void *context, const struct book_lock *lock) {
    struct simulator *simulator = context;
    json_t *event = json_loads(lock->event, 0, NULL);
    outbox_again(simulator->outbox, event_text(event, "id"));
    json_decref(event);
}

static void join(struct simulator *simulator, const char *cluster) {
    free(simulator->cluster);
    simulator->cluster = must_strdup(cluster);
    memset(simulator->positions, 0, sizeof simulator->positions);
}

/* Positions hold for the Kafka they were reached in; in another one everything is read from its beginning. */
static void on_joined(void *context, const char *cluster, int64_t positions[CHANNEL_MAX_PARTITIONS]) {
    struct simulator *simulator = context;
    if (!simulator->cluster || !*cluster || !text_equal(simulator->cluster, cluster)) {
        json_t *line = json_pack("{s:s, s:s}", "kind", "joined", "cluster", cluster);
        journal_append(simulator->journal, line);
        json_decref(line);
        join(simulator, cluster);
        book_each_held(simulator->book, publish_again, simulator);
    }
    memcpy(positions, simulator->positions, sizeof simulator->positions);
}

static void take_new(struct simulator *simulator, int32_t partition, int64_t offset, json_t *event) {
    instant now = clock_wall();
    json_t *line = json_pack("{s:s, s:I, s:i, s:I, s:O}", "kind", "taken", "at", (json_int_t)now, "partition",
                             (int)partition, "offset", (json_int_t)offset, "event", event);
    journal_append(simulator->journal, line);
    json_decref(line);
    take(simulator, event, now);
}

static void on_record(void *context, int32_t partition, int64_t offset, struct bytes value) {
    struct simulator *simulator = context;
    json_t *event = json_loadb(value.data, value.length, JSON_REJECT_DUPLICATES, NULL);
    const char *id = event_text(event, "id");
    const json_t *known = json_object_get(simulator->taken, id);
    bool silent =
        simulator->silent_credits && text_equal(event_text(event, "type"), "corridor.credit.requested.v1");
    /* Asked again: the gateway may not have had our answer. */
    if (known && !silent)
        outbox_again(simulator->outbox, json_string_value(known));
    else if (!known && *id && !silent)
        take_new(simulator, partition, offset, event);
    json_decref(event);
}

static void on_published(void *context, const char *id) {
    struct simulator *simulator = context;
    if (!*id)
        return;
    json_t *line = json_pack("{s:s, s:s}", "kind", "published", "id", id);
    journal_append(simulator->journal, line);
    json_decref(line);
    outbox_done(simulator->outbox, id);
}

static void on_unpublished(void *context, const char *id) {
    struct simulator *simulator = context;
    outbox_again(simulator->outbox, id);
}

struct channel_handler simulator_handler(struct simulator *simulator) {
    return (struct channel_handler){simulator, on_joined, on_record, on_published, on_unpublished};
}

void simulator_flush(struct simulator *simulator, struct channel *channel) {
    outbox_flush(simulator->outbox, channel);
    size_t sent = 0;
    for (; sent < simulator->raw.count; sent++) {
        struct raw *raw = &simulator->raw.items[sent];
        if (!channel_publish(channel, "", raw->key, buffer_bytes(&raw->value)))
            break;
        free(raw->key);
        buffer_wipe(&raw->value);
    }
    if (!sent)
        return;
    simulator->raw.count -= sent;
    memmove(simulator->raw.items, simulator->raw.items + sent, simulator->raw.count * sizeof(struct raw));
}

/* ---- ordering a payment ---- */

/* The line of the journal holds all that a replay needs: lock and event. */
static bool order_from(struct simulator *simulator, const json_t *line) {
    struct book_lock lock = {0};
    const char *uetr = event_text(line, "uetr"), *id = event_text(line, "lock"),
               *text = event_text(line, "text");
    const char *account = event_text(line, "account"), *currency = event_text(line, "currency");
    lock.amount = json_integer_value(json_object_get(line, "amount"));
    if (!uuid_parse(uetr, strlen(uetr), &lock.uetr) || !uuid_parse(id, strlen(id), &lock.id) ||
        !text_copy(lock.account, sizeof lock.account, account, strlen(account)) ||
        !text_copy(lock.currency, sizeof lock.currency, currency, strlen(currency)) ||
        !book_lock(simulator->book, &lock, text))
        return false;
    orders_add(simulator->orders, &lock.uetr, text, json_integer_value(json_object_get(line, "at")));
    outbox_add(simulator->outbox, event_text(line, "id"), *account ? account : uetr, must_strdup(text));
    return true;
}

static void new_id(char out[UUID_TEXT_SIZE]) {
    uint8_t bytes[16];
    random_fill(bytes, sizeof bytes);
    struct uuid id = uuid_from_random(bytes);
    uuid_format(&id, out);
}

/* Source fixed: that; target fixed: the most the payer wants to pay; a million where he sets no bound. */
static void lock_text(const json_t *order, const json_t *payment, char out[DECIMAL_TEXT_SIZE]) {
    enum { BOUNDLESS = 1000000 };
    bool source = text_equal(event_text(payment, "fixed_side"), "source");
    const char *named = event_text(order, "lock_amount"),
               *own = event_text(payment, source ? "source_amount" : "limit_amount");
    const char *amount = *named ? named : own;
    int32_t digits = book_minor_digits(event_text(payment, "source_currency"));
    if (!*amount)
        decimal_format_minor(BOUNDLESS * decimal_power(digits), digits, out);
    else if (!text_copy(out, DECIMAL_TEXT_SIZE, amount, strlen(amount)))
        out[0] = '\0';
}

static json_t *refuse(const char *why) {
    return json_pack("{s:s}", "error", why);
}

/* The order as an event. */
static char *initiated(const struct simulator *simulator, const json_t *order, const json_t *line,
                       const char *amount) {
    struct uuid uetr;
    const char *text = event_text(line, "uetr"), *account = event_text(line, "account");
    json_t *data =
        json_pack("{s:s, s:{s:s, s:s}, s:O}", "corridor", event_text(order, "corridor"), "lock", "id",
                  event_text(line, "lock"), "amount", amount, "payment", json_object_get(order, "payment"));
    json_t *expires = json_object_get(order, "expires_at");
    if (expires)
        json_object_set(data, "expires_at", expires);
    if (!uuid_parse(text, strlen(text), &uetr))
        abort();
    return event_write(simulator->source, event_text(line, "id"), INITIATED, &uetr, *account ? account : text,
                       NULL, event_text(order, "traceparent"),
                       json_integer_value(json_object_get(line, "at")), data);
}

/* A line of the journal without the event; ids that the order does not name are new ones. */
static json_t *order_line(const json_t *order, const json_t *payment, int64_t amount) {
    char uetr[UUID_TEXT_SIZE], lock[UUID_TEXT_SIZE], id[UUID_TEXT_SIZE];
    const char *given_uetr = event_text(payment, "uetr"), *given_id = event_text(order, "id");
    new_id(uetr), new_id(lock), new_id(id);
    return json_pack("{s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:I}", "kind", "ordered", "at",
                     (json_int_t)clock_wall(), "id", *given_id ? given_id : id, "uetr",
                     *given_uetr ? given_uetr : uetr, "lock", lock, "account",
                     event_text(payment, "debtor_account"), "currency",
                     event_text(payment, "source_currency"), "amount", (json_int_t)amount);
}

static json_t *pay(struct simulator *simulator, const json_t *order) {
    const json_t *payment = json_object_get(order, "payment");
    const char *given = event_text(payment, "uetr");
    struct uuid uetr;
    if (!json_is_object(payment) || (*given && !uuid_parse(given, strlen(given), &uetr)))
        return refuse("payment is missing, or its uetr is none");
    if (outbox_text(simulator->outbox, event_text(order, "id")))
        return refuse("this id is known");
    char text[DECIMAL_TEXT_SIZE];
    int64_t amount;
    lock_text(order, payment, text);
    if (decimal_parse_minor(text, strlen(text), book_minor_digits(event_text(payment, "source_currency")),
                            &amount) != DECIMAL_OK)
        return refuse("lock_amount is no amount");
    json_t *line = order_line(order, payment, amount);
    char *event = initiated(simulator, order, line, text);
    json_object_set_new(line, "text", json_string(event));
    free(event);
    bool taken = order_from(simulator, line);
    if (taken)
        journal_append(simulator->journal, line);
    json_t *result = taken ? json_pack("{s:O}", "uetr", json_object_get(line, "uetr"))
                           : refuse("this payment is known, or its lock cannot be");
    json_decref(line);
    return result;
}

/* Asks the gateway to call a payment off; whether it still can is told as any other end. */
static json_t *cancel(struct simulator *simulator, const json_t *order) {
    const char *text = event_text(order, "uetr");
    struct uuid uetr;
    const struct book_lock *lock =
        uuid_parse(text, strlen(text), &uetr) ? book_find_lock(simulator->book, &uetr) : NULL;
    if (!lock)
        return refuse("no such payment");
    char id[UUID_TEXT_SIZE];
    new_id(id);
    const char *key = lock->account[0] ? lock->account : text;
    json_t *status = orders_status(simulator->orders, &uetr);
    json_t *data = json_pack("{s:s}", "corridor", event_text(status, "event.data.corridor"));
    char *event = event_write(simulator->source, id, "wallet.transfer.cancel.requested.v1", &uetr, key, NULL,
                              "", clock_wall(), data);
    json_t *line = json_pack("{s:s, s:s, s:s, s:s}", "kind", "sent", "id", id, "key", key, "text", event);
    journal_append(simulator->journal, line);
    outbox_add(simulator->outbox, id, key, event);
    json_decref(line);
    json_decref(status);
    return json_pack("{s:s}", "id", id);
}

/* ---- the other orders ---- */

/* `hex` in place of `text` says bytes that no JSON text can. */
static json_t *produce(struct simulator *simulator, const json_t *order) {
    enum { LIMIT = 4 << 20 };
    const char *text = event_text(order, "text"), *hex = event_text(order, "hex");
    struct raw *raw = array_push(&simulator->raw);
    raw->key = must_strdup(event_text(order, "key"));
    buffer_init(&raw->value, LIMIT);
    buffer_add_string(&raw->value, text);
    if (digest_from_hex(hex, strlen(hex), &raw->value) && !raw->value.overflowed)
        return json_object();
    free(raw->key);
    buffer_wipe(&raw->value);
    simulator->raw.count--;
    return refuse("hex is none, or too much");
}

static void set_lock(json_t *status, const struct book_lock *lock) {
    char amount[DECIMAL_TEXT_SIZE];
    int32_t digits = book_minor_digits(lock->currency);
    decimal_format_minor(lock->captured, digits, amount);
    json_object_set_new(status, "captured", json_string(amount));
    decimal_format_minor(lock->amount, digits, amount);
    json_object_set_new(status, "lock_amount", json_string(amount));
    json_object_set_new(status, "lock", json_string(book_lock_state_name(lock->state)));
}

static json_t *status(struct simulator *simulator, const json_t *order) {
    const char *text = event_text(order, "uetr");
    struct uuid uetr;
    json_t *found = uuid_parse(text, strlen(text), &uetr) ? orders_status(simulator->orders, &uetr) : NULL;
    if (!found)
        return refuse("no such payment");
    json_object_set_new(found, "uetr", json_string(text));
    const struct book_lock *lock = book_find_lock(simulator->book, &uetr);
    if (lock)
        set_lock(found, lock);
    return found;
}

static size_t number_of(const json_t *order, const char *name, size_t otherwise) {
    json_int_t number = json_integer_value(json_object_get(order, name));
    return number > 0 ? (size_t)number : otherwise;
}

static json_t *outcomes(struct simulator *simulator, const json_t *order) {
    return orders_ended(simulator->orders, number_of(order, "after", 0), number_of(order, "limit", 1000));
}

static json_t *refusals(struct simulator *simulator, const json_t *order) {
    return notices_refusals(simulator->notices, number_of(order, "after", 0));
}

/* What is still to come: payments that did not end, events that the broker does not have. */
static json_t *unfinished(struct simulator *simulator, const json_t *order) {
    (void)order;
    size_t count = orders_unfinished(simulator->orders) + outbox_open(simulator->outbox);
    return json_pack("{s:I}", "count", (json_int_t)count);
}

static json_t *locks_json(const struct book *book) {
    json_t *locks = json_object();
    for (int state = LOCK_HELD; state <= LOCK_FAILED; state++)
        json_object_set_new(locks, book_lock_state_name(state),
                            json_integer((json_int_t)book_count_locks(book, state)));
    return locks;
}

static json_t *totals(struct simulator *simulator, const json_t *order) {
    (void)order;
    const size_t *credits = simulator->credits;
    return json_pack("{s:o, s:{s:I, s:I, s:I}, s:o, s:I, s:I}", "currencies", book_totals(simulator->book),
                     "credits", "completed", (json_int_t)credits[CREDIT_COMPLETED], "rejected",
                     (json_int_t)credits[CREDIT_REJECTED], "blocked", (json_int_t)credits[CREDIT_BLOCKED],
                     "locks", locks_json(simulator->book), "refused",
                     (json_int_t)notices_refused(simulator->notices), "alerts",
                     (json_int_t)notices_alerts(simulator->notices));
}

static json_t *set(struct simulator *simulator, const json_t *order) {
    simulator->silent_credits = json_is_true(json_object_get(order, "silent_credits"));
    return json_object();
}

static const struct {
    const char *name;
    json_t *(*run)(struct simulator *simulator, const json_t *order);
} table[] = {{"pay", pay},           {"cancel", cancel},     {"produce", produce},
             {"status", status},     {"outcomes", outcomes}, {"unfinished", unfinished},
             {"refusals", refusals}, {"totals", totals},     {"set", set}};

json_t *simulator_obey(void *context, const json_t *order) {
    struct simulator *simulator = context;
    const char *name = event_text(order, "do");
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (text_equal(table[i].name, name))
            return table[i].run(simulator, order);
    return refuse("no such order");
}

/* ---- life ---- */

static void replay_taken(struct simulator *simulator, const json_t *line) {
    json_int_t partition = json_integer_value(json_object_get(line, "partition"));
    if (partition >= 0 && partition < CHANNEL_MAX_PARTITIONS)
        simulator->positions[partition] = json_integer_value(json_object_get(line, "offset")) + 1;
    take(simulator, json_object_get(line, "event"), json_integer_value(json_object_get(line, "at")));
}

static void replay(void *context, const json_t *line) {
    struct simulator *simulator = context;
    const char *kind = event_text(line, "kind");
    if (text_equal(kind, "ordered"))
        (void)order_from(simulator, line);
    else if (text_equal(kind, "taken"))
        replay_taken(simulator, line);
    else if (text_equal(kind, "sent"))
        outbox_add(simulator->outbox, event_text(line, "id"), event_text(line, "key"),
                   must_strdup(event_text(line, "text")));
    else if (text_equal(kind, "joined"))
        join(simulator, event_text(line, "cluster"));
    else if (text_equal(kind, "published"))
        outbox_done(simulator->outbox, event_text(line, "id"));
}

struct result simulator_open(const char *source, const char *journal_path, bool is_fresh,
                             struct simulator **out) {
    struct simulator *simulator = must_calloc(1, sizeof *simulator);
    *out = simulator;
    simulator->source = source;
    simulator->book = book_new();
    simulator->orders = orders_new();
    simulator->outbox = outbox_new();
    simulator->notices = notices_new();
    simulator->taken = json_object();
    TRY(journal_open(journal_path, replay, simulator, &simulator->journal));
    if (is_fresh)
        join(simulator, "");
    return result_ok();
}

void simulator_free(struct simulator *simulator) {
    if (!simulator)
        return;
    journal_close(simulator->journal);
    book_free(simulator->book);
    orders_free(simulator->orders);
    outbox_free(simulator->outbox);
    notices_free(simulator->notices);
    json_decref(simulator->taken);
    for (size_t i = 0; i < simulator->raw.count; i++) {
        free(simulator->raw.items[i].key);
        buffer_wipe(&simulator->raw.items[i].value);
    }
    array_wipe(&simulator->raw);
    free(simulator->cluster);
    free(simulator);
}
