#ifndef PONTIS_WALLET_BOOK_H
#define PONTIS_WALLET_BOOK_H

#include <jansson.h>
#include <stdbool.h>

#include "base/uuid.h"

/* The book of a domestic wallet system: accounts, locks on payers' funds, credits to payees. It knows nothing
 * of corridors and gateways, so that it can judge them. Amounts are minor units. */
enum { BOOK_ACCOUNT_SIZE = 64, BOOK_CURRENCY_SIZE = 4, BOOK_CODE_SIZE = 8, BOOK_TEXT_SIZE = 128 };

enum lock_state { LOCK_HELD, LOCK_CAPTURED, LOCK_RELEASED, LOCK_FAILED };

/* A payer's funds, set aside for one payment. */
struct book_lock {
    struct uuid uetr;
    struct uuid id;
    char account[BOOK_ACCOUNT_SIZE];
    char currency[BOOK_CURRENCY_SIZE];
    int64_t amount;
    int64_t captured;
    enum lock_state state;
    char *event; /* the payment order as it was published, while HELD; owned by the book */
};

enum credit_outcome { CREDIT_COMPLETED, CREDIT_REJECTED, CREDIT_BLOCKED };

/* What became of one request to credit a payee. */
struct book_credit {
    struct uuid uetr;
    char account[BOOK_ACCOUNT_SIZE];
    char currency[BOOK_CURRENCY_SIZE];
    int64_t amount;
    enum credit_outcome outcome;
    char code[BOOK_CODE_SIZE]; /* why REJECTED or BLOCKED */
    char text[BOOK_TEXT_SIZE];
};

struct book;

struct book *book_new(void);
void book_free(struct book *book);

/* Sets funds aside. An account that holds too little is filled up by issuance first. False: this payment or
 * amount is already known or cannot be. `event` is copied. */
bool book_lock(struct book *book, const struct book_lock *lock, const char *event);
const struct book_lock *book_find_lock(const struct book *book, const struct uuid *uetr);
/* Takes `amount` of a held lock for good and gives the rest back; false when the lock does not cover it.
 * True and nothing more when just that was done before. */
bool book_capture(struct book *book, const struct uuid *uetr, int64_t amount);
/* Gives all back; false when the lock was captured or failed. */
bool book_release(struct book *book, const struct uuid *uetr);
/* The lock can be neither captured nor released; its funds stay where they are. */
void book_fail(struct book *book, const struct uuid *uetr);

/* What this payee's account says to a credit: fills outcome, code and text. */
void book_judge(struct book_credit *credit);
bool book_credit(struct book *book, const struct book_credit *credit);
const struct book_credit *book_find_credit(const struct book *book, const struct uuid *uetr);

/* How many locks are in this state. */
size_t book_count_locks(const struct book *book, enum lock_state state);
/* "held", "captured", "released", "failed". */
const char *book_lock_state_name(enum lock_state state);

/* Calls back for every lock that is still held. */
typedef void (*book_visit)(void *context, const struct book_lock *lock);
void book_each_held(const struct book *book, book_visit visit, void *context);

/* An object by currency: issued, captured, credited, blocked, locked, balances and `balanced` (the book's own
 * trial balance), amounts as decimal strings. */
json_t *book_totals(const struct book *book);

/* Decimals of a currency's minor unit, as this wallet knows them. */
int32_t book_minor_digits(const char *currency);

#endif
