#include "core/effect.h"

#include <assert.h>
#include <stdio.h>

#include "base/text.h"

struct account_reference effect_account(int role, const char *owner, const char *currency) {
    struct account_reference account = {.role = role};
    text_set(account.owner, sizeof account.owner, owner);
    text_set(account.currency, sizeof account.currency, currency);
    return account;
}

void effect_post(struct decision *out, int phase, struct account_reference debit,
                 struct account_reference credit, int64_t amount) {
    assert(out->posting_count < DECISION_MAX_POSTINGS && amount > 0);
    assert(text_equal(debit.currency, credit.currency));
    out->postings[out->posting_count++] =
        (struct posting){.phase = phase, .debit = debit, .credit = credit, .amount = amount};
}

void effect_tell(struct decision *out, int wallet_event) {
    assert(out->emission_count < DECISION_MAX_EMISSIONS);
    out->emissions[out->emission_count++] = wallet_event;
}

void effect_foreign_reason(struct decision *out, const char *code, const char *text) {
    struct instruction *after = &out->after;
    text_set(after->reason_code, sizeof after->reason_code, code);
    snprintf(after->reason_text, sizeof after->reason_text, "%s", text);
    after->reason_field[0] = '\0';
}

void effect_reason(struct decision *out, int reason, const char *field) {
    const struct reason_row *row = reason_row(reason);
    out->reason = reason;
    effect_foreign_reason(out, row->iso_code[0] ? row->iso_code : "NARR", row->text);
    text_set(out->after.reason_field, sizeof out->after.reason_field, field);
}

void effect_record(struct decision *out) {
    out->verdict = VERDICT_RECORDED;
}

void effect_refuse(struct decision *out, int reason) {
    out->verdict = VERDICT_REFUSED;
    out->reason = reason;
}

void effect_case(struct decision *out, int reason, const char *note) {
    out->opens_case = true;
    out->reason = reason;
    snprintf(out->case_note, sizeof out->case_note, "%s", note);
}
