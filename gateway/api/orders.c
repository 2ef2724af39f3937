#include "api/orders.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/answer.h"
#include "base/text.h"
#include "core/currency.h"
#include "core/reasons.h"
#include "flow/corridor_file.h"
#include "flow/step.h"

/* ---- members ---- */

/* An operator's slip must not be dropped in silence: a member that no order has refuses the order. */
static struct result check_members(const json_t *body, const char *const *members) {
    if (!json_is_object(body))
        return result_refuse(REASON_REQUEST_MALFORMED, "", "the body is no JSON object");
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)body, name, value) {
        const char *nearest = members[0];
        for (size_t i = 0; members[i]; i++)
            if (text_distance(members[i], name) < text_distance(nearest, name))
                nearest = members[i];
        if (!text_equal(nearest, name))
            return answer_unknown(name, nearest);
    }
    return result_ok();
}

/* A mandatory string member, copied into an array of `size`. */
static struct result take(const json_t *body, const char *member, char *out, size_t size) {
    const json_t *value = json_object_get(body, member);
    const char *text = json_string_value(value);
    if (!value)
        return answer_malformed(member, "is missing");
    if (!text)
        return answer_malformed(member, "is not a string");
    if (!*text || !text_copy(out, size, text, strlen(text))) {
        char what[48];
        snprintf(what, sizeof what, "has not between 1 and %zu bytes", size - 1);
        return answer_malformed(member, what);
    }
    return result_ok();
}

static struct result take_optional(const json_t *body, const char *member, char *out, size_t size) {
    return json_object_get(body, member) ? take(body, member, out, size) : result_ok();
}

static struct result take_amount(const json_t *body, const char *currency, int64_t *out) {
    char text[DECIMAL_TEXT_SIZE];
    TRY(take(body, "amount", text, sizeof text));
    int32_t digits = currency_minor_digits(currency);
    if (digits < 0 || decimal_parse_minor(text, strlen(text), digits, out) != DECIMAL_OK)
        return result_refuse(REASON_AMOUNT_FORMAT, "/amount", "%s is no amount of %s", text, currency);
    if (*out == 0)
        return result_refuse(REASON_AMOUNT_ZERO, "/amount", "the amount is zero");
    return result_ok();
}

/* ---- corridors ---- */

/* Whose currencies an order's amounts are in. */
static struct result find_rules(struct command *command, const json_t *body, const struct corridor **out) {
    char *name = command->asked.corridor;
    TRY(take(body, "corridor", name, sizeof command->asked.corridor));
    const struct flow_link *link = flow_link_find(command->flow, name);
    if (!link)
        return result_refuse(REASON_UNKNOWN_CORRIDOR, "/corridor", "no corridor is called %s", name);
    *out = &link->corridor;
    return result_ok();
}

static struct result read_file(struct command *command, struct bytes text) {
    struct corridor *corridor = &command->corridor;
    struct command_asked *asked = &command->asked;
    TRY(corridor_file_read(text, "request", corridor));
    text_set(asked->corridor, sizeof asked->corridor, corridor->name);
    text_set(asked->home_currency, sizeof asked->home_currency, corridor->home.currency);
    text_set(asked->peer_currency, sizeof asked->peer_currency, corridor->peer.currency);
    struct result checked = flow_check_corridor(corridor);
    if (!result_is_ok(&checked)) {
        corridor_file_locate(text, "request", &checked);
        return checked;
    }
    return flow_try_corridor(command->flow, corridor);
}

static const char *const corridor_members[] = {"corridor", NULL};

static struct result read_corridor(struct command *command, const json_t *body) {
    return take(body, "corridor", command->asked.corridor, sizeof command->asked.corridor);
}

/* ---- foreign exchange ---- */

/* pacs.008's BaseOneRate: 11 digits, 10 of them behind the point; zeros at the end are none. */
static bool is_sendable(struct decimal rate) {
    for (; rate.scale > 0 && rate.mantissa % 10 == 0; rate.scale--)
        rate.mantissa /= 10;
    return rate.mantissa > 0 && rate.mantissa < decimal_power(11);
}

static const char *const rate_members[] = {"corridor", "provider", "rate", NULL};

static struct result read_rate(struct command *command, const json_t *body) {
    struct store_rate *rate = &command->rate;
    struct command_asked *asked = &command->asked;
    const struct corridor *rules;
    char text[DECIMAL_TEXT_SIZE];
    TRY(take(body, "corridor", asked->corridor, sizeof asked->corridor));
    TRY(take(body, "provider", asked->provider, sizeof asked->provider));
    TRY(take(body, "rate", text, sizeof text));
    if (decimal_parse(text, strlen(text), 10, &rate->offer.rate) != DECIMAL_OK ||
        !is_sendable(rate->offer.rate))
        return answer_malformed("rate", "is no decimal above 0 with at most 11 digits, 10 behind the point");
    TRY(find_rules(command, body, &rules));
    text_set(rate->corridor, sizeof rate->corridor, asked->corridor);
    text_set(rate->offer.provider, sizeof rate->offer.provider, asked->provider);
    text_set(rate->source_currency, sizeof rate->source_currency, rules->home.currency);
    text_set(rate->target_currency, sizeof rate->target_currency, rules->peer.currency);
    return result_ok();
}

