#include <criterion/criterion.h>

#include "base/text.h"
#include "core/currency.h"
#include "core/ledger.h"

static struct posting posting_of(int phase, int debit, int credit) {
    struct posting posting = {.phase = phase, .amount = 100};
    posting.debit.role = debit;
    posting.credit.role = credit;
    return posting;
}

static void add(struct ledger_change *to, const struct ledger_change *change) {
    to->account = change->account;
    to->debits_pending += change->debits_pending;
    to->debits_posted += change->debits_posted;
    to->credits_pending += change->credits_pending;
    to->credits_posted += change->credits_posted;
}

static int64_t available_after(int role, bool is_credit, const int *phases, size_t count) {
    struct ledger_change balance = {0};
    for (size_t i = 0; i < count; i++) {
        struct ledger_change changes[2];
        struct posting posting =
            is_credit ? posting_of(phases[i], ACCOUNT_FX, role) : posting_of(phases[i], role, ACCOUNT_FX);
        ledger_apply(&posting, changes);
        add(&balance, &changes[is_credit ? 1 : 0]);
    }
    return ledger_available(&balance);
}

Test(ledger, a_reservation_takes_from_what_is_available_at_once) {
    static const int pending[] = {POSTING_PENDING}, posted[] = {POSTING_PENDING, POSTING_POST},
                     voided[] = {POSTING_PENDING, POSTING_VOID};
    cr_assert_eq(available_after(ACCOUNT_FOREIGN_PREFUND, true, pending, 1), -100);
    cr_assert_eq(available_after(ACCOUNT_FOREIGN_PREFUND, true, posted, 2), -100);
    cr_assert_eq(available_after(ACCOUNT_FOREIGN_PREFUND, true, voided, 2), 0);
    cr_assert_eq(available_after(ACCOUNT_PEER_PREFUND, false, pending, 1), -100);
    cr_assert_eq(available_after(ACCOUNT_PEER_PREFUND, false, posted, 2), -100);
    cr_assert_eq(available_after(ACCOUNT_PEER_PREFUND, false, voided, 2), 0);
}

Test(ledger, every_posting_sums_to_zero) {
    for (int phase = POSTING_PENDING; phase <= POSTING_DIRECT; phase++) {
        struct posting posting = posting_of(phase, ACCOUNT_DOMESTIC, ACCOUNT_FX);
        struct ledger_change changes[2];
        ledger_apply(&posting, changes);
        cr_assert_eq(changes[0].debits_pending, changes[1].credits_pending);
        cr_assert_eq(changes[0].debits_posted, changes[1].credits_posted);
        cr_assert_eq(changes[0].credits_pending + changes[0].credits_posted, 0);
        cr_assert_eq(changes[1].debits_pending + changes[1].debits_posted, 0);
    }
}

Test(ledger, minor_units_of_currencies) {
    cr_assert_eq(currency_minor_digits("SGD"), 2);
    cr_assert_eq(currency_minor_digits("JPY"), 0);
    cr_assert_eq(currency_minor_digits("KWD"), 3);
    cr_assert_eq(currency_minor_digits("XXX"), -1);
    cr_assert_eq(currency_minor_digits(""), -1);
}
