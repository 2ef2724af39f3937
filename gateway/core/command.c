#include "core/command.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "core/reasons.h"

/* ---- names ---- */

const char *const order_names[] = {"",
                                   "corridor.apply",
                                   "corridor.suspend",
                                   "corridor.resume",
                                   "fx.post",
                                   "fx.quote",
                                   "liquidity.fund",
                                   "liquidity.withdraw",
                                   "operator.add",
                                   "operator.suspend",
                                   "approval.approve",
                                   "approval.refuse",
                                   NULL};
const char *const operator_role_names[] = {"", "operator", "auditor", "monitoring", NULL};
const char *const participant_role_names[] = {
    "", "operator_bank", "correspondent_bank", "fx_provider", "auditor", "monitoring", NULL};
const char *const approval_state_names[] = {"", "open", "approved", "refused", "expired", NULL};
const char *const key_met_names[] = {"new", "same", "other", NULL};
const char *const command_verdict_names[] = {"applied", "proposed", "repeated", "recorded", "refused", NULL};

static const struct order_row rows[ORDER_COUNT] = {
    [ORDER_CORRIDOR_APPLY] = {.four_eyes = true, .is_of_rules = true, .stands_alone = true},
    [ORDER_CORRIDOR_SUSPEND] = {.is_of_rules = true, .needs_rules = true, .stands_alone = true},
    [ORDER_CORRIDOR_RESUME] = {.four_eyes = true,
                               .is_of_rules = true,
                               .needs_rules = true,
                               .stands_alone = true},
    [ORDER_FX_POST] = {.needs_rules = true},
    [ORDER_FX_QUOTE] = {.needs_rules = true},
    [ORDER_LIQUIDITY_FUND] = {.needs_rules = true, .is_of_amounts = true},
    [ORDER_LIQUIDITY_WITHDRAW] = {.four_eyes = true, .needs_rules = true, .is_of_amounts = true},
    [ORDER_OPERATOR_ADD] = {.four_eyes = true, .stands_alone = true},
    [ORDER_OPERATOR_SUSPEND] = {.stands_alone = true},
    [ORDER_APPROVAL_APPROVE] = {.stands_alone = true},
    [ORDER_APPROVAL_REFUSE] = {.stands_alone = true},
};

const struct order_row *order_row(int order) {
    assert(order > ORDER_NONE && order < ORDER_COUNT);
    return &rows[order];
}

int order_find(const char *name) {
    for (int order = ORDER_NONE + 1; order < ORDER_COUNT; order++)
        if (text_equal(order_names[order], name))
            return order;
    return ORDER_NONE;
}

bool operator_is_name(const char *name) {
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-@";
    size_t length = strlen(name);
    return length > 0 && length < OPERATOR_SIZE && strspn(name, allowed) == length;
}

/* ---- records ---- */

static const struct field asked_fields[] = {
    FIELD_OF_CHOICE(command_asked, order, order_names),
    FIELD(command_asked, certificate, FIELD_TEXT),
    FIELD(command_asked, key, FIELD_UUID),
    FIELD(command_asked, content_hash, FIELD_DIGEST),
    FIELD_OF_CHOICE(command_asked, refusal, reason_rules),
    FIELD(command_asked, refusal_field, FIELD_TEXT),
    FIELD(command_asked, approval, FIELD_UUID),
    FIELD(command_asked, corridor, FIELD_TEXT),
    FIELD(command_asked, home_currency, FIELD_TEXT),
    FIELD(command_asked, peer_currency, FIELD_TEXT),
    FIELD(command_asked, provider, FIELD_TEXT),
    FIELD(command_asked, takes, FIELD_INTEGER),
    FIELD(command_asked, operator, FIELD_TEXT),
    FIELD(command_asked, operator_certificate, FIELD_TEXT),
    FIELD(command_asked, participant, FIELD_TEXT),
    {.name = NULL},
};
const struct record command_asked_record = {"command_asked", sizeof(struct command_asked), asked_fields};

