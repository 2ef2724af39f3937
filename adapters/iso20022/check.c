#include "adapters/iso20022/check.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/iso20022/envelope.h"
#include "base/array.h"
#include "base/text.h"
#include "core/content.h"
#include "core/currency.h"
#include "core/fx.h"
#include "core/reasons.h"

enum { MAX_PARTS = 8 };

/* One run: where to print and what was found so far. */
struct check {
    const char *path;
    FILE *out;
    size_t findings;
    xmlNodePtr parts[MAX_PARTS]; /* outermost elements of ISO 20022 namespaces: AppHdr, Document */
    size_t part_count;
};

static void print(struct check *check, int line, const char *where, const char *judge, const char *rule,
                  const char *code, const char *text) {
    check->findings++;
    fprintf(check->out, "%s:%d: %s: %s.%s: %s: %s\n", check->path, line, where[0] ? where : "/", judge, rule,
            code[0] ? code : "-", text);
}

/* ExternalStatusReason1Code of what a schema found. */
static const char *code_of(const struct schema_finding *finding) {
    if (text_equal(finding->rule, "structure"))
        return strstr(finding->text, "not expected") ? "CH17" : "CH21";
    if (text_equal(finding->rule, "attribute"))
        return "CH21";
    return "CH16";
}

/* ---- schemas ---- */

static void find_parts(struct check *check, xmlNodePtr node) {
    bool is_iso = node->ns && strncmp((const char *)node->ns->href, "urn:iso:std:iso:20022:", 22) == 0;
    if (is_iso && check->part_count < MAX_PARTS) {
        check->parts[check->part_count++] = node;
        return;
    }
    for (xmlNodePtr child = document_first(node); child; child = document_next(child))
        find_parts(check, child);
}

static void judge_part(struct check *check, struct schema_set *set, xmlNodePtr part, const char *judge) {
    struct schema_findings findings = {0};
    if (!schema_check(set, part, &findings)) {
        char where[DOCUMENT_PATH_SIZE];
        document_path(part, where);
        print(check, (int)xmlGetLineNo(part), where, judge, "type", "-", "no schema for this namespace");
    }
    for (size_t i = 0; i < findings.count; i++) {
        const struct schema_finding *finding = &findings.items[i];
        print(check, finding->line, finding->path, judge, finding->rule, code_of(finding), finding->text);
    }
    array_wipe(&findings);
}

static void judge_parts(struct check *check, struct schema_set *set, const char *judge) {
    for (size_t i = 0; i < check->part_count; i++)
        judge_part(check, set, check->parts[i], judge);
}

/* ---- the usage guideline ---- */

static void print_reason(struct check *check, int line, const char *where, int reason, const char *text) {
    const struct reason_row *row = reason_row(reason);
    const char *code = row->iso_code;
    if (!code[0] && strncmp(row->rule, "message.", 8) == 0)
        code = "FF01"; /* file format incomplete or invalid */
    print(check, line, where, "profile", row->rule, code, text[0] ? text : row->text);
}

/* `detail` starts with "line N: " where a place is known. */
static void print_refusal(struct check *check, const struct result *refusal) {
    int line = 1;
    const char *text = refusal->detail, *where = refusal->where;
    if (strncmp(where, "line ", 5) == 0) {
        line = (int)strtol(where + 5, NULL, 10);
        where = "";
    }
    if (strncmp(text, "line ", 5) == 0) {
        char *behind;
        line = (int)strtol(text + 5, &behind, 10);
        text = *behind == ':' ? behind + 2 : behind;
    }
    print_reason(check, line, where, refusal->reason, text);
}

/* A member that is missing is told at the element that should hold it. */
static int line_of(const xmlNode *top, const char *place) {
    char path[DOCUMENT_PATH_SIZE];
    snprintf(path, sizeof path, "%s", place);
    for (char *slash = path + strlen(path); slash; slash = strrchr(path, '/')) {
        *slash = '\0';
        const xmlNode *node = document_find(top, path);
        if (node)
            return (int)xmlGetLineNo(node);
    }
    return (int)xmlGetLineNo(top);
}

