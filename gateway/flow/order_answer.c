#include "flow/order_answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/currency.h"
#include "core/reasons.h"
#include "flow/corridor_file.h"
#include "flow/corridor_json.h"

/* ---- values ---- */

static json_t *uuid_json(const struct uuid *uuid) {
    char text[UUID_TEXT_SIZE];
    uuid_format(uuid, text);
    return json_string(text);
}

static json_t *instant_json(instant at) {
    char text[INSTANT_TEXT_SIZE];
    instant_format(at, text);
    return json_string(text);
}

static json_t *amount_json(int64_t amount, const char *currency) {
    char text[DECIMAL_TEXT_SIZE];
    decimal_format_minor(amount, currency_minor_digits(currency), text);
    return json_string(text);
}

static json_t *rate_json(struct decimal rate) {
    char text[DECIMAL_TEXT_SIZE];
    decimal_format(rate, text);
    return json_string(text);
}

/* ---- what came of it ---- */

static json_t *of_rules(const struct order_case *order) {
    int64_t made = order->command->verdict == COMMAND_APPLIED ? order->command->corridor.version : 0;
    return json_pack("{s:s, s:I}", "corridor", order->command->asked.corridor, "version",
                     (json_int_t)(made ? made : order->rules->version));
}

static json_t *of_rate(const struct order_case *order) {
    const struct store_rate *rate = &order->command->rate;
    return json_pack("{s:s, s:s, s:o}", "corridor", rate->corridor, "provider", rate->offer.provider, "rate",
                     rate_json(rate->offer.rate));
}

static json_t *of_quote(const struct order_case *order) {
    const struct quote *quote = &order->command->quote;
    return json_pack(
        "{s:o, s:s, s:s, s:s, s:o, s:s, s:o, s:o, s:o}", "quote_id", uuid_json(&quote->id), "corridor",
        quote->corridor, "provider", quote->provider, "source_currency", quote->source_currency,
        "source_amount", amount_json(quote->source_amount, quote->source_currency), "target_currency",
        quote->target_currency, "target_amount", amount_json(quote->target_amount, quote->target_currency),
        "rate", rate_json(quote->rate), "expires_at", instant_json(quote->expires_at));
}

static json_t *of_posting(const struct order_case *order) {
    return json_pack("{s:s}", "corridor", order->command->asked.corridor);
}

static json_t *of_operator(const struct order_case *order) {
    bool is_active = order->effect == ORDER_OPERATOR_ADD;
    return json_pack("{s:s, s:b}", "operator", order->command->asked.operator, "active", is_active);
}

static json_t *of_refused_approval(const struct order_case *order) {
    return json_pack("{s:o, s:s, s:s}", "approval", uuid_json(&order->command->asked.approval), "order",
                     order_names[order->seen->approval.order], "state",
                     approval_state_names[APPROVAL_REFUSED]);
}

static json_t *of_effect(const struct order_case *order) {
    static json_t *(*const answers[ORDER_COUNT])(const struct order_case *order) = {
        [ORDER_CORRIDOR_APPLY] = of_rules,
        [ORDER_CORRIDOR_SUSPEND] = of_rules,
        [ORDER_CORRIDOR_RESUME] = of_rules,
        [ORDER_FX_POST] = of_rate,
        [ORDER_FX_QUOTE] = of_quote,
        [ORDER_LIQUIDITY_FUND] = of_posting,
        [ORDER_LIQUIDITY_WITHDRAW] = of_posting,
        [ORDER_OPERATOR_ADD] = of_operator,
        [ORDER_OPERATOR_SUSPEND] = of_operator,
        [ORDER_APPROVAL_REFUSE] = of_refused_approval};
    return answers[order->effect](order);
}

json_t *order_answer_done(const struct order_case *order) {
    json_t *answer = of_effect(order);
    if (order->command->asked.order != ORDER_APPROVAL_APPROVE)
        return answer;
    return json_pack("{s:o, s:s, s:s, s:o}", "approval", uuid_json(&order->command->asked.approval), "order",
                     order_names[order->effect], "state", approval_state_names[APPROVAL_APPROVED], "result",
                     answer);
}

json_t *order_answer_proposed(const struct order_case *order, const struct uuid *approval, json_t *changes) {
    return json_pack("{s:o, s:s, s:o, s:o}", "approval", uuid_json(approval), "order",
                     order_names[order->effect], "expires_at",
                     instant_json(order->seen->now + APPROVAL_VALIDITY), "changes", changes);
}

/* ---- what would change ---- */

static bool has_line(const char *lines, const char *wanted) {
    size_t length = strlen(wanted);
    for (const char *line = lines; *line; line += strcspn(line, "\n"), line += *line == '\n')
        if (strcspn(line, "\n") == length && strncmp(line, wanted, length) == 0)
            return true;
    return false;
}

static void add_enrolment(const struct order_case *order, const char *code, int role, json_t *changes) {
    char path[64];
    if (has_line(order->enrolled, code))
        return;
    snprintf(path, sizeof path, "participants.%s", code);
    json_add_change(changes, path, NULL, json_string(participant_role_names[role]));
}

static void add_enrolments(const struct order_case *order, const struct corridor *next, json_t *changes) {
    add_enrolment(order, next->home.bic, PARTICIPANT_OPERATOR_BANK, changes);
    add_enrolment(order, next->peer.bic, PARTICIPANT_CORRESPONDENT_BANK, changes);
    for (size_t i = 0; i < CORRIDOR_MAX_PROVIDERS && next->fx.providers[i][0]; i++)
        add_enrolment(order, next->fx.providers[i], PARTICIPANT_FX_PROVIDER, changes);
}

