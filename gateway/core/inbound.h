#ifndef PONTIS_CORE_INBOUND_H
#define PONTIS_CORE_INBOUND_H

#include "core/transitions.h"

/* The rules of a payment that arrives: one function a kind of row in the transition table. */
void inbound_accept(const struct situation *situation, struct decision *out);
void inbound_again(const struct situation *situation, struct decision *out);
void inbound_credited(const struct situation *situation, struct decision *out);
void inbound_rejected(const struct situation *situation, struct decision *out);
void inbound_blocked(const struct situation *situation, struct decision *out);
void inbound_ask_again(const struct situation *situation, struct decision *out);
void inbound_contradiction(const struct situation *situation, struct decision *out);
void inbound_record(const struct situation *situation, struct decision *out);

#endif
