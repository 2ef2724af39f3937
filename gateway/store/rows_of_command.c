#include "store/rows_of_command.h"

#include "core/currency.h"
#include "core/reasons.h"
#include "store/table.h"

/* ---- rates, quotes, rules ---- */

static void write_rate(struct column *c, const void *row) {
    const struct store_rate *rate = row;
    column_add_uuid(&c[0], &rate->id);
    column_add_text(&c[1], rate->corridor);
    column_add_text(&c[2], rate->offer.provider);
    column_add_text(&c[3], rate->source_currency);
    column_add_text(&c[4], rate->target_currency);
    column_add_bigint(&c[5], rate->offer.rate.mantissa);
    column_add_int(&c[6], rate->offer.rate.scale);
    column_add_instant_or_null(&c[7], rate->offer.valid_until);
    column_add_text(&c[8], rate->operator);
    column_add_instant(&c[9], rate->at);
}

static void write_quote(struct column *c, const void *row) {
    const struct quote *quote = row;
    column_add_uuid(&c[0], &quote->id);
    column_add_text(&c[1], quote->corridor);
    column_add_text(&c[2], quote->provider);
    column_add_text(&c[3], quote->source_currency);
    column_add_text(&c[4], quote->target_currency);
    column_add_text(&c[5], fixed_side_names[quote->fixed_side]);
    column_add_bigint(&c[6], quote->source_amount);
    column_add_bigint(&c[7], quote->target_amount);
    column_add_bigint(&c[8], quote->rate.mantissa);
    column_add_int(&c[9], quote->rate.scale);
    column_add_instant(&c[10], quote->expires_at);
}

static void write_corridor(struct column *c, const void *row) {
    const struct store_corridor *corridor = row;
    column_add_text(&c[0], corridor->name);
    column_add_bigint(&c[1], corridor->version);
    column_add_bytes(&c[2], corridor->document.data, corridor->document.length);
    column_add_bytes(&c[3], corridor->hash, sizeof corridor->hash);
    column_add_text(&c[4], corridor->operator);
    column_add_instant(&c[5], corridor->at);
}

static void write_accounts(struct column *c, const void *row) {
    const struct store_corridor *corridor = row;
    for (size_t i = 0; i < corridor->account_count; i++) {
        const struct account_reference *account = &corridor->accounts[i];
        column_add_text(&c[0], corridor->name);
        column_add_text(&c[1], account_role_names[account->role]);
        column_add_text(&c[2], account->owner);
        column_add_text(&c[3], account->currency);
        column_add_int(&c[4], currency_minor_digits(account->currency));
    }
}

static const struct table rates = {"commit_rates",
                                   "utttt"
                                   "lizt"
                                   "z",
                                   sizeof(struct store_rate), write_rate, NULL};
static const struct table quotes = {"commit_quotes",
                                    "uttttt"
                                    "llliz",
                                    sizeof(struct quote), write_quote, NULL};
static const struct table corridors = {"commit_corridors", "tlbbtz", sizeof(struct store_corridor),
                                       write_corridor, NULL};
static const struct table accounts = {"commit_accounts", "tttti", sizeof(struct store_corridor),
                                      write_accounts, NULL};

/* ---- who may, and what was ordered ---- */

static void write_operator(struct column *c, const void *row) {
    const struct store_operator *operator= row;
    column_add_text(&c[0], operator->name);
    column_add_text(&c[1], operator->participant);
    column_add_text(&c[2], operator_role_names[operator->role]);
    column_add_text(&c[3], operator->certificate);
    column_add_instant(&c[4], operator->at);
}

static void write_suspension(struct column *c, const void *row) {
    const struct store_suspension *suspension = row;
    column_add_text(&c[0], suspension->operator);
}

static void write_approval(struct column *c, const void *row) {
    const struct store_approval *approval = row;
    column_add_uuid(&c[0], &approval->id);
    column_add_text(&c[1], order_names[approval->order]);
    column_add_text(&c[2], approval->corridor);
    column_add_bytes(&c[3], approval->request.data, approval->request.length);
    column_add_text(&c[4], approval->proposer);
    column_add_text(&c[5], approval->proposer_certificate);
    column_add_instant(&c[6], approval->proposed_at);
    column_add_instant(&c[7], approval->expires_at);
    column_add_bigint(&c[8], approval->base_version);
    column_add_bytes(&c[9], approval->changes.data, approval->changes.length);
}

static void write_approval_end(struct column *c, const void *row) {
    const struct store_approval_end *end = row;
    column_add_uuid(&c[0], &end->approval);
    column_add_text(&c[1], approval_state_names[end->state]);
    column_add_text(&c[2], end->decided_by);
    column_add_instant(&c[3], end->at);
    column_add_text(&c[4], end->reason);
}

static void write_command(struct column *c, const void *row) {
    const struct store_command *command = row;
    column_add_uuid(&c[0], &command->id);
    column_add_text(&c[1], order_names[command->order]);
    column_add_text(&c[2], command->operator);
    column_add_uuid_or_null(&c[3], &command->identity);
    column_add_text(&c[4], command_verdict_names[command->verdict]);
    column_add_text(&c[5], reason_row(command->reason)->rule);
    column_add_text(&c[6], command->field);
    column_add_text(&c[7], command->detail);
    column_add_bytes(&c[8], command->answer.data, command->answer.length);
    column_add_uuid_or_null(&c[9], &command->approval);
    column_add_instant(&c[10], command->at);
    column_add_bytes(&c[11], command->record.data, command->record.length);
    column_add_bytes(&c[12], command->salt, sizeof command->salt);
    column_add_bytes(&c[13], command->leaf, sizeof command->leaf);
}

static const struct table operators = {"commit_operators", "ttttz", sizeof(struct store_operator),
                                       write_operator, NULL};
static const struct table suspensions = {"commit_suspensions", "t", sizeof(struct store_suspension),
                                         write_suspension, NULL};
static const struct table approvals = {"commit_approvals",
                                       "uttbtt"
                                       "zzlt",
                                       sizeof(struct store_approval), write_approval, NULL};
static const struct table approval_ends = {"commit_approval_ends", "uttzt", sizeof(struct store_approval_end),
                                           write_approval_end, NULL};
static const struct table commands = {"commit_commands",
                                      "uttuttttt"
                                      "uztbb",
                                      sizeof(struct store_command), write_command, NULL};

/* ---- all of it ---- */

void rows_of_command_fill(struct request *request, const struct store_commit *commit) {
    (void)table_add(&rates, commit->rates, commit->rate_count, request);
    (void)table_add(&quotes, commit->quotes, commit->quote_count, request);
    (void)table_add(&corridors, commit->corridors, commit->corridor_count, request);
    (void)table_add(&accounts, commit->corridors, commit->corridor_count, request);
    (void)table_add(&operators, commit->operators, commit->operator_count, request);
    (void)table_add(&suspensions, commit->suspensions, commit->suspension_count, request);
    (void)table_add(&approvals, commit->approvals, commit->approval_count, request);
    (void)table_add(&approval_ends, commit->approval_ends, commit->approval_end_count, request);
    (void)table_add(&commands, commit->commands, commit->command_count, request);
}
