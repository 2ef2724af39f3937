#ifndef PONTIS_CORE_EFFECT_H
#define PONTIS_CORE_EFFECT_H

#include "core/decision.h"
#include "core/reasons.h"

/* The few things a rule can do to a decision. */

/* Debit one account and credit another. */
void effect_post(struct decision *out, int phase, struct account_reference debit,
                 struct account_reference credit, int64_t amount);
struct account_reference effect_account(int role, const char *owner, const char *currency);
/* Tell the wallet (enum wallet_event_type). */
void effect_tell(struct decision *out, int wallet_event);
/* The instruction carries this reason from now on, in words (NARR) when it has no ISO code; `field` may be
 * "". */
void effect_reason(struct decision *out, int reason, const char *field);
/* The same, with the ISO code and text of somebody else. */
void effect_foreign_reason(struct decision *out, const char *code, const char *text);
/* Legal, without effect. */
void effect_record(struct decision *out);
/* Without effect, and the sender is told why. */
void effect_refuse(struct decision *out, int reason);
/* A person must look; never instead of one of the verdicts above. */
void effect_case(struct decision *out, int reason, const char *note);

#endif
