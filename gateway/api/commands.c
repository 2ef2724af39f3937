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

/* ---- reading the request ---- */

struct order {
    struct api *api;
    struct wire_exchange *exchange;
    json_t *body;
    struct command *command;
    const char *parameters[2];
};

static void refuse(struct api *api, struct wire_exchange *exchange, const struct result *why) {
    answer_problem(api->flow, exchange, why);
}

/* A mandatory string member, copied into an array of `size`. */
static struct result take(json_t *body, const char *member, char *out, size_t size) {
    const char *text = json_string_value(json_object_get(body, member));
    char pointer[64];
    snprintf(pointer, sizeof pointer, "/%s", member);
    if (!text || !text_copy(out, size, text, strlen(text)))
        return result_refuse(REASON_REQUEST_MALFORMED, pointer,
                             "a string of at most %zu characters is wanted", size - 1);
    return result_ok();
}

static struct result take_amount(json_t *body, const char *currency, int64_t *out) {
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

static void order_free(struct order *order) {
    json_decref(order->body);
    free(order);
}

/* ---- answering ---- */

static void answer_done(void *context, const struct result *why, json_t *answer) {
    struct order *order = context;
    if (result_is_ok(why))
        answer_json(order->api->flow, order->exchange, 200, answer);
    else {
        refuse(order->api, order->exchange, why);
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

static void apply_corridor(struct order *order) {
    struct command *command = order->command;
    struct result read = corridor_file_read(order->exchange->body, "request", &command->corridor);
    if (!result_is_ok(&read)) {
        free(command);
        refuse(order->api, order->exchange, &read);
        order_free(order);
        return;
    }
    struct buffer document;
    buffer_init(&document, 64 * 1024);
    record_write(&corridor_record, "corridor", &command->corridor, &document);
    command->document = buffer_bytes(&document);
    command->done = on_corridor;
    door_command_corridor(command);
}

static struct result read_rate(struct order *order) {
    struct store_rate *rate = &order->command->rate;
    char text[DECIMAL_TEXT_SIZE];
    TRY(take(order->body, "corridor", rate->corridor, sizeof rate->corridor));
    TRY(take(order->body, "provider", rate->offer.provider, sizeof rate->offer.provider));
    TRY(take(order->body, "rate", text, sizeof text));
    if (decimal_parse(text, strlen(text), 10, &rate->offer.rate) != DECIMAL_OK ||
        rate->offer.rate.mantissa == 0)
        return result_refuse(REASON_REQUEST_MALFORMED, "/rate", "%s is no rate with at most 10 decimals",
                             text);
    const struct flow_link *link = flow_link_find(order->api->flow, rate->corridor);
    if (!link)
        return result_refuse(REASON_UNKNOWN_CORRIDOR, "/corridor", "no corridor is called %s",
                             rate->corridor);
    text_set(rate->source_currency, sizeof rate->source_currency, link->corridor.home.currency);
    text_set(rate->target_currency, sizeof rate->target_currency, link->corridor.peer.currency);
    return result_ok();
}

static void post_rate(struct order *order) {
    order->command->done = on_rate;
    door_command_rate(order->command);
}

/* "FOREIGN_PREFUND", "PEER_PREFUND" or "FX:PROVIDER:CURRENCY": money comes in from FUNDING. */
static struct result read_fund(struct order *order) {
    struct command *command = order->command;
    char account[64];
    TRY(take(order->body, "corridor", command->corridor_name, sizeof command->corridor_name));
    TRY(take(order->body, "account", account, sizeof account));
    const struct flow_link *link = flow_link_find(order->api->flow, command->corridor_name);
    if (!link)
        return result_refuse(REASON_UNKNOWN_CORRIDOR, "/corridor", "no corridor is called %s",
                             command->corridor_name);
    struct account_reference funding = {.role = ACCOUNT_FUNDING}, funded = {0};
    bool debit_funded = text_equal(account, "FOREIGN_PREFUND");
    char provider[REFERENCE_SIZE], currency[CURRENCY_SIZE];
    if (debit_funded || text_equal(account, "PEER_PREFUND")) {
        funded.role = debit_funded ? ACCOUNT_FOREIGN_PREFUND : ACCOUNT_PEER_PREFUND;
        text_set(funded.currency, sizeof funded.currency,
                 debit_funded ? link->corridor.peer.currency : link->corridor.home.currency);
    } else if (sscanf(account, "FX:%35[^:]:%3[A-Z]", provider, currency) == 2) {
        funded.role = ACCOUNT_FX;
        text_set(funded.owner, sizeof funded.owner, provider);
        text_set(funded.currency, sizeof funded.currency, currency);
    } else {
        return result_refuse(REASON_REQUEST_MALFORMED, "/account",
                             "FOREIGN_PREFUND, PEER_PREFUND or FX:PROVIDER:CURRENCY is wanted");
    }
    text_set(funding.currency, sizeof funding.currency, funded.currency);
    command->posting = (struct posting){.phase = POSTING_DIRECT,
                                        .debit = debit_funded ? funded : funding,
                                        .credit = debit_funded ? funding : funded};
    return take_amount(order->body, funded.currency, &command->posting.amount);
}

static void fund(struct order *order) {
    order->command->done = on_fund;
    door_command_fund(order->command);
}

/* ---- fx quote: asks for the provider's standing rate first ---- */

static struct result read_quote(struct order *order) {
    struct quote *quote = &order->command->quote;
    char side[8];
    TRY(take(order->body, "corridor", quote->corridor, sizeof quote->corridor));
    TRY(take(order->body, "provider", quote->provider, sizeof quote->provider));
    TRY(take(order->body, "fixed_side", side, sizeof side));
    const struct flow_link *link = flow_link_find(order->api->flow, quote->corridor);
    if (!link)
        return result_refuse(REASON_UNKNOWN_CORRIDOR, "/corridor", "no corridor is called %s",
                             quote->corridor);
    quote->fixed_side = text_equal(side, "target") ? FIXED_TARGET : FIXED_SOURCE;
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
        free(order->command);
        refuse(order->api, order->exchange, &result);
        order_free(order);
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
    struct result (*read)(struct order *order); /* NULL: the body is not JSON */
    void (*run)(struct order *order);
} kinds[] = {
    {"corridor.apply", NULL, apply_corridor},
    {"fx.post", read_rate, post_rate},
    {"fx.quote", read_quote, quote},
    {"liquidity.fund", read_fund, fund},
};

static void run(struct api *api, struct wire_exchange *exchange, const struct order_kind *kind) {
    struct order *order = must_calloc(1, sizeof *order);
    *order =
        (struct order){.api = api, .exchange = exchange, .command = new_command(api, exchange, kind->name)};
    order->command->context = order;
    struct result read = result_ok();
    if (kind->read) {
        order->body = json_loadb(exchange->body.data, exchange->body.length, JSON_REJECT_DUPLICATES, NULL);
        read = order->body ? kind->read(order)
                           : result_refuse(REASON_REQUEST_MALFORMED, "", "the body is not JSON");
    }
    if (!result_is_ok(&read)) {
        free(order->command);
        refuse(api, exchange, &read);
        order_free(order);
        return;
    }
    kind->run(order);
}

void commands_run(struct api *api, struct wire_exchange *exchange, const char *name) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (text_equal(kinds[i].name, name)) {
            run(api, exchange, &kinds[i]);
            return;
        }
    struct result why = result_refuse(REASON_NO_SUCH_ROUTE, "", "no command is called so");
    refuse(api, exchange, &why);
}
