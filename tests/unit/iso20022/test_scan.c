#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/iso20022/document.h"
#include "core/reasons.h"

/* Documents of strangers: each attack beside the same document without it. */

#define BODY "<a xmlns=\"urn:x\"><b c=\"1\">text</b></a>"

static int reason_of_bytes(const char *data, size_t length) {
    xmlDocPtr tree;
    struct result result = document_parse((struct bytes){data, length}, &tree);
    cr_assert(result_is_ok(&result) == (tree != NULL));
    xmlFreeDoc(tree);
    cr_assert(result.kind == RESULT_OK || result.kind == RESULT_REFUSE);
    return result.reason;
}

static int reason_of(const char *text) {
    return reason_of_bytes(text, strlen(text));
}

/* `count` times `piece` between head and tail. */
static int reason_of_many(const char *head, const char *piece, size_t count, const char *tail) {
    struct buffer text;
    buffer_init(&text, 4 << 20);
    buffer_add_string(&text, head);
    for (size_t i = 0; i < count; i++)
        buffer_add_string(&text, piece);
    buffer_add_string(&text, tail);
    int reason = reason_of_bytes(text.data, text.length);
    buffer_wipe(&text);
    return reason;
}

Test(scan, plain_documents_are_read) {
    cr_expect_eq(reason_of(BODY), REASON_NONE);
    cr_expect_eq(reason_of("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" BODY "\n"), REASON_NONE);
    cr_expect_eq(reason_of("<?xml version='1.0' encoding='utf-8'?>" BODY), REASON_NONE);
    cr_expect_eq(reason_of("\xEF\xBB\xBF" BODY), REASON_NONE);
    cr_expect_eq(reason_of("<!-- one --><a>&lt;&#65;<![CDATA[<x>]]></a>"), REASON_NONE);
    cr_expect_eq(reason_of("<a>\xE0\xB8\x81\xF0\x9F\x98\x80</a>"), REASON_NONE,
                 "other scripts are the schema's");
}

Test(scan, document_types_and_instructions_are_refused) {
    cr_expect_eq(reason_of("<!DOCTYPE a>" BODY), REASON_MESSAGE_DOCTYPE);
    cr_expect_eq(reason_of("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/hostname\">]><a>&x;</a>"),
                 REASON_MESSAGE_DOCTYPE);
    cr_expect_eq(reason_of("<!DOCTYPE a SYSTEM \"http://127.0.0.1:1/x.dtd\"><a/>"), REASON_MESSAGE_DOCTYPE);
    cr_expect_eq(reason_of("<!DOCTYPE a [<!ENTITY b \"ha\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>"),
                 REASON_MESSAGE_DOCTYPE);
    cr_expect_eq(reason_of("<a><!DOCTYPE b></a>"), REASON_MESSAGE_DOCTYPE);
    cr_expect_eq(reason_of("<?xml-stylesheet href=\"x\"?>" BODY), REASON_MESSAGE_DOCTYPE);
    cr_expect_eq(reason_of("<a><?php x ?></a>"), REASON_MESSAGE_DOCTYPE);
    cr_expect_eq(reason_of(BODY "<?x y?>"), REASON_MESSAGE_DOCTYPE);
    cr_expect_eq(reason_of("<a>&x;</a>"), REASON_MESSAGE_MALFORMED, "an entity nobody declared");
}

Test(scan, only_utf8_is_text) {
    cr_expect_eq(reason_of("<a>\xC3\xA9</a>"), REASON_NONE);
    cr_expect_eq(reason_of("<a>\xC0\xAF</a>"), REASON_MESSAGE_MALFORMED, "overlong");
    cr_expect_eq(reason_of("<a>\xE0\x80\xAF</a>"), REASON_MESSAGE_MALFORMED, "overlong");
    cr_expect_eq(reason_of("<a>\xF0\x80\x80\xAF</a>"), REASON_MESSAGE_MALFORMED, "overlong");
    cr_expect_eq(reason_of("<a>\xED\xA0\x80</a>"), REASON_MESSAGE_MALFORMED, "a surrogate");
    cr_expect_eq(reason_of("<a>\xE9</a>"), REASON_MESSAGE_MALFORMED, "Latin-1");
    cr_expect_eq(reason_of("<a>\xF4\x90\x80\x80</a>"), REASON_MESSAGE_MALFORMED, "beyond Unicode");
    cr_expect_eq(reason_of("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>"), REASON_MESSAGE_MALFORMED);
    cr_expect_eq(reason_of("<?xml version=\"1.0\" encoding=\"UTF-7\"?><a/>"), REASON_MESSAGE_MALFORMED);
    cr_expect_eq(reason_of_bytes("<a>x\0y</a>", 10), REASON_MESSAGE_MALFORMED, "NUL");
    cr_expect_eq(reason_of_bytes("\xFF\xFE<\0a\0/\0>\0", 10), REASON_MESSAGE_MALFORMED, "UTF-16");
    cr_expect_eq(reason_of("<a>&#0;</a>"), REASON_MESSAGE_MALFORMED);
    cr_expect_eq(reason_of("<a>\x1b</a>"), REASON_MESSAGE_MALFORMED, "a control");
}

