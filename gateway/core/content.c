#include "core/content.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/reasons.h"

static int fault(int reason, const char *pointer, char field[FIELD_PATH_SIZE]) {
    snprintf(field, FIELD_PATH_SIZE, "/payment/%s", pointer);
    return reason;
}

static bool has_address(const struct party *party) {
    return party->town[0] && text_is_upper(party->country, 2);
}

static int check_parties(const struct payment *payment, char field[FIELD_PATH_SIZE]) {
    const struct party *debtor = &payment->debtor, *creditor = &payment->creditor;
    if (!debtor->name[0])
        return fault(REASON_MISSING_DEBTOR_NAME, "debtor/name", field);
    if (!has_address(debtor))
        return fault(REASON_MISSING_DEBTOR_ADDRESS, debtor->town[0] ? "debtor/country" : "debtor/town",
                     field);
    if (!debtor->street[0] && !debtor->identification[0] && !debtor->lei[0])
        return fault(REASON_MISSING_DEBTOR_IDENTITY, "debtor", field);
    if (!payment->debtor_account[0])
        return fault(REASON_MISSING_DEBTOR_ACCOUNT, "debtor_account", field);
    if (!creditor->name[0])
        return fault(REASON_MISSING_CREDITOR_NAME, "creditor/name", field);
    if (!has_address(creditor))
        return fault(REASON_MISSING_CREDITOR_ADDRESS,
                     creditor->town[0] ? "creditor/country" : "creditor/town", field);
    if (!payment->creditor_account[0])
        return fault(REASON_MISSING_CREDITOR_ACCOUNT, "creditor_account", field);
    return REASON_NONE;
}

static bool is_code(const char *text, size_t length) {
    if (strlen(text) != length)
        return false;
    for (; *text; text++)
        if (!isupper((unsigned char)*text) && !isdigit((unsigned char)*text))
            return false;
    return true;
}

static int check_codes(const struct payment *payment, char field[FIELD_PATH_SIZE]) {
    if (!text_is_bic(payment->debtor_agent))
        return fault(REASON_AGENT_BIC, "debtor_agent", field);
    if (!text_is_bic(payment->creditor_agent))
        return fault(REASON_AGENT_BIC, "creditor_agent", field);
    if (payment->purpose[0] && !is_code(payment->purpose, 4))
        return fault(REASON_PURPOSE_CODE, "purpose", field);
    if (payment->debtor.lei[0] && !is_code(payment->debtor.lei, 20))
        return fault(REASON_MISSING_DEBTOR_IDENTITY, "debtor/lei", field);
    if (payment->creditor.lei[0] && !is_code(payment->creditor.lei, 20))
        return fault(REASON_MISSING_CREDITOR_NAME, "creditor/lei", field);
    return REASON_NONE;
}

/* Every text member of the record, by its table. */
static int check_characters(const struct record *record, const void *value, const char *prefix,
                            char field[FIELD_PATH_SIZE]) {
    for (const struct field *row = record->fields; row->name; row++) {
        const void *member = (const char *)value + row->offset;
        char path[64];
        snprintf(path, sizeof path, "%s%s", prefix, row->name);
        if (row->type == FIELD_TEXT && !text_is_latin(member))
            return fault(REASON_CHARACTER_SET, path, field);
        if (row->type != FIELD_RECORD)
            continue;
        snprintf(path, sizeof path, "%s%s/", prefix, row->name);
        int reason = check_characters(row->record, member, path, field);
        if (reason)
            return reason;
    }
    return REASON_NONE;
}

static int check_references(const struct payment *payment, char field[FIELD_PATH_SIZE]) {
    if (payment->end_to_end_id[0] && !text_is_reference(payment->end_to_end_id))
        return fault(REASON_CHARACTER_SET, "end_to_end_id", field);
    if (payment->instruction_id[0] && !text_is_reference(payment->instruction_id))
        return fault(REASON_CHARACTER_SET, "instruction_id", field);
    if (payment->debtor_account[0] && !text_is_reference(payment->debtor_account))
        return fault(REASON_CHARACTER_SET, "debtor_account", field);
    if (payment->creditor_account[0] && !text_is_reference(payment->creditor_account))
        return fault(REASON_CHARACTER_SET, "creditor_account", field);
    return REASON_NONE;
}

int content_check(const struct payment *payment, char field[FIELD_PATH_SIZE]) {
    int reason = check_parties(payment, field);
    if (!reason)
        reason = check_codes(payment, field);
    if (!reason)
        reason = check_characters(&payment_record, payment, "", field);
    if (!reason)
        reason = check_references(payment, field);
    return reason;
}

int content_check_currencies(const struct payment *payment, const struct corridor_system *source,
                             const struct corridor_system *target, char field[FIELD_PATH_SIZE]) {
    if (!text_equal(payment->source_currency, source->currency))
        return fault(REASON_UNKNOWN_CURRENCY, "source_currency", field);
    if (!text_equal(payment->target_currency, target->currency))
        return fault(REASON_UNKNOWN_CURRENCY, "target_currency", field);
    return REASON_NONE;
}