static const char *const quote_members[] = {"corridor", "provider", "fixed_side", "amount", NULL};

static struct result read_side(const json_t *body, int *out) {
    char side[8];
    TRY(take(body, "fixed_side", side, sizeof side));
    for (*out = 0; fixed_side_names[*out]; ++*out)
        if (text_equal(fixed_side_names[*out], side))
            return result_ok();
    return answer_malformed("fixed_side", "is neither source nor target");
}

/* Whose rate is asked for before the door judges. */
static struct result check_provider(const struct corridor *rules, const char *provider) {
    for (size_t i = 0; i < CORRIDOR_MAX_PROVIDERS; i++)
        if (text_equal(rules->fx.providers[i], provider))
            return result_ok();
    return result_refuse(REASON_PROVIDER_UNKNOWN, "/provider", "%s is no provider of %s", provider,
                         rules->name);
}

/* The side that is fixed; the other follows from the provider's rate. */
static struct result read_quote(struct command *command, const json_t *body) {
    struct quote *quote = &command->quote;
    struct command_asked *asked = &command->asked;
    const struct corridor *rules;
    TRY(take(body, "corridor", asked->corridor, sizeof asked->corridor));
    TRY(take(body, "provider", asked->provider, sizeof asked->provider));
    TRY(read_side(body, &quote->fixed_side));
    TRY(find_rules(command, body, &rules));
    TRY(check_provider(rules, asked->provider));
    text_set(quote->corridor, sizeof quote->corridor, asked->corridor);
    text_set(quote->provider, sizeof quote->provider, asked->provider);
    text_set(quote->source_currency, sizeof quote->source_currency, rules->home.currency);
    text_set(quote->target_currency, sizeof quote->target_currency, rules->peer.currency);
    bool target = quote->fixed_side == FIXED_TARGET;
    return take_amount(body, target ? quote->target_currency : quote->source_currency,
                       target ? &quote->target_amount : &quote->source_amount);
}

/* ---- liquidity ---- */

/* "FX:PROVIDER:CURRENCY" */
static struct result read_position(const struct corridor *rules, const char *account,
                                   struct account_reference *out) {
    const char *provider = account + strlen("FX:"), *colon = strchr(provider, ':');
    const char *home = rules->home.currency, *peer = rules->peer.currency;
    if (!colon || colon == provider || !text_is_upper(colon + 1, CURRENCY_SIZE - 1) ||
        !text_copy(out->owner, sizeof out->owner, provider, (size_t)(colon - provider)))
        return answer_malformed("account", "is not FX:PROVIDER:CURRENCY");
    if (!text_equal(colon + 1, home) && !text_equal(colon + 1, peer))
        return result_refuse(REASON_UNKNOWN_CURRENCY, "/account", "the currencies of %s are %s and %s",
                             rules->name, home, peer);
    out->role = ACCOUNT_FX;
    text_set(out->currency, sizeof out->currency, colon + 1);
    return result_ok();
}

static struct result read_account(const struct corridor *rules, const char *account,
                                  struct account_reference *out) {
    if (strncmp(account, "FX:", 3) == 0)
        return read_position(rules, account, out);
    bool is_foreign = text_equal(account, account_role_names[ACCOUNT_FOREIGN_PREFUND]);
    if (!is_foreign && !text_equal(account, account_role_names[ACCOUNT_PEER_PREFUND]))
        return answer_malformed("account", "is not FOREIGN_PREFUND, PEER_PREFUND or FX:PROVIDER:CURRENCY");
    out->role = is_foreign ? ACCOUNT_FOREIGN_PREFUND : ACCOUNT_PEER_PREFUND;
    text_set(out->currency, sizeof out->currency, is_foreign ? rules->peer.currency : rules->home.currency);
    return result_ok();
}

static const char *const liquidity_members[] = {"corridor", "account", "amount", NULL};