static json_t *change_rules(const struct order_case *order) {
    struct corridor next;
    order_effect_rules(order, &next);
    json_t *changes = json_from_changes(order->rules->version ? order->rules : NULL, &next);
    if (order->effect == ORDER_CORRIDOR_APPLY)
        add_enrolments(order, &next, changes);
    return changes;
}

static json_t *change_balance(const struct order_case *order) {
    const struct account_reference *account = &order->command->account;
    json_t *changes = json_array();
    char path[96];
    snprintf(path, sizeof path, "available.%s%s%s.%s", account_role_names[account->role],
             account->owner[0] ? ":" : "", account->owner, account->currency);
    json_add_change(changes, path, amount_json(order->seen->available, account->currency),
                    amount_json(order->seen->available - order->command->amount, account->currency));
    return changes;
}

static json_t *change_operators(const struct order_case *order) {
    const struct store_operator *added = &order->command->operator_;
    json_t *changes = json_array();
    char path[64];
    snprintf(path, sizeof path, "operators.%s.role", added->name);
    json_add_change(changes, path, NULL, json_string(operator_role_names[added->role]));
    snprintf(path, sizeof path, "operators.%s.certificate", added->name);
    json_add_change(changes, path, NULL, json_string(added->certificate));
    snprintf(path, sizeof path, "operators.%s.participant", added->name);
    if (added->participant[0])
        json_add_change(changes, path, NULL, json_string(added->participant));
    return changes;
}

json_t *order_answer_changes(const struct order_case *order) {
    static json_t *(*const changes[ORDER_COUNT])(const struct order_case *order) = {
        [ORDER_CORRIDOR_APPLY] = change_rules,
        [ORDER_CORRIDOR_RESUME] = change_rules,
        [ORDER_LIQUIDITY_WITHDRAW] = change_balance,
        [ORDER_OPERATOR_ADD] = change_operators};
    return changes[order->effect](order);
}

/* ---- why not ---- */

#define REFUSE(...) result_refuse(decision->reason, decision->field, __VA_ARGS__)

static struct result refuse_approval(const struct order_case *order,
                                     const struct command_decision *decision) {
    const struct approval_seen *approval = &order->seen->approval;
    char text[UUID_TEXT_SIZE], expired[INSTANT_TEXT_SIZE];
    uuid_format(&order->command->asked.approval, text);
    instant_format(approval->expires_at, expired);
    switch (decision->reason) {
    case REASON_APPROVAL_UNKNOWN:
        return REFUSE("no approval has the id %s", text);
    case REASON_APPROVAL_CLOSED:
        return REFUSE("it is %s", approval_state_names[approval->state]);
    case REASON_APPROVAL_EXPIRED:
        return REFUSE("it expired at %s", expired);
    case REASON_APPROVAL_OWN:
        return REFUSE("%s proposed it", approval->proposer);
    default:
        return REFUSE("%s was at version %" PRId64 " and is at version %" PRId64 " now",
                      order->command->asked.corridor, approval->base_version, order->seen->corridor_version);
    }
}

static struct result refuse_currencies(const struct order_case *order,
                                       const struct command_decision *decision) {
    struct result why =
        REFUSE("%s carries %s and %s for ever; other currencies want a corridor of another name",
               order->rules->name, order->rules->home.currency, order->rules->peer.currency);
    corridor_file_locate(order->command->request, "request", &why);
    return why;
}

static struct result refuse_operator(const struct order_case *order,
                                     const struct command_decision *decision) {
    const struct command_asked *asked = &order->command->asked;
    switch (decision->reason) {
    case REASON_OPERATOR_KNOWN:
        return REFUSE("%s", text_equal(decision->field, "/name") ? asked->operator : asked->operator_certificate);
    case REASON_OPERATOR_UNKNOWN:
        return REFUSE("no operator is called %s", asked->operator);
    case REASON_OPERATOR_LAST:
        return REFUSE("%" PRId64 " operators are active", order->seen->active_operators);
    default:
        return REFUSE("no participant is called %s", asked->participant);
    }
}

static struct result refuse_liquidity(const struct order_case *order,
                                      const struct command_decision *decision) {
    char text[DECIMAL_TEXT_SIZE];
    const char *currency = order->command->account.currency;
    decimal_format_minor(order->seen->available, currency_minor_digits(currency), text);
    return REFUSE("%s %s can be taken from it", currency, text);
}

struct result order_answer_refused(const struct order_case *order, const struct command_decision *decision) {
    const struct command_asked *asked = &order->command->asked;
    if (!result_is_ok(&order->command->refusal) && decision->reason == order->command->refusal.reason)
        return order->command->refusal;
    switch (decision->reason) {
    case REASON_NOT_ALLOWED:
        return REFUSE("%s is no active operator", order->command->operator);
    case REASON_COLLISION:
        return REFUSE("this key came with another order before");
    case REASON_UNKNOWN_CORRIDOR:
        return REFUSE("no corridor is called %s", asked->corridor);
    case REASON_PROVIDER_UNKNOWN:
        return REFUSE("%s is no provider of %s", asked->provider, asked->corridor);
    case REASON_CORRIDOR_FILE:
        return refuse_currencies(order, decision);
    case REASON_NO_LIQUIDITY:
        return refuse_liquidity(order, decision);
    case REASON_OPERATOR_KNOWN:
    case REASON_OPERATOR_UNKNOWN:
    case REASON_OPERATOR_LAST:
    case REASON_PARTICIPANT_UNKNOWN:
        return refuse_operator(order, decision);
    default:
        return refuse_approval(order, decision);
    }
}
