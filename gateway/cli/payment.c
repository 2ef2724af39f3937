/* The verbs that ask about payments and their messages. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "cli/client.h"
#include "cli/table.h"
#include "cli/verb.h"

/* ---- what one payment is ---- */

static void print_texts(const char *const *texts) {
    for (size_t i = 0; texts[i]; i++)
        table_print(texts[i]);
}

#define PRINT(...) print_texts((const char *const[]){__VA_ARGS__, NULL})

/* `text` with what joins it to the text before; nothing when there is none. */
static void print_more(const char *before, const char *text) {
    if (*text)
        PRINT(before, text);
}

static void print_party(const json_t *payment, const char *role) {
    char account[32], agent[32];
    snprintf(account, sizeof account, "%s_account", role);
    snprintf(agent, sizeof agent, "%s_agent", role);
    const json_t *party = json_object_get(payment, role);
    const char *name = table_text(party, "name");
    printf("  %-9s ", role);
    PRINT(*name ? name : "(no name)");
    print_more(", ", table_text(party, "town"));
    print_more(", ", table_text(party, "country"));
    print_more("; account ", table_text(payment, account));
    print_more(" at ", table_text(payment, agent));
    putchar('\n');
}

static void print_money(const json_t *payment) {
    const char *source = table_text(payment, "source_amount"), *target = table_text(payment, "target_amount"),
               *rate = table_text(payment, "rate");
    printf("  amount    ");
    PRINT(table_text(payment, "source_currency"), " ", *source ? source : "(not yet known)", " -> ");
    PRINT(table_text(payment, "target_currency"), " ", *target ? target : "(not yet known)", ", ",
          table_text(payment, "fixed_side"), " fixed");
    print_more(", rate ", rate);
    print_more(" by ", table_text(payment, "fx_provider"));
    putchar('\n');
}

static void print_purpose(const json_t *payment) {
    const char *purpose = table_text(payment, "purpose"), *remittance = table_text(payment, "remittance");
    if (!*purpose && !*remittance)
        return;
    printf("  for       ");
    PRINT(purpose, *purpose && *remittance ? ", " : "", remittance);
    putchar('\n');
}

static void print_reason(const json_t *reason) {
    if (!reason)
        return;
    printf("  reason    ");
    PRINT(table_text(reason, "code"), ": ", table_text(reason, "text"));
    if (*table_text(reason, "field"))
        PRINT(" (", table_text(reason, "field"), ")");
    putchar('\n');
}

static void print_trace(const char *traceparent) {
    if (!*traceparent)
        return;
    printf("  trace     ");
    PRINT(traceparent);
    putchar('\n');
}

static void print_head(const json_t *instruction) {
    const json_t *payment = json_object_get(instruction, "payment");
    putchar('\n');
    PRINT(table_text(instruction, "direction"), " over ", table_text(instruction, "corridor"), ": ",
          table_text(instruction, "state"));
    putchar('\n');
    print_reason(json_object_get(instruction, "reason"));
    print_party(payment, "debtor");
    print_party(payment, "creditor");
    print_money(payment);
    print_purpose(payment);
}

/* ---- what happened, on one line of time ---- */

static instant time_of(const json_t *row) {
    const char *text = table_text(row, "at");
    instant at;
    return instant_parse(text, strlen(text), &at) ? at : 0;
}

/* The time of day (UTC), and how long after the first step that was. */
static void print_since(const json_t *row, instant begun) {
    instant at = time_of(row);
    char text[INSTANT_TEXT_SIZE] = "?";
    if (at)
        instant_format(at, text);
    printf("    %-12.12s ", at ? text + strlen("2026-11-24T") : text);
    if (at && begun)
        printf("%8" PRId64 " ms  ", at - begun);
    else
        printf("%11s  ", "");
}

