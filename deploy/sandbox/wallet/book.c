#include "book.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/decimal.h"
#include "base/text.h"

struct account {
    char name[BOOK_ACCOUNT_SIZE];
    char currency[BOOK_CURRENCY_SIZE];
    int64_t balance;
    int64_t locked;
};

/* Sums of one currency. */
struct total {
    char currency[BOOK_CURRENCY_SIZE];
    int64_t issued;
    int64_t captured;
    int64_t credited;
    int64_t blocked;
};

/* Trees of owned nodes; the arrays list the same nodes for walking. */
struct book {
    void *accounts;
    void *locks;
    void *credits;
    ARRAY(struct account *) account_list;
    ARRAY(struct book_lock *) lock_list;
    ARRAY(struct book_credit *) credit_list;
    ARRAY(struct total) totals;
};

/* Issued in lumps of this many major units. */
enum { ISSUANCE = 1000000 };

struct book *book_new(void) {
    return must_calloc(1, sizeof(struct book));
}

static void forget(void *node) {
    (void)node; /* the lists own the nodes */
}

void book_free(struct book *book) {
    tdestroy(book->accounts, forget);
    tdestroy(book->locks, forget);
    tdestroy(book->credits, forget);
    for (size_t i = 0; i < book->account_list.count; i++)
        free(book->account_list.items[i]);
    for (size_t i = 0; i < book->lock_list.count; i++) {
        free(book->lock_list.items[i]->event);
        free(book->lock_list.items[i]);
    }
    for (size_t i = 0; i < book->credit_list.count; i++)
        free(book->credit_list.items[i]);
    array_wipe(&book->account_list);
    array_wipe(&book->lock_list);
    array_wipe(&book->credit_list);
    array_wipe(&book->totals);
    free(book);
}

int32_t book_minor_digits(const char *currency) {
    static const struct {
        char code[4];
        int32_t digits;
    } odd[] = {{"JPY", 0}, {"KRW", 0}, {"VND", 0}, {"BHD", 3}, {"KWD", 3}, {"OMR", 3}};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        if (text_equal(odd[i].code, currency))
            return odd[i].digits;
    return 2;
}

/* ---- accounts ---- */

static int compare_accounts(const void *left, const void *right) {
    const struct account *one = left, *other = right;
    int order = strcmp(one->name, other->name);
    return order ? order : strcmp(one->currency, other->currency);
}

static struct account *account_of(struct book *book, const char *name, const char *currency) {
    struct account *account = must_calloc(1, sizeof *account);
    text_set(account->name, sizeof account->name, name);
    text_set(account->currency, sizeof account->currency, currency);
    struct account **found = tsearch(account, &book->accounts, compare_accounts);
    if (!found)
        abort();
    if (*found == account)
        *array_push(&book->account_list) = account;
    else
        free(account);
    return *found;
}

static struct total *total_of(struct book *book, const char *currency) {
    for (size_t i = 0; i < book->totals.count; i++)
        if (text_equal(book->totals.items[i].currency, currency))
            return &book->totals.items[i];
    struct total *total = array_push(&book->totals);
    text_set(total->currency, sizeof total->currency, currency);
    return total;
}

static void fill_up(struct book *book, struct account *account, int64_t needed) {
    int64_t lump = ISSUANCE * decimal_power(book_minor_digits(account->currency));
    while (account->balance - account->locked < needed) {
        account->balance += lump;
        total_of(book, account->currency)->issued += lump;
    }
}

/* ---- locks ---- */

static int compare_locks(const void *left, const void *right) {
    const struct book_lock *one = left, *other = right;
    return uuid_compare(&one->uetr, &other->uetr);
}

static struct book_lock *find_lock(const struct book *book, const struct uuid *uetr) {
    struct book_lock wanted = {.uetr = *uetr};
    struct book_lock **found = tfind(&wanted, &book->locks, compare_locks);
    return found ? *found : NULL;
}

const struct book_lock *book_find_lock(const struct book *book, const struct uuid *uetr) {
    return find_lock(book, uetr);
}

bool book_lock(struct book *book, const struct book_lock *lock, const char *event) {
    enum { MOST = 1000000000 };
    if (find_lock(book, &lock->uetr) || lock->amount < 0 ||
        lock->amount > MOST * decimal_power(book_minor_digits(lock->currency)))
        return false;
    struct account *account = account_of(book, lock->account, lock->currency);
    fill_up(book, account, lock->amount);
    account->locked += lock->amount;
    struct book_lock *kept = must_memdup(lock, sizeof *lock);
    kept->state = LOCK_HELD;
    kept->captured = 0;
    kept->event = must_strdup(event);
    *array_push(&book->lock_list) = kept;
    if (!tsearch(kept, &book->locks, compare_locks))
        abort();
    return true;
}

/* Ends a held lock; what `captured` leaves goes back to the payer. */
static void end_lock(struct book *book, struct book_lock *lock, enum lock_state state, int64_t captured) {
    struct account *account = account_of(book, lock->account, lock->currency);
    account->locked -= lock->amount;
    account->balance -= captured;
    total_of(book, lock->currency)->captured += captured;
    lock->captured = captured;
    lock->state = state;
    free(lock->event);
    lock->event = NULL;
}

