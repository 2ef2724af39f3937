#ifndef PONTIS_CORE_OUTBOUND_H
#define PONTIS_CORE_OUTBOUND_H

#include "core/transitions.h"

/* The rules of a payment that leaves: one function a kind of row in the transition table. */
void outbound_accept(const struct situation *situation, struct decision *out);
void outbound_again(const struct situation *situation, struct decision *out);
void outbound_dispatch(const struct situation *situation, struct decision *out);
void outbound_wait(const struct situation *situation, struct decision *out);
void outbound_cancel(const struct situation *situation, struct decision *out);
void outbound_cancel_too_late(const struct situation *situation, struct decision *out);
void outbound_doubt(const struct situation *situation, struct decision *out);
void outbound_inquire(const struct situation *situation, struct decision *out);
void outbound_status(const struct situation *situation, struct decision *out);
void outbound_late_status(const struct situation *situation, struct decision *out);
void outbound_refusal(const struct situation *situation, struct decision *out);
void outbound_close(const struct situation *situation, struct decision *out);
void outbound_wrong_lock_end(const struct situation *situation, struct decision *out);
void outbound_record(const struct situation *situation, struct decision *out);

#endif
