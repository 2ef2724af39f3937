#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/iso20022/check.h"
#include "tests/unit/peer/forge.h"

/* What the writer of a message is told. */

struct report {
    size_t findings;
    char text[8192];
};

static struct report check(struct bytes message, const char *profile, bool schema_only, const char *folder) {
    struct report report = {0};
    FILE *out = fmemopen(report.text, sizeof report.text, "w");
    struct schema_set *official = folder ? schema_set_new(folder) : NULL;
    report.findings = check_message("m.xml", message, profile, schema_only, official, out);
    schema_set_free(official);
    fclose(out);
    return report;
}

static struct buffer a_message(void) {
    struct fixture fixture;
    fixture_init(&fixture, false);
    struct buffer message = fixture_payment(&fixture, (uint8_t[32]){0});
    fixture_wipe(&fixture);
    return message;
}

/* The report on a good message with one thing changed. */
static void expect_line(const char *from, const char *to, const char *line) {
    struct buffer message = a_message(), changed = fixture_replace(buffer_bytes(&message), from, to);
    struct report report = check(buffer_bytes(&changed), NULL, false, NULL);
    cr_expect_geq(report.findings, 1);
    cr_expect_not_null(strstr(report.text, line), "wanted %s in\n%s", line, report.text);
    buffer_wipe(&message);
    buffer_wipe(&changed);
}

#define TX "/BusinessMessageEnvelope/Document/FIToFICstmrCdtTrf/CdtTrfTxInf"

Test(check, a_good_message_is_ok) {
    struct buffer message = a_message();
    struct report report = check(buffer_bytes(&message), NULL, false, getenv("ISO20022_DIR"));
    cr_expect_eq(report.findings, 0);
    cr_expect_str_eq(report.text, "m.xml: ok 0199c5a1e2f37b4c8d5e6f708192a3b4\n");
    struct buffer unsigned_ = forge_strip(buffer_bytes(&message));
    report = check(buffer_bytes(&unsigned_), "peer", false, NULL);
    cr_expect_eq(report.findings, 0, "a draft need not be signed");
    buffer_wipe(&message);
    buffer_wipe(&unsigned_);
}

Test(check, findings_name_line_element_rule_and_code) {
    expect_line(
        "CLRG", "INDA",
        "m.xml:2: /BusinessMessageEnvelope/Document/FIToFICstmrCdtTrf/GrpHdr/SttlmInf/SttlmMtd: "
        "profile.code: CH16: [facet 'enumeration'] The value 'INDA' is not an element of the set {'CLRG'}.");
    expect_line("<ChrgBr>SHAR</ChrgBr>", "", TX "/Dbtr: profile.structure: CH17: ");
    expect_line("<ChrgBr>", "<Foo/><ChrgBr>", TX "/Foo: profile.structure: CH17: ");
    expect_line(" Ccy=\"THB\"", "", TX "/IntrBkSttlmAmt: profile.attribute: CH21: ");
    expect_line(">2652.75<", ">2652.751<", TX "/IntrBkSttlmAmt: profile.amount.format: AM12: ");
    expect_line(">2652.75<", ">2700.00<", TX "/XchgRate: profile.fx.mismatch: AM09: ");
    expect_line(">2652.75<", ">0.00<", TX "/IntrBkSttlmAmt: profile.amount.zero: AM01: ");
    expect_line("<TwnNm>Bangkok</TwnNm>", "",
                TX "/Cdtr/PstlAdr/TwnNm: profile.party.creditor.address: BE04: ");
    expect_line("<MsgDefIdr>pacs.008.001.13", "<MsgDefIdr>pacs.008.001.08",
                "AppHdr/MsgDefIdr: profile.message.type: FF01: ");
    expect_line("xsd:pacs.008.001.13", "xsd:pacs.999.001.01", "profile.message.type: FF01: ");
    expect_line("<KeyName>", "<KeyValue/><KeyName>", "AppHdr/Sgntr: profile.signature.form: -: ");
    expect_line("<?xml", "<!DOCTYPE a><?xml", "m.xml:1: ");
    expect_line("</AppHdr>", "</AppHdr", ": /: profile.message.malformed: FF01: ");
}

Test(check, every_finding_has_its_own_line) {
    struct buffer message = a_message(), one = fixture_replace(buffer_bytes(&message), "CLRG", "INDA"),
                  two = fixture_replace(buffer_bytes(&one), "SHAR", "DEBT");
    struct report report = check(buffer_bytes(&two), NULL, false, NULL);
    cr_expect_eq(report.findings, 2, "%s", report.text);
    report = check(buffer_bytes(&two), "no-such", false, NULL);
    cr_expect_eq(report.findings, 1);
    buffer_wipe(&message);
    buffer_wipe(&one);
    buffer_wipe(&two);
}

/* ---- the official schemas, where they are ---- */

static const char *official(void) {
    const char *folder = getenv("ISO20022_DIR");
    if (folder && *folder)
        return folder;
    fprintf(stderr, "SKIPPED: ISO20022_DIR is not set\n");
    return NULL;
}

Test(check, the_official_schema_is_another_judge) {
    if (!official())
        return;
    struct buffer message = a_message(), only_ours = fixture_replace(buffer_bytes(&message), "CLRG", "INDA"),
                  both = fixture_replace(buffer_bytes(&message), "CLRG", "NONE");
    struct report report = check(buffer_bytes(&only_ours), NULL, false, official());
    cr_expect_eq(report.findings, 1);
    cr_expect_not_null(strstr(report.text, " profile.code: "));
    report = check(buffer_bytes(&only_ours), NULL, true, official());
    cr_expect_eq(report.findings, 0, "officially there is nothing wrong with it");
    report = check(buffer_bytes(&both), NULL, false, official());
    cr_expect_eq(report.findings, 2);
    cr_expect_not_null(strstr(report.text, " schema.code: "));
    buffer_wipe(&message);
    buffer_wipe(&only_ours);
    buffer_wipe(&both);
}

static size_t check_file(const char *path) {
    static char bytes[1 << 18];
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    size_t length = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    struct report report = check((struct bytes){bytes, length}, NULL, true, official());
    cr_expect_eq(report.findings, 0, "%s: %s", path, report.text);
    return 1;
}

/* Real messages of others, in envelopes of others. */
Test(check, samples_of_others_are_officially_valid) {
    if (!official())
        return;
    char folder[300], path[600];
    snprintf(folder, sizeof folder, "%s/samples/fednow/CustomerCreditTransfer_pacs_008_001_08", official());
    DIR *directory = opendir(folder);
    if (!directory)
        return;
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(directory));) {
        size_t length = strlen(entry->d_name);
        bool is_meant_to_fail = strncmp(entry->d_name, "MessageReject", 13) == 0;
        if (is_meant_to_fail || length < 4 || strcmp(entry->d_name + length - 4, ".xml") != 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        count += check_file(path);
    }
    closedir(directory);
    cr_expect_gt(count, 0);
}
