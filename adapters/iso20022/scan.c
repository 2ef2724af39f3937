#include "adapters/iso20022/scan.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "adapters/iso20022/document.h"
#include "core/reasons.h"

struct scan {
    const char *start;
    const char *at;
    const char *end;
    int depth;
    int nodes;
};

static struct result refuse_at(const struct scan *scan, int reason, const char *what) {
    int line = 1;
    for (const char *c = scan->start; c < scan->at; c++)
        line += *c == '\n';
    char where[32];
    snprintf(where, sizeof where, "line %d", line);
    return result_refuse(reason, where, "%s", what);
}

/* ---- characters ---- */

/* Bytes of the UTF-8 sequence at `at` that XML 1.0 allows; 0: overlong, a surrogate, a control, cut off. */
static size_t utf8_length(const uint8_t *at, size_t left) {
    uint8_t c = at[0];
    if (c < 0x80)
        return c >= 0x20 || c == '\t' || c == '\n' || c == '\r' ? 1 : 0;
    size_t length = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
    if (c < 0xC2 || c > 0xF4 || length > left)
        return 0;
    uint32_t value = c & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (at[i] & 0x3Fu);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < least[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return 0;
    return value == 0xFFFE || value == 0xFFFF ? 0 : length;
}

static struct result check_characters(struct scan *scan) {
    while (scan->at < scan->end) {
        size_t length = utf8_length((const uint8_t *)scan->at, (size_t)(scan->end - scan->at));
        if (length == 0)
            return refuse_at(scan, REASON_MESSAGE_MALFORMED, "a byte that is not UTF-8 or not XML");
        scan->at += length;
    }
    scan->at = scan->start;
    return result_ok();
}

/* ---- markup ---- */

static bool starts_with(const struct scan *scan, const char *text) {
    size_t length = strlen(text);
    return (size_t)(scan->end - scan->at) >= length && memcmp(scan->at, text, length) == 0;
}

static struct result skip_behind(struct scan *scan, const char *closing) {
    const char *found = memmem(scan->at, (size_t)(scan->end - scan->at), closing, strlen(closing));
    if (!found)
        return refuse_at(scan, REASON_MESSAGE_MALFORMED, "the message ends inside markup");
    scan->at = found + strlen(closing);
    return result_ok();
}

static struct result count_node(struct scan *scan) {
    if (++scan->nodes > DOCUMENT_MAX_NODES)
        return refuse_at(scan, REASON_MESSAGE_COMPLEX, "too many nodes");
    return result_ok();
}

static struct result read_value(struct scan *scan) {
    char quote = *scan->at++;
    const char *closing = memchr(scan->at, quote, (size_t)(scan->end - scan->at));
    if (!closing)
        return refuse_at(scan, REASON_MESSAGE_MALFORMED, "an attribute value without an end");
    scan->at = closing + 1;
    return count_node(scan);
}

static struct result open_element(struct scan *scan) {
    int attributes = 0;
    scan->at++;
    while (scan->at < scan->end && *scan->at != '>') {
        if (*scan->at != '"' && *scan->at != '\'') {
            scan->at++;
            continue;
        }
        if (++attributes > DOCUMENT_MAX_ATTRIBUTES)
            return refuse_at(scan, REASON_MESSAGE_COMPLEX, "too many attributes");
        TRY(read_value(scan));
    }
    if (scan->at == scan->end)
        return refuse_at(scan, REASON_MESSAGE_MALFORMED, "the message ends inside a tag");
    if (scan->at[-1] != '/' && ++scan->depth > DOCUMENT_MAX_DEPTH)
        return refuse_at(scan, REASON_MESSAGE_COMPLEX, "too many levels");
    scan->at++;
    return count_node(scan);
}

static struct result read_markup(struct scan *scan) {
    if (starts_with(scan, "<!--")) {
        TRY(count_node(scan));
        return skip_behind(scan, "-->");
    }
    if (starts_with(scan, "<![CDATA[")) {
        TRY(count_node(scan));
        return skip_behind(scan, "]]>");
    }
    if (starts_with(scan, "<!") || starts_with(scan, "<?"))
        return refuse_at(scan, REASON_MESSAGE_DOCTYPE, "markup that a message never needs");
    if (starts_with(scan, "</")) {
        scan->depth--;
        return skip_behind(scan, ">");
    }
    return open_element(scan);
}

/* <?xml version="1.0" encoding="UTF-8"?> and a byte order mark are the only things allowed before the root.
 */
static struct result read_declaration(struct scan *scan) {
    if (starts_with(scan, "\xEF\xBB\xBF"))
        scan->at += 3;
    if (!starts_with(scan, "<?xml "))
        return result_ok();
    const char *from = scan->at;
    TRY(skip_behind(scan, "?>"));
    char text[128];
    size_t length = (size_t)(scan->at - from);
    if (length >= sizeof text)
        return refuse_at(scan, REASON_MESSAGE_MALFORMED, "an XML declaration that says too much");
    memcpy(text, from, length);
    text[length] = '\0';
    if (strstr(text, "encoding") && !strcasestr(text, "\"utf-8\"") && !strcasestr(text, "'utf-8'"))
        return refuse_at(scan, REASON_MESSAGE_MALFORMED, "declared in another encoding than UTF-8");
    return result_ok();
}

MUST_USE struct result scan_message(struct bytes message) {
    struct scan scan = {message.data, message.data, message.data + message.length, 0, 0};
    if (message.length > DOCUMENT_MAX_SIZE)
        return result_refuse(REASON_MESSAGE_TOO_LARGE, "", "%zu bytes", message.length);
    if (message.length == 0)
        return result_refuse(REASON_MESSAGE_MALFORMED, "", "an empty message");
    TRY(check_characters(&scan));
    TRY(read_declaration(&scan));
    while (scan.at < scan.end) {
        if (*scan.at == '<') {
            TRY(read_markup(&scan));
            continue;
        }
        const char *markup = memchr(scan.at, '<', (size_t)(scan.end - scan.at));
        scan.at = markup ? markup : scan.end;
        TRY(count_node(&scan));
    }
    return result_ok();
}
