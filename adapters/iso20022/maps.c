#include <stddef.h>

#include "adapters/iso20022/field.h"

/* Every place of every member, once. Where the versions of a message differ, the newer place comes first. */

#define OF(owner)   .offset = offsetof(struct message, owner), .size = sizeof(((struct message *)0)->owner)
#define BOTH(place) .path = {place, place}

/* ---- when a row is written ---- */

/* QtId is a UUIDv4Identifier: a quote known by another kind of id cannot be named. */
static bool is_quoted(const struct message *message) {
    return !uuid_is_nil(&message->payment.quote_id) && message->payment.quote_id.bytes[6] >> 4 == 4;
}

static bool is_quoted_with_provider(const struct message *message) {
    return is_quoted(message) && message->payment.fx_provider[0];
}

static bool is_person(const struct party *party) {
    return party->identification[0] && !party->lei[0];
}

static bool debtor_is_person(const struct message *message) {
    return is_person(&message->payment.debtor);
}

static bool debtor_is_organisation(const struct message *message) {
    return message->payment.debtor.lei[0];
}

static bool creditor_is_person(const struct message *message) {
    return is_person(&message->payment.creditor);
}

static bool creditor_is_organisation(const struct message *message) {
    return message->payment.creditor.lei[0];
}

static bool has_reason(const struct message *message) {
    return message->reason_code[0];
}

/* ---- head.001 ---- */

static const struct field_row header_rows[] = {
    {.form = FORM_TEXT, OF(from), BOTH("Fr/FIId/FinInstnId/BICFI")},
    {.form = FORM_TEXT, OF(to), BOTH("To/FIId/FinInstnId/BICFI")},
    {.form = FORM_TEXT, OF(business_message_id), BOTH("BizMsgIdr")},
    {.form = FORM_TEXT, OF(definition), BOTH("MsgDefIdr")},
    {.form = FORM_TEXT, OF(service), BOTH("BizSvc")},
    {.form = FORM_INSTANT, OF(header_created), BOTH("CreDt")},
    {.path = {NULL, NULL}},
};
const struct field_map field_map_header = {"", {"head.001.001.03", NULL}, header_rows};

/* ---- pacs.008 ---- */

