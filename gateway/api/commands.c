#include "api/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/answer.h"
#include "base/text.h"
#include "core/currency.h"
#include "core/fx.h"
#include "core/reasons.h"
#include "flow/corridor_file.h"
#include "flow/door_command.h"
#include "flow/step.h"

/* ---- reading the request ---- */

struct order {
    struct api *api;
    struct wire_exchange *exchange;
    json_t *body;
    struct command *command; /* until a door takes it over */
    const char *parameters[2];
};

static void order_free(struct order *order) {
    json_decref(order->body);
    free(order);
}

/* Gives the order back, with its command. */
static void refuse(struct order *order, const struct result *why) {
    answer_problem(order->api->flow, order->exchange, why);
    free(order->command);
    order_free(order);
}

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

static struct result find_link(struct order *order, const char *corridor, const struct flow_link **out) {
    *out = flow_link_find(order->api->flow, corridor);
    return *out ? result_ok()
                : result_refuse(REASON_UNKNOWN_CORRIDOR, "/corridor", "no corridor is called %s", corridor);
}

static struct result check_provider(const struct flow_link *link, const char *pointer, const char *provider) {
    for (size_t i = 0; i < CORRIDOR_MAX_PROVIDERS; i++)
        if (*provider && text_equal(link->corridor.fx.providers[i], provider))
            return result_ok();
    return result_refuse(REASON_PROVIDER_UNKNOWN, pointer, "%s is no provider of %s", provider,
                         link->corridor.name);
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

static struct command *new_command(struct api *api, const struct wire_exchange *exchange, const char *name) {
    struct command *command = must_calloc(1, sizeof *command);
    command->flow = api->flow;
    text_set(command->operator, sizeof command->operator, exchange->certificate);
    text_set(command->name, sizeof command->name, name);
    command->request = exchange->body;
    return command;
}

/* ---- answering ---- */

static void answer_done(void *context, const struct result *why, json_t *answer) {
    struct order *order = context;
    if (result_is_ok(why))
        answer_json(order->api->flow, order->exchange, 200, answer);
    else {
        answer_problem(order->api->flow, order->exchange, why);
        json_decref(answer);
    }
    order_free(order);
}

static void on_corridor(void *context, const struct command *command, const struct result *why) {
    answer_done(context, why,
                json_pack("{s:s, s:I}", "corridor", command->corridor.name, "version",
                          (json_int_t)command->corridor.version));
}

static void on_rate(void *context, const struct command *command, const struct result *why) {
    char rate[DECIMAL_TEXT_SIZE];
    decimal_format(command->rate.offer.rate, rate);
    answer_done(context, why,
                json_pack("{s:s, s:s, s:s}", "corridor", command->rate.corridor, "provider",
                          command->rate.offer.provider, "rate", rate));
}

static void on_quote(void *context, const struct command *command, const struct result *why) {
    const struct quote *quote = &command->quote;
    char id[UUID_TEXT_SIZE], source[DECIMAL_TEXT_SIZE], target[DECIMAL_TEXT_SIZE], rate[DECIMAL_TEXT_SIZE],
        expires[INSTANT_TEXT_SIZE];
    uuid_format(&quote->id, id);
    decimal_format_minor(quote->source_amount, currency_minor_digits(quote->source_currency), source);
    decimal_format_minor(quote->target_amount, currency_minor_digits(quote->target_currency), target);
    decimal_format(quote->rate, rate);
    instant_format(quote->expires_at, expires);
    answer_done(context, why,
                json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "quote_id", id, "corridor",
                          quote->corridor, "provider", quote->provider, "source_currency",
                          quote->source_currency, "source_amount", source, "target_currency",
                          quote->target_currency, "target_amount", target, "rate", rate, "expires_at",
                          expires));
}

static void on_fund(void *context, const struct command *command, const struct result *why) {
    answer_done(context, why, json_pack("{s:s}", "corridor", command->corridor_name));
}

/* ---- the orders ---- */

/* What accounts are kept in stays: another currency is another corridor. */
static struct result check_currencies(struct order *order, const struct corridor *corridor) {
    const struct flow_link *now = flow_link_find(order->api->flow, corridor->name);
    if (!now || (text_equal(now->corridor.home.currency, corridor->home.currency) &&
                 text_equal(now->corridor.peer.currency, corridor->peer.currency)))
        return result_ok();
    return result_refuse(REASON_CORRIDOR_FILE, "name",
                         "%s carries %s and %s for ever; other currencies want a corridor of another name",
                         corridor->name, now->corridor.home.currency, now->corridor.peer.currency);
}

static struct result read_corridor(struct order *order, struct corridor *corridor) {
    struct bytes text = order->exchange->body;
    TRY(corridor_file_read(text, "request", corridor));
    struct result checked = flow_check_corridor(corridor);
    if (result_is_ok(&checked))
        checked = check_currencies(order, corridor);
    if (!result_is_ok(&checked))
        corridor_file_locate(text, "request", &checked);
    return checked;
}

