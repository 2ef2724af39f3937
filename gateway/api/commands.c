#include "api/commands.h"

#include <stdlib.h>
#include <string.h>

#include "api/answer.h"
#include "api/approvals.h"
#include "api/orders.h"
#include "base/text.h"
#include "core/currency.h"
#include "core/fx.h"
#include "core/reasons.h"
#include "host/digest.h"

enum { KEY_MOST = 128, PROPOSED_MOST = 1 << 20 };

/* An order until the door takes its command over. */
struct ordering {
    struct api *api;
    struct wire_exchange *exchange;
    struct command *command;
    char approval[UUID_TEXT_SIZE];
    const char *parameters[2];
};

/* ---- the answer ---- */

static void on_done(void *context, const struct command *command) {
    struct ordering *ordering = context;
    struct wire_port *wire = &ordering->api->flow->ports.wire;
    if (result_is_ok(&command->why))
        wire->answer(wire->self, ordering->exchange, command->waits ? 202 : 200, "application/json",
                     command->answer);
    else
        answer_problem(ordering->api->flow, ordering->exchange, &command->why);
    free(ordering);
}

static void hand_over(struct ordering *ordering, const struct result *read) {
    ordering->command->refusal = *read;
    door_command(ordering->command);
}

/* ---- a quote: at the provider's standing rate ---- */

/* Columns of rate_current: mantissa, scale. */
static struct result compute_quote(struct command *command, const struct store_table *table) {
    struct quote *quote = &command->quote;
    const struct flow_link *link = flow_link_find(command->flow, quote->corridor);
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
    quote->id = flow_new_id(command->flow);
    quote->expires_at = flow_now(command->flow) + link->corridor.fx.quote_validity;
    return result_ok();
}

/* What was read for an order could not be had: it has not even begun. */
static void give_up(struct ordering *ordering, const struct result *why) {
    answer_problem(ordering->api->flow, ordering->exchange, why);
    free(ordering->command);
    free(ordering);
}

static void on_rate(void *context, struct result result, const struct store_table *table) {
    struct ordering *ordering = context;
    if (!result_is_ok(&result)) {
        give_up(ordering, &result);
        return;
    }
    result = compute_quote(ordering->command, table);
    hand_over(ordering, &result);
}

static void read_rate(struct ordering *ordering) {
    struct store_port *store = &ordering->api->flow->ports.store;
    ordering->parameters[0] = ordering->command->quote.corridor;
    ordering->parameters[1] = ordering->command->quote.provider;
    store->read(store->self, "rate_current", ordering->parameters, 2, on_rate, ordering);
}

/* ---- an approval: of the bytes that were proposed, which never change ---- */

static struct result read_proposed(struct command *command, const struct store_table *table) {
    struct buffer request;
    struct result read = result_fatal("the proposed order cannot be read");
    int order = order_find(table->cells[APPROVAL_ORDER]);
    buffer_init(&request, PROPOSED_MOST);
    if (order != ORDER_NONE &&
        digest_from_hex(table->cells[APPROVAL_REQUEST], table->lengths[APPROVAL_REQUEST], &request))
        read = orders_read(command, order, buffer_bytes(&request));
    buffer_wipe(&request);
    return read;
}

/* One that does not exist is refused by the door. */
static void on_approval(void *context, struct result result, const struct store_table *table) {
    struct ordering *ordering = context;
    if (result_is_ok(&result) && table->rows == 1)
        result = read_proposed(ordering->command, table);
    if (result_is_ok(&result) || result.kind == RESULT_REFUSE)
        hand_over(ordering, &result);
    else
        give_up(ordering, &result);
}

static void read_approval(struct ordering *ordering) {
    struct store_port *store = &ordering->api->flow->ports.store;
    uuid_format(&ordering->command->asked.approval, ordering->approval);
    ordering->parameters[0] = ordering->approval;
    store->read(store->self, "approval_show", ordering->parameters, 1, on_approval, ordering);
}

/* ---- any order ---- */

static struct result read_key(const char *key) {
    size_t length = strlen(key);
    for (size_t i = 0; i < length; i++)
        if (key[i] <= ' ' || key[i] > '~')
            return answer_malformed("Idempotency-Key", "is not printable ASCII");
    return length <= KEY_MOST ? result_ok() : answer_malformed("Idempotency-Key", "is longer than 128 bytes");
}

static struct ordering *ordering_new(struct api *api, struct wire_exchange *exchange,
                                     const struct api_caller *caller, int order) {
    struct ordering *ordering = must_calloc(1, sizeof *ordering);
    struct command *command = must_calloc(1, sizeof *command);
    *ordering = (struct ordering){.api = api, .exchange = exchange, .command = command};
    command->flow = api->flow;
    command->refusal = result_ok();
    command->request = exchange->body;
    command->done = on_done;
    command->context = ordering;
    command->asked.order = order;
    text_set(command->operator, sizeof command->operator, caller->name);
    text_set(command->asked.certificate, sizeof command->asked.certificate, exchange->certificate);
    return ordering;
}

static void run(struct ordering *ordering) {
    struct command *command = ordering->command;
    const char *key = ordering->exchange->idempotency_key;
    struct result read = read_key(key);
    command_identify(command, result_is_ok(&read) ? key : "");
    if (result_is_ok(&read))
        read = orders_read(command, command->asked.order, command->request);
    bool is_read = result_is_ok(&read);
    if (is_read && command->asked.order == ORDER_FX_QUOTE)
        read_rate(ordering);
    else if (is_read && command->asked.order == ORDER_APPROVAL_APPROVE)
        read_approval(ordering);
    else
        hand_over(ordering, &read);
}

void commands_run(struct api *api, struct wire_exchange *exchange, const struct api_caller *caller,
                  const char *name) {
    int order = order_find(name);
    if (order != ORDER_NONE) {
        run(ordering_new(api, exchange, caller, order));
        return;
    }
    struct result why = result_refuse(REASON_NO_SUCH_ROUTE, "", "no command is called %.100s", name);
    answer_problem(api->flow, exchange, &why);
}