static void print_step(const json_t *row, instant begun) {
    const char *from = table_text(row, "from"), *to = table_text(row, "to"),
               *verdict = table_text(row, "verdict"), *reason = table_text(row, "reason");
    bool moved = !text_equal(from, to) && *from && !text_equal(from, "NONE");
    char change[64];
    snprintf(change, sizeof change, "%s%s%s", moved ? from : "", moved ? " -> " : "", to);
    print_since(row, begun);
    printf("%-36s", change);
    PRINT(table_text(row, "event"));
    if (*verdict && !text_equal(verdict, "applied"))
        PRINT(" (", verdict, ")");
    if (*reason)
        PRINT(": ", reason);
    putchar('\n');
}

static void print_message(const json_t *row, instant begun) {
    const char *attempts = table_text(row, "attempts");
    bool ours = text_equal(table_text(row, "direction"), "outbound");
    bool delivered = text_equal(table_text(row, "delivered"), "true");
    print_since(row, begun);
    PRINT(ours ? "sent     " : "received ", table_text(row, "type"), "  ", table_text(row, "message_id"));
    if (ours)
        PRINT(delivered ? "  delivered" : "  not delivered yet", ", attempts: ", *attempts ? attempts : "0");
    printf("\n%30s", "");
    PRINT("pontis message show ", table_text(row, "id"));
    putchar('\n');
}

static void print_posting(const json_t *row, instant begun) {
    print_since(row, begun);
    printf("%-8s %s %16s  ", table_text(row, "phase"), table_text(row, "currency"),
           table_text(row, "amount"));
    PRINT(table_text(row, "debit"), " -> ", table_text(row, "credit"));
    putchar('\n');
}

static void print_part(const json_t *instruction, const char *name, instant begun,
                       void (*print)(const json_t *row, instant begun)) {
    json_t *rows = json_object_get(instruction, name), *row;
    size_t index;
    if (json_array_size(rows) == 0)
        return;
    printf("  %s\n", name);
    json_array_foreach(rows, index, row) print(row, begun);
}

static void print_instruction(const json_t *instruction) {
    const json_t *first = json_array_get(json_object_get(instruction, "timeline"), 0);
    print_head(instruction);
    print_trace(table_text(instruction, "traceparent"));
    printf("  begun     ");
    PRINT(first ? table_text(first, "at") : table_text(instruction, "received_at"));
    putchar('\n');
    print_part(instruction, "timeline", time_of(first), print_step);
    print_part(instruction, "messages", time_of(first), print_message);
    print_part(instruction, "postings", time_of(first), print_posting);
}

static void print_payment(const json_t *answer) {
    size_t index;
    json_t *instruction;
    PRINT("payment ", table_text(answer, "uetr"));
    putchar('\n');
    json_array_foreach(json_object_get(answer, "instructions"), index, instruction)
        print_instruction(instruction);
}

int verb_payment_show(int argc, char **argv) {
    return client_show_one(argc, argv, "/v1/payments/", print_payment);
}

/* ---- many payments ---- */

static void add_filter(struct buffer *path, int argc, char **argv, const char *option, const char *name) {
    const char *value = verb_option(argc, argv, option);
    if (!value)
        return;
    buffer_addf(path, "%s%s=", strchr(path->data, '?') ? "&" : "?", name);
    client_add_part(path, value);
}

int verb_payment_list(int argc, char **argv) {
    struct buffer path;
    buffer_init(&path, CLIENT_PATH_LIMIT);
    buffer_add_string(&path, "/v1/payments");
    add_filter(&path, argc, argv, "--corridor", "corridor");
    add_filter(&path, argc, argv, "--state", "state");
    add_filter(&path, argc, argv, "--limit", "limit");
    int code = client_show_rows(argc, argv, path.data, "payments");
    buffer_wipe(&path);
    return code;
}

/* ---- a message ---- */

int verb_message_show(int argc, char **argv) {
    struct buffer path, body;
    buffer_init(&path, CLIENT_PATH_LIMIT);
    buffer_add_string(&path, "/v1/messages/");
    client_add_part(&path, verb_argument(argc, argv, 0));
    int code = client_call(&(struct client_request){.method = "GET", .path = path.data}, &body);
    if (code == EXIT_DONE)
        (void)fwrite(body.data, 1, body.length, stdout); /* verb_main looks whether all was written */
    buffer_wipe(&body);
    buffer_wipe(&path);
    return code;
}
