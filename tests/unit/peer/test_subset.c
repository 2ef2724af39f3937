#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/iso20022/schema.h"

/* Whatever our usage guidelines accept, the official schemas accept: every golden message is bent in every
 * element, and each bent one is judged by both. */

static const char *const values[] = {
    "",
    "x",
    "X",
    "0",
    "1",
    "12",
    "1.5",
    "0.00001",
    "1.000000",
    "-1",
    "+1",
    "1e3",
    " 1 ",
    "AC03",
    "SGD",
    "sgd",
    "SG",
    "CLRG",
    "INDA",
    "SHAR",
    "RJCT",
    "ACCC",
    "PART",
    "NIDN",
    "a//b",
    "/a",
    "MASGSGSG",
    "MASGSGSGX",
    "masgsgsg",
    "true",
    "\xC3\xA9",
    "a\nb",
    "  a  ",
    "123456789012345678",
    "1234567890123456789",
    "12345678901",
    "1.12345678901",
    "2026-09-29",
    "2026-09-29T12:00:00",
    "2026-09-29T12:00:00Z",
    "2026-09-29T24:00:00Z",
    "2026-09-29T12:00:00+14:00",
    "2026-09-29T12:00:00.123456789-11:30",
    "2026-13-01T00:00:00Z",
    "8a562c67-ca16-48ba-b074-65581be6f001",
    "8A562C67-CA16-48BA-B074-65581BE6F001",
    "5493001KJTIIGC8Y1R12",
    "pacs.008.001.13",
    "12345678901234567890123456789012345",
    "123456789012345678901234567890123456",
    "1234567890123456789012345678901234567890123456789012345678901234567890"
    "1234567890123456789012345678901234567890123456789012345678901234567890",
    "1234567890123456789012345678901234567890123456789012345678901234567890"
    "12345678901234567890123456789012345678901234567890123456789012345678901"};

struct tally {
    struct schema_set *official;
    xmlNodePtr part; /* AppHdr or Document being bent */
    size_t judged;
    size_t accepted;
};

static bool accepts(struct schema_set *set, xmlNodePtr part) {
    struct schema_findings findings = {0};
    cr_assert(schema_check(set, part, &findings), "no schema: %s", part->ns->href);
    bool good = findings.count == 0;
    free(findings.items);
    return good;
}

static void judge(struct tally *tally, const xmlNode *bent, const char *how) {
    tally->judged++;
    if (!accepts(schema_own(), tally->part))
        return;
    tally->accepted++;
    if (!accepts(tally->official, tally->part)) {
        char path[DOCUMENT_PATH_SIZE];
        document_path(bent, path);
        cr_expect_fail("only ours accepts %s: %s", path, how);
    }
}

static void bend_text(struct tally *tally, xmlNodePtr node) {
    xmlChar *kept = xmlNodeGetContent(node);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        xmlNodeSetContent(node, NULL);
        xmlNodeAddContent(node, BAD_CAST values[i]);
        judge(tally, node, values[i]);
    }
    xmlNodeSetContent(node, NULL);
    xmlNodeAddContent(node, kept);
    xmlFree(kept);
}

static void bend_attributes(struct tally *tally, xmlNodePtr node) {
    xmlChar *kept = xmlGetProp(node, BAD_CAST "Ccy");
    static const char *const currencies[] = {"THB", "thb", "TH", "THBX", "", "T1B"};
    for (size_t i = 0; i < sizeof currencies / sizeof *currencies; i++) {
        xmlSetProp(node, BAD_CAST "Ccy", BAD_CAST currencies[i]);
        judge(tally, node, currencies[i]);
    }
    xmlUnsetProp(node, BAD_CAST "Ccy");
    if (kept) {
        judge(tally, node, "without a currency");
        xmlSetProp(node, BAD_CAST "Ccy", kept);
    }
    xmlFree(kept);
}

static void bend_place(struct tally *tally, xmlNodePtr node) {
    xmlNodePtr copy = xmlCopyNode(node, 1);
    xmlAddNextSibling(node, copy);
    judge(tally, node, "twice");
    xmlUnlinkNode(copy);
    xmlFreeNode(copy);
    xmlNodePtr next = document_next(node), parent = node->parent;
    xmlUnlinkNode(node);
    judge(tally, parent, "without a child");
    if (next) {
        xmlAddNextSibling(next, node);
        judge(tally, node, "behind the next");
        xmlUnlinkNode(node);
    }
    if (next)
        xmlAddPrevSibling(next, node);
    else
        xmlAddChild(parent, node);
}

static void bend(struct tally *tally, xmlNodePtr node) {
    bend_attributes(tally, node);
    if (!document_first(node))
        bend_text(tally, node);
    for (xmlNodePtr child = document_first(node); child; child = document_next(child))
        bend(tally, child);
    if (node != tally->part)
        bend_place(tally, node);
}

static void bend_part(struct schema_set *official, xmlNodePtr part) {
    struct tally tally = {.official = official, .part = part};
    cr_assert(accepts(schema_own(), part), "control: unbent it is good");
    bend(&tally, part);
    cr_expect(accepts(schema_own(), part), "control: it is bent back");
    cr_expect_gt(tally.accepted, 20, "control: some bent ones are accepted");
    cr_expect_lt(tally.accepted, tally.judged, "control: and some are not");
}

static void bend_file(struct schema_set *official, const char *name) {
    char path[512];
    static char bytes[1 << 16];
    snprintf(path, sizeof path, "%s/tests/unit/iso20022/golden/%s.xml", SOURCE_DIR, name);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    size_t length = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    xmlDocPtr tree;
    struct result result = document_parse((struct bytes){bytes, length}, &tree);
    cr_assert(result_is_ok(&result));
    xmlNodePtr header = document_first(xmlDocGetRootElement(tree));
    bend_part(official, header);
    bend_part(official, document_next(header));
    xmlFreeDoc(tree);
}

Test(subset, what_our_guidelines_accept_is_officially_valid) {
    const char *folder = getenv("ISO20022_DIR");
    if (!folder || !*folder) {
        fprintf(stderr, "SKIPPED: ISO20022_DIR is not set, no official schema to compare with\n");
        return;
    }
    struct schema_set *official = schema_set_new(folder);
    static const char *const names[] = {"pacs.008.001.13",      "pacs.008.001.08",
                                        "pacs.002.001.15-rjct", "pacs.002.001.10-rjct",
                                        "pacs.002.001.15-accc", "admi.002.001.01"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        bend_file(official, names[i]);
    schema_set_free(official);
}
