#include "simulator.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/decimal.h"
#include "base/text.h"
#include "book.h"
#include "event.h"
#include "host/clock.h"
#include "host/random.h"
#include "journal.h"
#include "orders.h"
#include "outbox.h"

struct simulator {
    const char *source;
    struct book *book;
    struct orders *orders;
    struct outbox *outbox;
    struct journal *journal;
    json_t *taken;     /* id of every event taken in -> id of our answer, "" when there is none */
    size_t credits[3]; /* by enum credit_outcome */
    bool silent_credits;
    ARRAY(char *) raw; /* texts to publish as they are: key, text, key, text */
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
    outbox_add(simulator->outbox, id, key, event_write(simulator->source, id, type, &uetr, key, at, data));
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

static void end_lock(struct simulator *simulator, const json_t *event, const struct book_lock *lock,
                     const char *type, const char *failure, instant at) {
    char id[UUID_TEXT_SIZE];
    uuid_format(&lock->id, id);
    json_t *data = json_pack("{s:{s:s}}", "lock", "id", id);
    if (failure)
        json_object_set_new(data, "reason", reason_json("NARR", failure));
    answer(simulator, event, type, lock->account, data, at);
}

static void capture(struct simulator *simulator, const json_t *event, const struct uuid *uetr, instant at) {
    const struct book_lock *lock = book_find_lock(simulator->book, uetr);
    if (!lock)
        return;
    if (book_capture(simulator->book, uetr, amount_of(event, "data.capture_amount", lock->currency))) {
        end_lock(simulator, event, lock, "wallet.lock.captured.v1", NULL, at);
        return;
    }
    book_fail(simulator->book, uetr);
    end_lock(simulator, event, lock, "wallet.lock.failed.v1", "the lock does not cover the amount", at);
}

static void release(struct simulator *simulator, const json_t *event, const struct uuid *uetr, instant at) {
    const struct book_lock *lock = book_find_lock(simulator->book, uetr);
    if (lock && book_release(simulator->book, uetr))
        end_lock(simulator, event, lock, "wallet.lock.released.v1", NULL, at);
}

static void credit(struct simulator *simulator, const json_t *event, const struct uuid *uetr, instant at) {
    static const char *const types[] = {"wallet.credit.completed.v1", "wallet.credit.rejected.v1",
                                        "wallet.credit.blocked.v1"};
    struct book_credit credit = {.uetr = *uetr};
    const char *account = event_text(event, "data.payment.creditor_account"),
               *currency = event_text(event, "data.payment.target_currency");
    if (!text_copy(credit.account, sizeof credit.account, account, strlen(account)) ||
        !text_copy(credit.currency, sizeof credit.currency, currency, strlen(currency)))
        return;
    credit.amount = amount_of(event, "data.payment.target_amount", currency);
    book_judge(&credit);
    if (!book_credit(simulator->book, &credit))
        return;
    simulator->credits[credit.outcome]++;
    json_t *data = json_object();
    if (credit.outcome != CREDIT_COMPLETED)
        json_object_set_new(data, "reason", reason_json(credit.code, credit.text));
    answer(simulator, event, types[credit.outcome], event_text(event, "subject"), data, at);
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
    json_object_set_new(simulator->taken, event_text(event, "id"), json_string(""));
    if (!event_subject(event, &uetr))
        return;
    orders_note(simulator->orders, &uetr, event, at);
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        if (text_equal(acts[i].type, event_text(event, "type")))
            acts[i].act(simulator, event, &uetr, at);
}

/* ---- the channel ---- */

static void on_record(void *context, int32_t partition, int64_t offset, struct bytes value) {
    (void)partition, (void)offset;
    struct simulator *simulator = context;
    json_t *event = json_loadb(value.data, value.length, JSON_REJECT_DUPLICATES, NULL);
    const char *id = event_text(event, "id");
    const json_t *known = json_object_get(simulator->taken, id);
    bool silent =
        simulator->silent_credits && text_equal(event_text(event, "type"), "corridor.credit.requested.v1");
    if (known && !silent) {
        /* Asked again: the gateway may not have had our answer. */
        outbox_again(simulator->outbox, json_string_value(known));
    } else if (!known && *id && !silent) {
        instant now = clock_wall();
        json_t *line = json_pack("{s:s, s:I, s:O}", "kind", "taken", "at", (json_int_t)now, "event", event);
        journal_append(simulator->journal, line);
        json_decref(line);
        take(simulator, event, now);
    }
    json_decref(event);
}

static void on_published(void *context, const char *id) {
    struct simulator *simulator = context;
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
    return (struct channel_handler){simulator, on_record, on_published, on_unpublished};
}

void simulator_flush(struct simulator *simulator, struct channel *channel) {
    outbox_flush(simulator->outbox, channel);
    for (size_t i = 0; i + 1 < simulator->raw.count; i += 2) {
        (void)channel_publish(channel, "raw", simulator->raw.items[i], simulator->raw.items[i + 1]);
        free(simulator->raw.items[i]);
        free(simulator->raw.items[i + 1]);
    }
    simulator->raw.count = 0;
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

/* Source fixed: that; target fixed: the most the payer wants to pay. */
static const char *lock_text(const json_t *order, const json_t *payment) {
    const char *named = event_text(order, "lock_amount");
    if (*named)
        return named;
    bool source = text_equal(event_text(payment, "fixed_side"), "source");
    const char *amount = event_text(payment, source ? "source_amount" : "limit_amount");
    return *amount ? amount : "1000000.00";
}

static json_t *refuse(const char *why) {
    return json_pack("{s:s}", "error", why);
}

static json_t *pay(struct simulator *simulator, const json_t *order) {
    json_t *payment = json_object_get(order, "payment");
    const char *account = event_text(payment, "debtor_account"),
               *currency = event_text(payment, "source_currency");
    const char *given = event_text(payment, "uetr"), *amount_text = lock_text(order, payment);
    char uetr[UUID_TEXT_SIZE], lock[UUID_TEXT_SIZE], id[UUID_TEXT_SIZE];
    struct uuid subject;
    new_id(uetr), new_id(lock), new_id(id);
    if (*given && !text_copy(uetr, sizeof uetr, given, strlen(given)))
        return refuse("uetr is too long");
    if (!payment || !uuid_parse(uetr, strlen(uetr), &subject))
        return refuse("payment is missing, or its uetr is none");
    int64_t amount;
    if (decimal_parse_minor(amount_text, strlen(amount_text), book_minor_digits(currency), &amount) !=
        DECIMAL_OK)
        return refuse("lock_amount is no amount");
    instant now = clock_wall();
    json_t *data = json_pack("{s:s, s:{s:s, s:s}, s:O}", "corridor", event_text(order, "corridor"), "lock",
                             "id", lock, "amount", amount_text, "payment", payment);
    char *text = event_write(simulator->source, id, "wallet.transfer.initiated.v1", &subject,
                             *account ? account : uetr, now, data);
    json_t *line = json_pack("{s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:I, s:s}", "kind", "ordered", "at",
                             (json_int_t)now, "id", id, "uetr", uetr, "lock", lock, "account", account,
                             "currency", currency, "amount", (json_int_t)amount, "text", text);
    free(text);
    bool taken = order_from(simulator, line);
    if (taken)
        journal_append(simulator->journal, line);
    json_decref(line);
    return taken ? json_pack("{s:s}", "uetr", uetr) : refuse("this payment is known, or its lock cannot be");
}

/* ---- the other orders ---- */

static json_t *produce(struct simulator *simulator, const json_t *order) {
    *array_push(&simulator->raw) = must_strdup(event_text(order, "key"));
    *array_push(&simulator->raw) = must_strdup(event_text(order, "text"));
    return json_object();
}

static json_t *status(struct simulator *simulator, const json_t *order) {
    const char *text = event_text(order, "uetr");
    struct uuid uetr;
    json_t *found = uuid_parse(text, strlen(text), &uetr) ? orders_status(simulator->orders, &uetr) : NULL;
    if (!found)
        return refuse("no such payment");
    json_object_set_new(found, "uetr", json_string(text));
    const struct book_lock *lock = book_find_lock(simulator->book, &uetr);
    char amount[DECIMAL_TEXT_SIZE];
    if (lock) {
        decimal_format_minor(lock->amount, book_minor_digits(lock->currency), amount);
        json_object_set_new(found, "lock", json_string(amount));
        decimal_format_minor(lock->captured, book_minor_digits(lock->currency), amount);
        json_object_set_new(found, "captured", json_string(amount));
    }
    return found;
}

static json_t *outcomes(struct simulator *simulator, const json_t *order) {
    json_int_t after = json_integer_value(json_object_get(order, "after")),
               limit = json_integer_value(json_object_get(order, "limit"));
    return orders_ended(simulator->orders, after > 0 ? (size_t)after : 0, limit > 0 ? (size_t)limit : 1000);
}

/* What is still to come: payments that did not end, events that the broker does not have. */
static json_t *unfinished(struct simulator *simulator, const json_t *order) {
    (void)order;
    size_t count = orders_unfinished(simulator->orders) + outbox_open(simulator->outbox);
    return json_pack("{s:I}", "count", (json_int_t)count);
}

static void count_held(void *context, const struct book_lock *lock) {
    (void)lock;
    ++*(json_int_t *)context;
}

static json_t *totals(struct simulator *simulator, const json_t *order) {
    (void)order;
    json_int_t held = 0;
    book_each_held(simulator->book, count_held, &held);
    return json_pack("{s:o, s:{s:I, s:I, s:I}, s:{s:I}}", "currencies", book_totals(simulator->book),
                     "credits", "completed", (json_int_t)simulator->credits[CREDIT_COMPLETED], "rejected",
                     (json_int_t)simulator->credits[CREDIT_REJECTED], "blocked",
                     (json_int_t)simulator->credits[CREDIT_BLOCKED], "locks", "held", held);
}

static json_t *set(struct simulator *simulator, const json_t *order) {
    simulator->silent_credits = json_is_true(json_object_get(order, "silent_credits"));
    return json_object();
}

static const struct {
    const char *name;
    json_t *(*run)(struct simulator *simulator, const json_t *order);
} table[] = {{"pay", pay},
             {"produce", produce},
             {"status", status},
             {"outcomes", outcomes},
             {"unfinished", unfinished},
             {"totals", totals},
             {"set", set}};

json_t *simulator_obey(void *context, const json_t *order) {
    struct simulator *simulator = context;
    const char *name = event_text(order, "do");
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (text_equal(table[i].name, name))
            return table[i].run(simulator, order);
    return refuse("no such order");
}

/* ---- life ---- */

static void replay(void *context, const json_t *line) {
    struct simulator *simulator = context;
    const char *kind = event_text(line, "kind");
    if (text_equal(kind, "ordered"))
        (void)order_from(simulator, line);
    else if (text_equal(kind, "taken"))
        take(simulator, json_object_get(line, "event"), json_integer_value(json_object_get(line, "at")));
    else if (text_equal(kind, "published"))
        outbox_done(simulator->outbox, event_text(line, "id"));
}

/* A broker that lost its memory lost the order too: the same event again does nothing where it is known. */
static void publish_again(void *context, const struct book_lock *lock) {
    struct simulator *simulator = context;
    json_t *event = json_loads(lock->event, 0, NULL);
    outbox_again(simulator->outbox, event_text(event, "id"));
    json_decref(event);
}

struct result simulator_open(const char *source, const char *journal_path, struct simulator **out) {
    struct simulator *simulator = must_calloc(1, sizeof *simulator);
    *out = simulator;
    simulator->source = source;
    simulator->book = book_new();
    simulator->orders = orders_new();
    simulator->outbox = outbox_new();
    simulator->taken = json_object();
    TRY(journal_open(journal_path, replay, simulator, &simulator->journal));
    book_each_held(simulator->book, publish_again, simulator);
    return result_ok();
}

void simulator_free(struct simulator *simulator) {
    if (!simulator)
        return;
    journal_close(simulator->journal);
    book_free(simulator->book);
    orders_free(simulator->orders);
    outbox_free(simulator->outbox);
    json_decref(simulator->taken);
    array_wipe(&simulator->raw);
    free(simulator);
}
