#include <criterion/criterion.h>
#include <string.h>

#include "base/text.h"
#include "deploy/sandbox/wallet/book.h"

static const struct uuid payment = {{1}}, other_payment = {{2}};

static struct book *book_with_lock(int64_t amount) {
    struct book *book = book_new();
    struct book_lock lock = {.uetr = payment, .account = "SGW1", .currency = "SGD", .amount = amount};
    cr_assert(book_lock(book, &lock, "{}"));
    return book;
}

static void expect_total(const struct book *book, const char *name, const char *wanted) {
    json_t *totals = book_totals(book);
    const json_t *currency = json_object_get(totals, "SGD");
    const char *found = json_string_value(json_object_get(currency, name));
    cr_assert(found && text_equal(found, wanted), "%s: %s, expected %s", name, found, wanted);
    cr_assert(json_is_true(json_object_get(currency, "balanced")));
    json_decref(totals);
}

static struct book_credit credit_of(const char *account) {
    struct book_credit credit = {.uetr = other_payment, .currency = "SGD", .amount = 500};
    text_set(credit.account, sizeof credit.account, account);
    book_judge(&credit);
    return credit;
}

Test(wallet_book, a_lock_holds_funds_and_a_capture_gives_the_rest_back) {
    struct book *book = book_with_lock(12000);
    expect_total(book, "locked", "120.00");
    cr_assert(book_capture(book, &payment, 10000));
    expect_total(book, "locked", "0.00");
    expect_total(book, "captured", "100.00");
    book_free(book);
}

Test(wallet_book, a_capture_said_twice_takes_once) {
    struct book *book = book_with_lock(12000);
    cr_assert(book_capture(book, &payment, 10000));
    cr_assert(book_capture(book, &payment, 10000));
    cr_assert_not(book_capture(book, &payment, 9000), "another amount is another capture");
    cr_assert_not(book_release(book, &payment), "what was captured is not released");
    expect_total(book, "captured", "100.00");
    book_free(book);
}

Test(wallet_book, no_capture_exceeds_its_lock) {
    struct book *book = book_with_lock(12000);
    cr_assert_not(book_capture(book, &payment, 12001));
    cr_assert_not(book_capture(book, &payment, -1));
    cr_assert_not(book_capture(book, &other_payment, 1));
    expect_total(book, "captured", "0.00");
    expect_total(book, "locked", "120.00");
    book_free(book);
}

Test(wallet_book, a_released_lock_is_not_captured) {
    struct book *book = book_with_lock(12000);
    cr_assert(book_release(book, &payment));
    cr_assert(book_release(book, &payment));
    cr_assert_not(book_capture(book, &payment, 100));
    expect_total(book, "locked", "0.00");
    expect_total(book, "captured", "0.00");
    cr_assert_eq(book_count_locks(book, LOCK_RELEASED), 1);
    book_free(book);
}

Test(wallet_book, a_failed_lock_keeps_its_funds) {
    struct book *book = book_with_lock(12000);
    book_fail(book, &payment);
    cr_assert_not(book_capture(book, &payment, 1));
    cr_assert_not(book_release(book, &payment));
    expect_total(book, "locked", "120.00");
    book_free(book);
}

Test(wallet_book, one_payment_has_one_lock) {
    struct book *book = book_with_lock(12000);
    struct book_lock again = {.uetr = payment, .account = "SGW2", .currency = "SGD", .amount = 1};
    cr_assert_not(book_lock(book, &again, "{}"));
    expect_total(book, "locked", "120.00");
    book_free(book);
}

Test(wallet_book, a_payee_is_credited_once) {
    struct book *book = book_new();
    struct book_credit credit = credit_of("SGW9");
    cr_assert(book_credit(book, &credit));
    cr_assert_not(book_credit(book, &credit));
    expect_total(book, "credited", "5.00");
    expect_total(book, "balances", "5.00");
    book_free(book);
}

Test(wallet_book, a_closed_account_rejects) {
    struct book *book = book_new();
    struct book_credit credit = credit_of("CLOSED1");
    cr_assert_eq(credit.outcome, CREDIT_REJECTED);
    cr_assert_str_eq(credit.code, "AC04");
    cr_assert(book_credit(book, &credit));
    json_t *totals = book_totals(book);
    cr_assert_eq(json_object_size(totals), 0, "nothing was booked");
    json_decref(totals);
    book_free(book);
}

Test(wallet_book, a_frozen_account_blocks) {
    struct book *book = book_new();
    struct book_credit credit = credit_of("FROZEN1");
    cr_assert_eq(credit.outcome, CREDIT_BLOCKED);
    cr_assert(credit.code[0] && credit.text[0], "a block names its legal ground");
    cr_assert(book_credit(book, &credit));
    expect_total(book, "blocked", "5.00");
    expect_total(book, "credited", "0.00");
    book_free(book);
}

Test(wallet_book, a_lock_has_the_decimals_of_its_currency) {
    cr_assert_eq(book_minor_digits("SGD"), 2);
    cr_assert_eq(book_minor_digits("JPY"), 0);
    cr_assert_eq(book_minor_digits("KWD"), 3);
}