static const struct field approval_fields[] = {
    FIELD_OF_CHOICE(approval_seen, order, order_names),
    FIELD_OF_CHOICE(approval_seen, state, approval_state_names),
    FIELD(approval_seen, proposer, FIELD_TEXT),
    FIELD(approval_seen, proposer_certificate, FIELD_TEXT),
    FIELD(approval_seen, base_version, FIELD_INTEGER),
    FIELD(approval_seen, expires_at, FIELD_INSTANT),
    {.name = NULL},
};
static const struct record approval_seen_record = {"approval_seen", sizeof(struct approval_seen),
                                                   approval_fields};

static const struct field seen_fields[] = {
    FIELD(command_seen, now, FIELD_INSTANT),
    FIELD(command_seen, operator, FIELD_TEXT),
    FIELD_OF_CHOICE(command_seen, role, operator_role_names),
    FIELD(command_seen, is_active, FIELD_BOOLEAN),
    FIELD_OF_CHOICE(command_seen, key, key_met_names),
    FIELD_OF_RECORD(command_seen, approval, &approval_seen_record),
    FIELD(command_seen, corridor_version, FIELD_INTEGER),
    FIELD(command_seen, corridor_open, FIELD_BOOLEAN),
    FIELD(command_seen, home_currency, FIELD_TEXT),
    FIELD(command_seen, peer_currency, FIELD_TEXT),
    FIELD(command_seen, provider_known, FIELD_BOOLEAN),
    FIELD(command_seen, is_unchanged, FIELD_BOOLEAN),
    FIELD(command_seen, available, FIELD_INTEGER),
    FIELD_OF_CHOICE(command_seen, other_role, operator_role_names),
    FIELD(command_seen, other_active, FIELD_BOOLEAN),
    FIELD(command_seen, certificate_known, FIELD_BOOLEAN),
    FIELD(command_seen, active_operators, FIELD_INTEGER),
    FIELD(command_seen, participant_known, FIELD_BOOLEAN),
    {.name = NULL},
};
const struct record command_seen_record = {"command_seen", sizeof(struct command_seen), seen_fields};

/* ---- rules ---- */

static void refuse(struct command_decision *out, int reason, const char *field) {
    *out = (struct command_decision){COMMAND_REFUSED, reason, field};
}

int command_effect(const struct command_asked *asked, const struct command_seen *seen) {
    return asked->order == ORDER_APPROVAL_APPROVE ? seen->approval.order : asked->order;
}

/* Who was let in may have been suspended since. */
static void judge_operator(const struct command_asked *asked, const struct command_seen *seen,
                           struct command_decision *out) {
    (void)asked;
    if (!seen->operator[0] || !seen->is_active || seen->role != ROLE_OPERATOR)
        refuse(out, REASON_NOT_ALLOWED, "");
}

static void judge_key(const struct command_asked *asked, const struct command_seen *seen,
                      struct command_decision *out) {
    (void)asked;
    if (seen->key == KEY_OTHER)
        refuse(out, REASON_COLLISION, "/Idempotency-Key");
    else if (seen->key == KEY_SAME)
        out->verdict = COMMAND_REPEATED;
}

static bool is_own(const struct command_asked *asked, const struct command_seen *seen) {
    return text_equal(seen->approval.proposer, seen->operator) ||
           text_equal(seen->approval.proposer_certificate, asked->certificate);
}

/* Whoever proposed it may take it back, and may not approve it. */
static void judge_approval(const struct command_asked *asked, const struct command_seen *seen,
                           struct command_decision *out) {
    const struct approval_seen *approval = &seen->approval;
    bool approves = asked->order == ORDER_APPROVAL_APPROVE;
    if (uuid_is_nil(&asked->approval))
        return;
    if (approval->state == APPROVAL_NONE)
        refuse(out, REASON_APPROVAL_UNKNOWN, "/approval");
    else if (approval->state != APPROVAL_OPEN)
        refuse(out, REASON_APPROVAL_CLOSED, "/approval");
    else if (seen->now >= approval->expires_at)
        refuse(out, REASON_APPROVAL_EXPIRED, "/approval");
    else if (approves && is_own(asked, seen))
        refuse(out, REASON_APPROVAL_OWN, "");
    else if (approves && order_row(approval->order)->is_of_rules &&
             approval->base_version != seen->corridor_version)
        refuse(out, REASON_APPROVAL_OUTDATED, "/approval");
}