static void apply_corridor(struct order *order) {
    struct command *command = order->command;
    struct result read = read_corridor(order, &command->corridor);
    if (!result_is_ok(&read)) {
        refuse(order, &read);
        return;
    }
    struct buffer document;
    buffer_init(&document, 1 << 16);
    record_write(&corridor_record, "corridor", &command->corridor, &document);
    command->document = buffer_bytes(&document);
    command->done = on_corridor;
    door_command_corridor(command);
}

/* pacs.008's BaseOneRate: 11 digits, 10 of them behind the point; zeros at the end are none. */
static bool is_sendable(struct decimal rate) {
    for (; rate.scale > 0 && rate.mantissa % 10 == 0; rate.scale--)
        rate.mantissa /= 10;
    return rate.mantissa > 0 && rate.mantissa < decimal_power(11);
}

static const char *const rate_members[] = {"corridor", "provider", "rate", NULL};

static struct result read_rate(struct order *order) {
    struct store_rate *rate = &order->command->rate;
    const struct flow_link *link;
    char text[DECIMAL_TEXT_SIZE];
    TRY(take(order->body, "corridor", rate->corridor, sizeof rate->corridor));
    TRY(take(order->body, "provider", rate->offer.provider, sizeof rate->offer.provider));
    TRY(take(order->body, "rate", text, sizeof text));
    if (decimal_parse(text, strlen(text), 10, &rate->offer.rate) != DECIMAL_OK ||
        !is_sendable(rate->offer.rate))
        return answer_malformed("rate", "is no decimal above 0 with at most 11 digits, 10 behind the point");
    TRY(find_link(order, rate->corridor, &link));
    TRY(check_provider(link, "/provider", rate->offer.provider));
    text_set(rate->source_currency, sizeof rate->source_currency, link->corridor.home.currency);
    text_set(rate->target_currency, sizeof rate->target_currency, link->corridor.peer.currency);
    return result_ok();
}

static void post_rate(struct order *order) {
    order->command->done = on_rate;
    door_command_rate(order->command);
}

/* "FX:PROVIDER:CURRENCY" */
static struct result read_position(const struct flow_link *link, const char *account,
                                   struct account_reference *out) {
    const char *provider = account + strlen("FX:"), *colon = strchr(provider, ':');
    const char *home = link->corridor.home.currency, *peer = link->corridor.peer.currency;
    if (!colon || colon == provider || !text_is_upper(colon + 1, CURRENCY_SIZE - 1) ||
        !text_copy(out->owner, sizeof out->owner, provider, (size_t)(colon - provider)))
        return answer_malformed("account", "is not FX:PROVIDER:CURRENCY");
    TRY(check_provider(link, "/account", out->owner));
    if (!text_equal(colon + 1, home) && !text_equal(colon + 1, peer))
        return result_refuse(REASON_UNKNOWN_CURRENCY, "/account", "the currencies of %s are %s and %s",
                             link->corridor.name, home, peer);
    out->role = ACCOUNT_FX;
    text_set(out->currency, sizeof out->currency, colon + 1);
    return result_ok();
}

static struct result read_account(const struct flow_link *link, const char *account,
                                  struct account_reference *out) {
    const char *currency = NULL;
    if (strncmp(account, "FX:", 3) == 0)
        return read_position(link, account, out);
    if (text_equal(account, "FOREIGN_PREFUND")) {
        out->role = ACCOUNT_FOREIGN_PREFUND;
        currency = link->corridor.peer.currency;
    } else if (text_equal(account, "PEER_PREFUND")) {
        out->role = ACCOUNT_PEER_PREFUND;
        currency = link->corridor.home.currency;
    } else {
        return answer_malformed("account", "is not FOREIGN_PREFUND, PEER_PREFUND or FX:PROVIDER:CURRENCY");
    }
    text_set(out->currency, sizeof out->currency, currency);
    return result_ok();
}

static const char *const fund_members[] = {"corridor", "account", "amount", NULL};

/* Money comes in from FUNDING. FOREIGN_PREFUND is an asset, the others are owed to somebody. */
static struct result read_fund(struct order *order) {
    struct command *command = order->command;
    struct account_reference funding = {.role = ACCOUNT_FUNDING}, funded = {0};
    const struct flow_link *link;
    char account[64];
    TRY(take(order->body, "corridor", command->corridor_name, sizeof command->corridor_name));
    TRY(take(order->body, "account", account, sizeof account));
    TRY(find_link(order, command->corridor_name, &link));
    TRY(read_account(link, account, &funded));
    text_set(funding.currency, sizeof funding.currency, funded.currency);
    bool is_asset = funded.role == ACCOUNT_FOREIGN_PREFUND;
    command->posting = (struct posting){
        .phase = POSTING_DIRECT, .debit = is_asset ? funded : funding, .credit = is_asset ? funding : funded};
    TRY(take_amount(order->body, funded.currency, &command->posting.amount));
    /* The orders of one batch are added up before they are committed. */
    if (command->posting.amount > INT64_MAX / STEP_MOST_ITEMS)
        return result_refuse(REASON_AMOUNT_TOO_LARGE, "/amount", "more than one order can bring");
    return result_ok();
}