bool book_capture(struct book *book, const struct uuid *uetr, int64_t amount) {
    struct book_lock *lock = find_lock(book, uetr);
    if (lock && lock->state == LOCK_CAPTURED)
        return lock->captured == amount;
    if (!lock || lock->state != LOCK_HELD || amount < 0 || amount > lock->amount)
        return false;
    end_lock(book, lock, LOCK_CAPTURED, amount);
    return true;
}

bool book_release(struct book *book, const struct uuid *uetr) {
    struct book_lock *lock = find_lock(book, uetr);
    if (lock && lock->state == LOCK_RELEASED)
        return true;
    if (!lock || lock->state != LOCK_HELD)
        return false;
    end_lock(book, lock, LOCK_RELEASED, 0);
    return true;
}

void book_fail(struct book *book, const struct uuid *uetr) {
    struct book_lock *lock = find_lock(book, uetr);
    if (lock && lock->state == LOCK_HELD)
        lock->state = LOCK_FAILED;
}

size_t book_count_locks(const struct book *book, enum lock_state state) {
    size_t count = 0;
    for (size_t i = 0; i < book->lock_list.count; i++)
        count += book->lock_list.items[i]->state == state;
    return count;
}

const char *book_lock_state_name(enum lock_state state) {
    static const char *const names[] = {"held", "captured", "released", "failed"};
    return names[state];
}

void book_each_held(const struct book *book, book_visit visit, void *context) {
    for (size_t i = 0; i < book->lock_list.count; i++)
        if (book->lock_list.items[i]->state == LOCK_HELD)
            visit(context, book->lock_list.items[i]);
}

/* ---- credits ---- */

static int compare_credits(const void *left, const void *right) {
    const struct book_credit *one = left, *other = right;
    return uuid_compare(&one->uetr, &other->uetr);
}

const struct book_credit *book_find_credit(const struct book *book, const struct uuid *uetr) {
    struct book_credit wanted = {.uetr = *uetr};
    struct book_credit **found = tfind(&wanted, &book->credits, compare_credits);
    return found ? *found : NULL;
}

/* The simulator's payees tell by their account number what they are. */
void book_judge(struct book_credit *credit) {
    credit->outcome = CREDIT_COMPLETED;
    credit->code[0] = credit->text[0] = '\0';
    if (strncmp(credit->account, "CLOSED", 6) == 0) {
        credit->outcome = CREDIT_REJECTED;
        text_set(credit->code, sizeof credit->code, "AC04");
        text_set(credit->text, sizeof credit->text, "the account is closed");
    } else if (strncmp(credit->account, "FROZEN", 6) == 0) {
        credit->outcome = CREDIT_BLOCKED;
        text_set(credit->code, sizeof credit->code, "RR04");
        text_set(credit->text, sizeof credit->text, "legal order");
    }
}

bool book_credit(struct book *book, const struct book_credit *credit) {
    if (book_find_credit(book, &credit->uetr) || credit->amount <= 0)
        return false;
    struct book_credit *kept = must_memdup(credit, sizeof *credit);
    *array_push(&book->credit_list) = kept;
    if (!tsearch(kept, &book->credits, compare_credits))
        abort();
    if (credit->outcome == CREDIT_COMPLETED) {
        account_of(book, credit->account, credit->currency)->balance += credit->amount;
        total_of(book, credit->currency)->credited += credit->amount;
    } else if (credit->outcome == CREDIT_BLOCKED) {
        total_of(book, credit->currency)->blocked += credit->amount;
    }
    return true;
}

/* ---- totals ---- */

static void set_amount(json_t *object, const char *name, int64_t amount, const char *currency) {
    char text[DECIMAL_TEXT_SIZE];
    decimal_format_minor(amount, book_minor_digits(currency), text);
    json_object_set_new(object, name, json_string(text));
}

static json_t *total_json(const struct book *book, const struct total *total) {
    int64_t balances = 0, locked = 0;
    for (size_t i = 0; i < book->account_list.count; i++) {
        const struct account *account = book->account_list.items[i];
        if (!text_equal(account->currency, total->currency))
            continue;
        balances += account->balance;
        locked += account->locked;
    }
    json_t *object = json_object();
    set_amount(object, "issued", total->issued, total->currency);
    set_amount(object, "captured", total->captured, total->currency);
    set_amount(object, "credited", total->credited, total->currency);
    set_amount(object, "blocked", total->blocked, total->currency);
    set_amount(object, "locked", locked, total->currency);
    set_amount(object, "balances", balances, total->currency);
    json_object_set_new(object, "balanced",
                        json_boolean(balances == total->issued + total->credited - total->captured));
    return object;
}

json_t *book_totals(const struct book *book) {
    json_t *object = json_object();
    for (size_t i = 0; i < book->totals.count; i++)
        json_object_set_new(object, book->totals.items[i].currency, total_json(book, &book->totals.items[i]));
    return object;
}