static void print_member(struct check *check, const struct envelope *envelope, const char *member,
                         int reason) {
    const char *place = field_place(envelope->map, envelope->version, member);
    char top[DOCUMENT_PATH_SIZE], where[2 * DOCUMENT_PATH_SIZE];
    document_path(envelope->top, top);
    snprintf(where, sizeof where, "%s%s%s", top, place ? "/" : "", place ? place : "");
    print_reason(check, line_of(envelope->top, place ? place : ""), where, reason, "");
}

static void judge_payment(struct check *check, const struct envelope *envelope,
                          const struct payment *payment) {
    char field[FIELD_PATH_SIZE];
    int reason = content_check(payment, field);
    if (reason)
        print_member(check, envelope, field, reason);
    if (payment->target_amount <= 0 || payment->source_amount <= 0)
        print_member(check, envelope, "/payment/target_amount", REASON_AMOUNT_ZERO);
    else if (!fx_agrees(payment->source_amount, payment->target_amount, payment->rate,
                        currency_minor_digits(payment->source_currency),
                        currency_minor_digits(payment->target_currency)))
        print_member(check, envelope, "/payment/rate", REASON_RATE_MISMATCH);
}

static void judge_meaning(struct check *check, const struct envelope *envelope) {
    struct message message = {0};
    struct result read = envelope_read(envelope, &message);
    if (!result_is_ok(&read))
        print_refusal(check, &read);
    else if (envelope->map == &field_map_payment)
        judge_payment(check, envelope, &message.payment);
    struct result form = signature_check_form(envelope->header);
    if (form.reason == REASON_SIGNATURE_FORM)
        print_refusal(check, &form);
}

/* Takes the tree over: the envelope is its owner from here. */
static void judge_profile(struct check *check, xmlDocPtr tree, struct envelope *envelope) {
    struct result opened = envelope_open(tree, envelope);
    if (!result_is_ok(&opened))
        print_refusal(check, &opened);
    size_t before = check->findings;
    judge_parts(check, schema_own(), "profile");
    if (result_is_ok(&opened) && check->findings == before)
        judge_meaning(check, envelope);
}

/* ---- one message ---- */

bool check_profile_exists(const char *profile) {
    return text_equal(profile, "peer");
}

static xmlNodePtr find_named(xmlNodePtr top, const char *name) {
    if (text_equal((const char *)top->name, name))
        return top;
    for (xmlNodePtr child = document_first(top); child; child = document_next(child)) {
        xmlNodePtr found = find_named(child, name);
        if (found)
            return found;
    }
    return NULL;
}

static void print_ok(const struct check *check, xmlDocPtr tree) {
    xmlNodePtr root = xmlDocGetRootElement(tree), id = find_named(root, "MsgId");
    if (!id)
        id = find_named(root, "BizMsgIdr");
    xmlChar *text = id ? xmlNodeGetContent(id) : NULL;
    fprintf(check->out, "%s: ok %s\n", check->path, text ? (const char *)text : "-");
    xmlFree(text);
}

size_t check_message(const char *path, struct bytes message, const char *profile, bool schema_only,
                     struct schema_set *official, FILE *out) {
    struct check check = {.path = path, .out = out};
    struct envelope envelope = {0};
    xmlDocPtr tree;
    struct result parsed = document_parse(message, &tree);
    if (!result_is_ok(&parsed)) {
        print_refusal(&check, &parsed);
        return check.findings;
    }
    find_parts(&check, xmlDocGetRootElement(tree));
    if (check.part_count == 0)
        print(&check, 1, "", schema_only ? "schema" : "profile", "type", "-", "no ISO 20022 message in here");
    if (official)
        judge_parts(&check, official, "schema");
    envelope.tree = tree;
    if (!schema_only && profile && !check_profile_exists(profile))
        print(&check, 1, "", "profile", "unknown", "-", profile);
    else if (!schema_only)
        judge_profile(&check, tree, &envelope);
    if (check.findings == 0)
        print_ok(&check, tree);
    envelope_wipe(&envelope);
    return check.findings;
}