static struct result read_liquidity(struct command *command, const json_t *body) {
    struct command_asked *asked = &command->asked;
    const struct corridor *rules;
    char account[64];
    TRY(take(body, "corridor", asked->corridor, sizeof asked->corridor));
    TRY(take(body, "account", account, sizeof account));
    TRY(find_rules(command, body, &rules));
    TRY(read_account(rules, account, &command->account));
    TRY(take_amount(body, command->account.currency, &command->amount));
    /* The orders of one batch are added up before they are committed. */
    if (command->amount > INT64_MAX / STEP_MOST_ITEMS)
        return result_refuse(REASON_AMOUNT_TOO_LARGE, "/amount", "more than one order can bring");
    text_set(asked->provider, sizeof asked->provider, command->account.owner);
    return result_ok();
}

static struct result read_fund(struct command *command, const json_t *body) {
    TRY(read_liquidity(command, body));
    command->asked.takes = -command->amount;
    return result_ok();
}

static struct result read_withdrawal(struct command *command, const json_t *body) {
    TRY(read_liquidity(command, body));
    command->asked.takes = command->amount;
    return result_ok();
}

/* ---- operators and approvals ---- */

static struct result take_name(const json_t *body, char out[OPERATOR_SIZE]) {
    TRY(take(body, "name", out, OPERATOR_SIZE));
    if (!operator_is_name(out))
        return answer_malformed("name", "is not made of letters, digits, '.', '_', '-' and '@'");
    return result_ok();
}

static struct result take_role(const json_t *body, int *out) {
    char role[16];
    TRY(take(body, "role", role, sizeof role));
    for (*out = ROLE_OPERATOR; operator_role_names[*out]; ++*out)
        if (text_equal(operator_role_names[*out], role))
            return result_ok();
    return answer_malformed("role", "is neither operator nor auditor nor monitoring");
}

static const char *const new_operator_members[] = {"name", "certificate", "role", "participant", NULL};

static struct result read_new_operator(struct command *command, const json_t *body) {
    struct store_operator *added = &command->operator_;
    struct command_asked *asked = &command->asked;
    TRY(take_name(body, added->name));
    TRY(take(body, "certificate", added->certificate, sizeof added->certificate));
    if (strspn(added->certificate, "0123456789abcdef") != FINGERPRINT_SIZE - 1)
        return answer_malformed("certificate", "is no SHA-256 in 64 lower-case hex digits");
    TRY(take_role(body, &added->role));
    TRY(take_optional(body, "participant", added->participant, sizeof added->participant));
    text_set(asked->operator, sizeof asked->operator, added->name);
    text_set(asked->operator_certificate, sizeof asked->operator_certificate, added->certificate);
    text_set(asked->participant, sizeof asked->participant, added->participant);
    return result_ok();
}

static const char *const operator_members[] = {"name", NULL};

static struct result read_operator(struct command *command, const json_t *body) {
    return take_name(body, command->asked.operator);
}

static const char *const approval_members[] = {"approval", "reason", NULL};

static struct result read_approval(struct command *command, const json_t *body) {
    char id[UUID_TEXT_SIZE];
    TRY(take_optional(body, "reason", command->reason, sizeof command->reason));
    TRY(take(body, "approval", id, sizeof id));
    if (!uuid_parse(id, strlen(id), &command->asked.approval))
        return answer_malformed("approval", "is no lower-case UUID");
    return result_ok();
}

/* ---- by order ---- */

static const struct {
    const char *const *members; /* of the body; NULL: it is not JSON */
    struct result (*read)(struct command *command, const json_t *body);
} readers[ORDER_COUNT] = {
    [ORDER_CORRIDOR_SUSPEND] = {corridor_members, read_corridor},
    [ORDER_CORRIDOR_RESUME] = {corridor_members, read_corridor},
    [ORDER_FX_POST] = {rate_members, read_rate},
    [ORDER_FX_QUOTE] = {quote_members, read_quote},
    [ORDER_LIQUIDITY_FUND] = {liquidity_members, read_fund},
    [ORDER_LIQUIDITY_WITHDRAW] = {liquidity_members, read_withdrawal},
    [ORDER_OPERATOR_ADD] = {new_operator_members, read_new_operator},
    [ORDER_OPERATOR_SUSPEND] = {operator_members, read_operator},
    [ORDER_APPROVAL_APPROVE] = {approval_members, read_approval},
    [ORDER_APPROVAL_REFUSE] = {approval_members, read_approval},
};

struct result orders_read(struct command *command, int order, struct bytes request) {
    if (!readers[order].read)
        return read_file(command, request);
    json_error_t error;
    json_t *body = json_loadb(request.data, request.length, JSON_REJECT_DUPLICATES, &error);
    if (!body)
        return result_refuse(REASON_REQUEST_MALFORMED, "", "the body is no JSON: line %d, column %d: %s",
                             error.line, error.column, error.text);
    struct result read = check_members(body, readers[order].members);
    if (result_is_ok(&read))
        read = readers[order].read(command, body);
    json_decref(body);
    return read;
}