Test(scan, size_depth_attributes_and_nodes_are_capped) {
    cr_expect_eq(reason_of_many("<a>", " ", DOCUMENT_MAX_SIZE - 7, "</a>"), REASON_NONE);
    cr_expect_eq(reason_of_many("<a>", " ", DOCUMENT_MAX_SIZE, "</a>"), REASON_MESSAGE_TOO_LARGE);
    cr_expect_eq(reason_of_many("<a", " xmlns=\"\"", 1, "><b/></a>"), REASON_NONE);
    cr_expect_eq(reason_of_many("<a>", "<b/>", 9000, "</a>"), REASON_NONE);
    cr_expect_eq(reason_of_many("<a>", "<b/>", DOCUMENT_MAX_NODES, "</a>"), REASON_MESSAGE_COMPLEX);
    cr_expect_eq(reason_of_many("<a>", "<b>", DOCUMENT_MAX_DEPTH, ""), REASON_MESSAGE_COMPLEX);
    cr_expect_eq(reason_of_many("<a>", "<!---->", DOCUMENT_MAX_NODES, "</a>"), REASON_MESSAGE_COMPLEX);
    cr_expect_eq(reason_of_many("<a ", "x='1' ", 33, "/>"), REASON_MESSAGE_COMPLEX, "an attribute flood");
}

static int reason_of_nesting(size_t depth) {
    struct buffer text;
    buffer_init(&text, 1 << 20);
    for (size_t i = 0; i < depth; i++)
        buffer_add_string(&text, "<a>");
    for (size_t i = 0; i < depth; i++)
        buffer_add_string(&text, "</a>");
    int reason = reason_of_bytes(text.data, text.length);
    buffer_wipe(&text);
    return reason;
}

static int reason_of_attributes(int count) {
    struct buffer text;
    buffer_init(&text, 1 << 20);
    buffer_add_string(&text, "<a");
    for (int i = 0; i < count; i++)
        buffer_addf(&text, " x%d=\"1\"", i);
    buffer_add_string(&text, "/>");
    int reason = reason_of_bytes(text.data, text.length);
    buffer_wipe(&text);
    return reason;
}

Test(scan, limits_are_exact) {
    cr_expect_eq(reason_of_nesting(DOCUMENT_MAX_DEPTH), REASON_NONE);
    cr_expect_eq(reason_of_nesting(DOCUMENT_MAX_DEPTH + 1), REASON_MESSAGE_COMPLEX);
    cr_expect_eq(reason_of_attributes(DOCUMENT_MAX_ATTRIBUTES), REASON_NONE);
    cr_expect_eq(reason_of_attributes(DOCUMENT_MAX_ATTRIBUTES + 1), REASON_MESSAGE_COMPLEX);
}

Test(scan, what_is_not_xml_is_malformed) {
    static const char *const texts[] = {"",           "x",
                                        "{}",         "<a>",
                                        "<a",         "<a></b>",
                                        "<a b>",      "<a b=\"1>",
                                        "<a/><b/>",   "<a b='1' b='2'/>",
                                        "<!--",       "<a><![CDATA[</a>",
                                        "<a>]]></a>", "<p:a/>x",
                                        "</a>"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        cr_expect_eq(reason_of(texts[i]), REASON_MESSAGE_MALFORMED, "%s", texts[i]);
}

/* Whatever is cut off or turned around, the answer is a verdict and never a crash. */
Test(scan, mutations_get_a_verdict) {
    char text[] = "<?xml version=\"1.0\"?><a xmlns=\"urn:x\" k='v'><!--c--><b>&amp;<![CDATA[x]]></b></a>";
    size_t length = sizeof text - 1;
    for (size_t i = 0; i <= length; i++)
        (void)reason_of_bytes(text, i);
    for (size_t i = 0; i < length; i++)
        for (int c = 0; c < 256; c++) {
            char kept = text[i];
            text[i] = (char)c;
            (void)reason_of_bytes(text, length);
            text[i] = kept;
        }
    cr_expect_eq(reason_of(text), REASON_NONE);
}

Test(document, line_and_path_name_the_place) {
    xmlDocPtr tree;
    struct result result = document_parse(bytes_of_string("<a>\n<b>\n<c/>\n</a>"), &tree);
    cr_expect_eq(result.reason, REASON_MESSAGE_MALFORMED);
    cr_expect_str_eq(result.where, "line 4");
    result = document_parse(bytes_of_string("<a>\n<b>\n<c/></b>\n</a>"), &tree);
    cr_assert(result_is_ok(&result));
    char path[DOCUMENT_PATH_SIZE];
    xmlNodePtr found = document_find(xmlDocGetRootElement(tree), "b/c");
    cr_assert_not_null(found);
    document_path(found, path);
    cr_expect_str_eq(path, "/a/b/c");
    cr_expect_eq(xmlGetLineNo(found), 3);
    cr_expect_null(document_find(xmlDocGetRootElement(tree), "b/d"));
    xmlFreeDoc(tree);
}