static void fund(struct order *order) {
    order->command->done = on_fund;
    door_command_fund(order->command);
}

/* ---- fx quote: asks for the provider's standing rate first ---- */

static const char *const quote_members[] = {"corridor", "provider", "fixed_side", "amount", NULL};

static struct result read_side(const json_t *body, int *out) {
    char side[8];
    TRY(take(body, "fixed_side", side, sizeof side));
    for (*out = 0; fixed_side_names[*out]; ++*out)
        if (text_equal(fixed_side_names[*out], side))
            return result_ok();
    return answer_malformed("fixed_side", "is neither source nor target");
}

static struct result read_quote(struct order *order) {
    struct quote *quote = &order->command->quote;
    const struct flow_link *link;
    TRY(take(order->body, "corridor", quote->corridor, sizeof quote->corridor));
    TRY(take(order->body, "provider", quote->provider, sizeof quote->provider));
    TRY(read_side(order->body, &quote->fixed_side));
    TRY(find_link(order, quote->corridor, &link));
    TRY(check_provider(link, "/provider", quote->provider));
    text_set(quote->source_currency, sizeof quote->source_currency, link->corridor.home.currency);
    text_set(quote->target_currency, sizeof quote->target_currency, link->corridor.peer.currency);
    bool target = quote->fixed_side == FIXED_TARGET;
    return take_amount(order->body, target ? quote->target_currency : quote->source_currency,
                       target ? &quote->target_amount : &quote->source_amount);
}

/* Columns of rate_current: mantissa, scale. */
static struct result compute_quote(struct order *order, const struct store_table *table) {
    struct quote *quote = &order->command->quote;
    struct flow *flow = order->api->flow;
    const struct flow_link *link = flow_link_find(flow, quote->corridor);
    if (table->rows != 1 || !link)
        return result_refuse(REASON_NO_RATE, "/provider", "%s offers no rate in %s", quote->provider,
                             quote->corridor);
    quote->rate.mantissa = strtoll(table->cells[0], NULL, 10);
    quote->rate.scale = (int32_t)strtol(table->cells[1], NULL, 10);
    bool target = quote->fixed_side == FIXED_TARGET;
    TRY(fx_compute(quote->fixed_side, target ? quote->target_amount : quote->source_amount, quote->rate,
                   currency_minor_digits(quote->source_currency),
                   currency_minor_digits(quote->target_currency),
                   target ? &quote->source_amount : &quote->target_amount));
    quote->id = flow_new_id(flow);
    quote->expires_at = flow_now(flow) + link->corridor.fx.quote_validity;
    return result_ok();
}

static void on_rate_read(void *context, struct result result, const struct store_table *table) {
    struct order *order = context;
    if (result_is_ok(&result))
        result = compute_quote(order, table);
    if (!result_is_ok(&result)) {
        refuse(order, &result);
        return;
    }
    order->command->done = on_quote;
    door_command_quote(order->command);
}

static void quote(struct order *order) {
    order->parameters[0] = order->command->quote.corridor;
    order->parameters[1] = order->command->quote.provider;
    struct store_port *store = &order->api->flow->ports.store;
    store->read(store->self, "rate_current", order->parameters, 2, on_rate_read, order);
}

/* ---- the table ---- */

static const struct order_kind {
    const char *name;
    const char *const *members; /* of the body; NULL: it is not JSON */
    struct result (*read)(struct order *order);
    void (*run)(struct order *order);
} kinds[] = {
    {"corridor.apply", NULL, NULL, apply_corridor},
    {"fx.post", rate_members, read_rate, post_rate},
    {"fx.quote", quote_members, read_quote, quote},
    {"liquidity.fund", fund_members, read_fund, fund},
};

static struct result read_json(struct order *order, const struct order_kind *kind) {
    json_error_t error;
    struct bytes body = order->exchange->body;
    order->body = json_loadb(body.data, body.length, JSON_REJECT_DUPLICATES, &error);
    if (!order->body)
        return result_refuse(REASON_REQUEST_MALFORMED, "", "the body is no JSON: line %d, column %d: %s",
                             error.line, error.column, error.text);
    TRY(check_members(order->body, kind->members));
    return kind->read(order);
}

static void run(struct api *api, struct wire_exchange *exchange, const struct order_kind *kind) {
    struct order *order = must_calloc(1, sizeof *order);
    *order =
        (struct order){.api = api, .exchange = exchange, .command = new_command(api, exchange, kind->name)};
    order->command->context = order;
    struct result read = kind->members ? read_json(order, kind) : result_ok();
    if (result_is_ok(&read))
        kind->run(order);
    else
        refuse(order, &read);
}

void commands_run(struct api *api, struct wire_exchange *exchange, const char *name) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (text_equal(kinds[i].name, name)) {
            run(api, exchange, &kinds[i]);
            return;
        }
    struct result why = result_refuse(REASON_NO_SUCH_ROUTE, "", "no command is called %.100s", name);
    answer_problem(api->flow, exchange, &why);
}