#define PARTY(owner, element)                                                                                \
    {"/payment/" #owner "/name", FORM_TEXT, OF(payment.owner.name), BOTH("CdtTrfTxInf/" element "/Nm")},     \
        {"/payment/" #owner "/street", FORM_TEXT, OF(payment.owner.street),                                  \
         BOTH("CdtTrfTxInf/" element "/PstlAdr/StrtNm")},                                                    \
        {"/payment/" #owner "/building", FORM_TEXT, OF(payment.owner.building),                              \
         BOTH("CdtTrfTxInf/" element "/PstlAdr/BldgNb")},                                                    \
        {"/payment/" #owner "/post_code", FORM_TEXT, OF(payment.owner.post_code),                            \
         BOTH("CdtTrfTxInf/" element "/PstlAdr/PstCd")},                                                     \
        {"/payment/" #owner "/town", FORM_TEXT, OF(payment.owner.town),                                      \
         BOTH("CdtTrfTxInf/" element "/PstlAdr/TwnNm")},                                                     \
        {"/payment/" #owner "/country", FORM_TEXT, OF(payment.owner.country),                                \
         BOTH("CdtTrfTxInf/" element "/PstlAdr/Ctry")},                                                      \
        {"/payment/" #owner "/lei", FORM_TEXT, OF(payment.owner.lei),                                        \
         BOTH("CdtTrfTxInf/" element "/Id/OrgId/LEI")},                                                      \
        {"/payment/" #owner "/identification", FORM_TEXT, OF(payment.owner.identification),                  \
         .when = owner##_is_organisation, BOTH("CdtTrfTxInf/" element "/Id/OrgId/Othr/Id")},                 \
        {"/payment/" #owner "/identification", FORM_TEXT, OF(payment.owner.identification),                  \
         .when = owner##_is_person, BOTH("CdtTrfTxInf/" element "/Id/PrvtId/Othr/Id")},                      \
    {                                                                                                        \
        .form = FORM_CONSTANT, .constant = "NIDN", .when = owner##_is_person,                                \
        BOTH("CdtTrfTxInf/" element "/Id/PrvtId/Othr/SchmeNm/Cd")                                            \
    }

static const struct field_row payment_rows[] = {
    {.form = FORM_TEXT, OF(message_id), BOTH("GrpHdr/MsgId")},
    {.form = FORM_INSTANT, OF(created), BOTH("GrpHdr/CreDtTm")},
    {.form = FORM_CONSTANT, .constant = "1", BOTH("GrpHdr/NbOfTxs")},
    {.form = FORM_CONSTANT, .constant = "CLRG", BOTH("GrpHdr/SttlmInf/SttlmMtd")},
    {.form = FORM_TEXT, OF(instructing_agent), BOTH("GrpHdr/InstgAgt/FinInstnId/BICFI")},
    {.form = FORM_TEXT, OF(instructed_agent), BOTH("GrpHdr/InstdAgt/FinInstnId/BICFI")},
    {"/payment/instruction_id", FORM_TEXT, OF(payment.instruction_id), BOTH("CdtTrfTxInf/PmtId/InstrId")},
    {"/payment/end_to_end_id", FORM_TEXT, OF(payment.end_to_end_id), BOTH("CdtTrfTxInf/PmtId/EndToEndId")},
    {.form = FORM_TEXT, OF(transaction_id), BOTH("CdtTrfTxInf/PmtId/TxId")},
    {"/payment/uetr", FORM_UUID, OF(payment.uetr), BOTH("CdtTrfTxInf/PmtId/UETR")},
    {"/payment/target_amount", FORM_AMOUNT, OF(payment.target_amount),
     .currency = offsetof(struct message, payment.target_currency), BOTH("CdtTrfTxInf/IntrBkSttlmAmt")},
    {"/payment/acceptance_time", FORM_INSTANT, OF(payment.acceptance_time),
     .path = {"CdtTrfTxInf/AddtlDtTm/AccptncDtTm", "CdtTrfTxInf/AccptncDtTm"}},
    {"/payment/source_amount", FORM_AMOUNT, OF(payment.source_amount),
     .currency = offsetof(struct message, payment.source_currency), BOTH("CdtTrfTxInf/InstdAmt")},
    {"/payment/rate", FORM_RATE, OF(payment.rate), BOTH("CdtTrfTxInf/XchgRate")},
    {"/payment/source_currency", FORM_TEXT, OF(payment.source_currency), .when = is_quoted,
     .path = {"CdtTrfTxInf/AgrdRate/UnitCcy"}},
    {"/payment/target_currency", FORM_TEXT, OF(payment.target_currency), .when = is_quoted,
     .path = {"CdtTrfTxInf/AgrdRate/QtdCcy"}},
    {"/payment/rate", FORM_RATE, OF(payment.rate), .when = is_quoted,
     .path = {"CdtTrfTxInf/AgrdRate/PreAgrdXchgRate"}},
    {"/payment/quote_id", FORM_UUID, OF(payment.quote_id), .when = is_quoted,
     .path = {"CdtTrfTxInf/AgrdRate/QtId"}},
    {"/payment/fx_provider", FORM_TEXT, OF(payment.fx_provider), .when = is_quoted_with_provider,
     .path = {"CdtTrfTxInf/AgrdRate/FXAgt/FinInstnId/Othr/Id"}},
    {.form = FORM_CONSTANT, .constant = "SHAR", BOTH("CdtTrfTxInf/ChrgBr")},
    PARTY(debtor, "Dbtr"),
    {"/payment/debtor_account", FORM_TEXT, OF(payment.debtor_account),
     BOTH("CdtTrfTxInf/DbtrAcct/Id/Othr/Id")},
    {"/payment/debtor_agent", FORM_TEXT, OF(payment.debtor_agent),
     BOTH("CdtTrfTxInf/DbtrAgt/FinInstnId/BICFI")},
    {"/payment/creditor_agent", FORM_TEXT, OF(payment.creditor_agent),
     BOTH("CdtTrfTxInf/CdtrAgt/FinInstnId/BICFI")},
    PARTY(creditor, "Cdtr"),
    {"/payment/creditor_account", FORM_TEXT, OF(payment.creditor_account),
     BOTH("CdtTrfTxInf/CdtrAcct/Id/Othr/Id")},
    {"/payment/purpose", FORM_TEXT, OF(payment.purpose), BOTH("CdtTrfTxInf/Purp/Cd")},
    {"/payment/remittance", FORM_TEXT, OF(payment.remittance), BOTH("CdtTrfTxInf/RmtInf/Ustrd")},
    {.path = {NULL, NULL}},
};
const struct field_map field_map_payment = {
    "FIToFICstmrCdtTrf", {"pacs.008.001.13", "pacs.008.001.08"}, payment_rows};

/* ---- pacs.002 ---- */

static const struct field_row status_rows[] = {
    {.form = FORM_TEXT, OF(message_id), BOTH("GrpHdr/MsgId")},
    {.form = FORM_INSTANT, OF(created), BOTH("GrpHdr/CreDtTm")},
    {.form = FORM_TEXT, OF(instructing_agent), BOTH("GrpHdr/InstgAgt/FinInstnId/BICFI")},
    {.form = FORM_TEXT, OF(instructed_agent), BOTH("GrpHdr/InstdAgt/FinInstnId/BICFI")},
    {.form = FORM_TEXT, OF(original_message_id), BOTH("TxInfAndSts/OrgnlGrpInf/OrgnlMsgId")},
    {.form = FORM_TEXT, OF(original_definition), BOTH("TxInfAndSts/OrgnlGrpInf/OrgnlMsgNmId")},
    {"/payment/instruction_id", FORM_TEXT, OF(payment.instruction_id), BOTH("TxInfAndSts/OrgnlInstrId")},
    {"/payment/end_to_end_id", FORM_TEXT, OF(payment.end_to_end_id), BOTH("TxInfAndSts/OrgnlEndToEndId")},
    {.form = FORM_TEXT, OF(transaction_id), BOTH("TxInfAndSts/OrgnlTxId")},
    {"/payment/uetr", FORM_UUID, OF(payment.uetr), BOTH("TxInfAndSts/OrgnlUETR")},
    {.form = FORM_STATUS, OF(status), BOTH("TxInfAndSts/TxSts")},
    {.form = FORM_TEXT, OF(reason_code), BOTH("TxInfAndSts/StsRsnInf/Rsn/Cd")},
    {.form = FORM_TEXT, OF(reason_text), .when = has_reason, BOTH("TxInfAndSts/StsRsnInf/AddtlInf")},
    {"/payment/target_amount", FORM_AMOUNT, OF(original_amount),
     .currency = offsetof(struct message, original_currency), BOTH("TxInfAndSts/OrgnlTxRef/IntrBkSttlmAmt")},
    {.path = {NULL, NULL}},
};
const struct field_map field_map_status = {
    "FIToFIPmtStsRpt", {"pacs.002.001.15", "pacs.002.001.10"}, status_rows};

/* ---- admi.002 ---- */

static const struct field_row refusal_rows[] = {
    {.form = FORM_TEXT, OF(refused_message_id), BOTH("RltdRef/Ref")},
    {.form = FORM_TEXT, OF(rule), BOTH("Rsn/RjctgPtyRsn")},
    {.form = FORM_INSTANT, OF(created), BOTH("Rsn/RjctnDtTm")},
    {.form = FORM_TEXT, OF(location), BOTH("Rsn/ErrLctn")},
    {.form = FORM_TEXT, OF(description), BOTH("Rsn/RsnDesc")},
    {.path = {NULL, NULL}},
};
const struct field_map field_map_refusal = {"admi.002.001.01", {"admi.002.001.01", NULL}, refusal_rows};
