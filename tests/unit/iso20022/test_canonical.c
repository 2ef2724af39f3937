#include <criterion/criterion.h>
#include <libxml/c14n.h>
#include <string.h>

#include "adapters/iso20022/canonical.h"
#include "adapters/iso20022/document.h"

static xmlDocPtr parse(const char *text) {
    xmlDocPtr tree;
    struct result result = document_parse(bytes_of_string(text), &tree);
    cr_assert(result_is_ok(&result), "%s: %s", text, result.detail);
    return tree;
}

/* ---- libxml2's own way: every node of the document is asked whether it belongs ---- */

struct extent {
    const xmlNode *top;
    const xmlNode *without;
};

static int is_inside(void *context, xmlNodePtr node, xmlNodePtr parent) {
    const struct extent *extent = context;
    const xmlNode *at = node->type == XML_NAMESPACE_DECL || node->type == XML_ATTRIBUTE_NODE ? parent : node;
    for (; at && at != extent->without; at = at->parent)
        if (at == extent->top)
            return 1;
    return 0;
}

static struct buffer reference(xmlDocPtr tree, xmlNodePtr top, xmlNodePtr without) {
    struct buffer out;
    struct extent extent = {top, without};
    buffer_init(&out, 1 << 16);
    xmlOutputBufferPtr sink = xmlAllocOutputBuffer(NULL);
    cr_assert_geq(xmlC14NExecute(tree, is_inside, &extent, XML_C14N_EXCLUSIVE_1_0, NULL, 0, sink), 0);
    buffer_add(&out, xmlOutputBufferGetContent(sink), xmlOutputBufferGetSize(sink));
    xmlOutputBufferClose(sink);
    return out;
}

static void expect_same(xmlDocPtr tree, const char *top, const char *without) {
    xmlNodePtr root = xmlDocGetRootElement(tree);
    xmlNodePtr from = *top ? document_find(root, top) : root;
    cr_assert_not_null(from);
    xmlNodePtr left_out = without ? document_find(from, without) : NULL;
    struct buffer expected = reference(tree, from, left_out), found;
    buffer_init(&found, 1 << 16);
    canonical_write(from, left_out, &found);
    cr_expect_str_eq(found.data, expected.data);
    buffer_wipe(&found);
    buffer_wipe(&expected);
}

static const char *const odd[] = {
    "<e><d>1</d></e>",
    "<e xmlns='urn:e' b=\"2\" a='1'><d xmlns=\"urn:e\"><c/></d></e>",
    "<e xmlns:x='urn:x' xmlns:unused='urn:u'><d x:a='1' b='&lt;&quot;&#10;'><x:c xmlns:x='urn:y'/></d></e>",
    "<!-- before --><e>\n <d><!-- inside -->a &amp; b &gt; c&#13;<![CDATA[<raw>]]></d>\n</e><!-- behind -->",
    "<p:e xmlns:p='urn:p'><d xmlns='urn:d'><p:c><d xmlns=''/></p:c></d></p:e>",
    "<e><d xml:space='preserve' xml:lang='th'>  </d>tail</e>",
};

Test(canonical, a_subtree_is_as_libxml2_has_it_by_its_own_way) {
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        xmlDocPtr tree = parse(odd[i]);
        xmlNodePtr inner = document_first(xmlDocGetRootElement(tree));
        expect_same(tree, "", NULL);
        struct buffer expected = reference(tree, inner, NULL), found;
        buffer_init(&found, 1 << 16);
        canonical_write(inner, NULL, &found);
        cr_expect_str_eq(found.data, expected.data, "%s", odd[i]);
        buffer_wipe(&found);
        buffer_wipe(&expected);
        xmlFreeDoc(tree);
    }
}

Test(canonical, what_is_left_out_leaves_no_trace_and_stays_in_the_tree) {
    static const char text[] = "<e><a>1</a><b>2</b> <c>3</c></e>";
    static const char *const parts[] = {"a", "b", "c"};
    xmlDocPtr tree = parse(text);
    for (size_t i = 0; i < 3; i++)
        expect_same(tree, "", parts[i]);
    expect_same(tree, "", NULL);
    xmlChar *bytes;
    int length;
    xmlDocDumpMemory(tree, &bytes, &length);
    cr_expect(strstr((const char *)bytes, text), "%s", (const char *)bytes);
    xmlFree(bytes);
    xmlFreeDoc(tree);
}

static void digest_of(const char *text, const char *without, uint8_t out[32]) {
    xmlDocPtr tree = parse(text);
    xmlNodePtr top = document_first(xmlDocGetRootElement(tree));
    canonical_digest(top, without ? document_find(top, without) : NULL, out);
    xmlFreeDoc(tree);
}

Test(canonical, the_digest_is_of_content_alone) {
    uint8_t one[32], other[32];
    digest_of("<e><d xmlns=\"urn:d\"><T>1</T><x>2</x></d></e>", "T", one);
    digest_of("<e xmlns:u=\"urn:u\" a=\"1\"><d xmlns='urn:d' ><T>9</T><x >2</x></d></e>", "T", other);
    cr_expect_arr_eq(one, other, 32, "header, time and spelling are outside");
    digest_of("<e><d xmlns=\"urn:d\"><T>1</T><x>3</x></d></e>", "T", other);
    cr_expect_neq(memcmp(one, other, 32), 0, "a value is inside");
    digest_of("<e><d xmlns=\"urn:d\"><T>1</T><x>2</x></d></e>", NULL, other);
    cr_expect_neq(memcmp(one, other, 32), 0);
}