static void judge_request(const struct command_asked *asked, const struct command_seen *seen,
                          struct command_decision *out) {
    (void)seen;
    if (asked->refusal != REASON_NONE)
        refuse(out, asked->refusal, asked->refusal_field);
}

static void judge_rules(const struct command_asked *asked, const struct command_seen *seen, int effect,
                        struct command_decision *out) {
    bool exists = seen->corridor_version > 0;
    if (order_row(effect)->needs_rules && !exists)
        refuse(out, REASON_UNKNOWN_CORRIDOR, "/corridor");
    else if (asked->provider[0] && !seen->provider_known)
        refuse(out, REASON_PROVIDER_UNKNOWN, order_row(effect)->is_of_amounts ? "/account" : "/provider");
    else if (effect == ORDER_CORRIDOR_APPLY && exists &&
             (!text_equal(asked->home_currency, seen->home_currency) ||
              !text_equal(asked->peer_currency, seen->peer_currency)))
        refuse(out, REASON_CORRIDOR_FILE, "name");
    else if ((effect == ORDER_CORRIDOR_APPLY && seen->is_unchanged) ||
             (effect == ORDER_CORRIDOR_SUSPEND && !seen->corridor_open) ||
             (effect == ORDER_CORRIDOR_RESUME && seen->corridor_open))
        out->verdict = COMMAND_RECORDED;
}

static void judge_amount(const struct command_asked *asked, const struct command_seen *seen, int effect,
                         struct command_decision *out) {
    if (order_row(effect)->is_of_amounts && asked->takes > 0 && asked->takes > seen->available)
        refuse(out, REASON_NO_LIQUIDITY, "/amount");
}

static void judge_new_operator(const struct command_asked *asked, const struct command_seen *seen, int effect,
                               struct command_decision *out) {
    if (effect != ORDER_OPERATOR_ADD)
        return;
    if (seen->other_role != ROLE_NONE)
        refuse(out, REASON_OPERATOR_KNOWN, "/name");
    else if (seen->certificate_known)
        refuse(out, REASON_OPERATOR_KNOWN, "/certificate");
    else if (asked->participant[0] && !seen->participant_known)
        refuse(out, REASON_PARTICIPANT_UNKNOWN, "/participant");
}

static void judge_suspension(const struct command_asked *asked, const struct command_seen *seen, int effect,
                             struct command_decision *out) {
    (void)asked;
    if (effect != ORDER_OPERATOR_SUSPEND)
        return;
    if (seen->other_role == ROLE_NONE)
        refuse(out, REASON_OPERATOR_UNKNOWN, "/name");
    else if (!seen->other_active)
        out->verdict = COMMAND_RECORDED;
    else if (seen->other_role == ROLE_OPERATOR && seen->active_operators <= COMMAND_LEAST_OPERATORS)
        refuse(out, REASON_OPERATOR_LAST, "/name");
}

void decide_command(const struct command_asked *asked, const struct command_seen *seen,
                    struct command_decision *out) {
    static void (*const first[])(const struct command_asked *, const struct command_seen *,
                                 struct command_decision *) = {judge_operator, judge_key, judge_approval,
                                                               judge_request};
    static void (*const then[])(const struct command_asked *, const struct command_seen *, int,
                                struct command_decision *) = {judge_rules, judge_amount, judge_new_operator,
                                                              judge_suspension};
    *out = (struct command_decision){COMMAND_APPLIED, REASON_NONE, ""};
    for (size_t i = 0; i < sizeof first / sizeof *first && out->verdict == COMMAND_APPLIED; i++)
        first[i](asked, seen, out);
    for (size_t i = 0; i < sizeof then / sizeof *then && out->verdict == COMMAND_APPLIED; i++)
        then[i](asked, seen, command_effect(asked, seen), out);
    if (out->verdict == COMMAND_APPLIED && order_row(asked->order)->four_eyes)
        out->verdict = COMMAND_PROPOSED;
}
