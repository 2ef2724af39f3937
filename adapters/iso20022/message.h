#ifndef PONTIS_ADAPTERS_ISO20022_MESSAGE_H
#define PONTIS_ADAPTERS_ISO20022_MESSAGE_H

#include "core/event.h"

enum {
    DEFINITION_SIZE = 16, /* "pacs.008.001.13" */
    RULE_SIZE = 36,       /* RjctgPtyRsn */
    LONG_TEXT_SIZE = 351, /* Max350Text */
};

/* A business message as the field maps see it: what its header and document say, whatever the version.
 * Members that a message does not carry stay empty. */
struct message {
    /* head.001 */
    char from[BIC_SIZE];
    char to[BIC_SIZE];
    char business_message_id[REFERENCE_SIZE];
    char definition[DEFINITION_SIZE];
    char service[REFERENCE_SIZE];
    instant header_created;

    /* GrpHdr */
    char message_id[REFERENCE_SIZE];
    instant created;
    char instructing_agent[BIC_SIZE];
    char instructed_agent[BIC_SIZE];

    /* pacs.008 */
    char transaction_id[REFERENCE_SIZE];
    struct payment payment;

    /* pacs.002; its payment references are `payment`'s and `transaction_id` too */
    char original_message_id[REFERENCE_SIZE];
    char original_definition[DEFINITION_SIZE];
    int status; /* enum peer_status */
    char reason_code[CODE_SIZE];
    char reason_text[REASON_TEXT_SIZE];
    char original_currency[CURRENCY_SIZE];
    int64_t original_amount;

    /* admi.002 */
    char refused_message_id[REFERENCE_SIZE];
    char rule[RULE_SIZE];
    char location[LONG_TEXT_SIZE];
    char description[LONG_TEXT_SIZE];
};

#endif
