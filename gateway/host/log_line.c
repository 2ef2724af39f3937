#include "host/log_line.h"

#include <string.h>

enum { LINE_LIMIT = 4096, CLOSING_ROOM = 8 };

void log_line_begin(struct log_line *line, bool json) {
    line->json = json;
    buffer_init(&line->text, LINE_LIMIT - CLOSING_ROOM);
    if (json)
        buffer_add_char(&line->text, '{');
}

/* ---- values ---- */

/* Bytes of the UTF-8 character at `text`, 0: it is none. Surrogates and overlong forms are left to whoever
 * reads; what matters is that a line stays one line of text. */
static size_t character_length(const unsigned char *text) {
    size_t length = text[0] < 0x80 ? 1 : text[0] < 0xC2 ? 0 : text[0] < 0xE0 ? 2 : text[0] < 0xF0 ? 3 : 4;
    if (text[0] > 0xF4)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    return length;
}

/* A control character would end the line or move a terminal's cursor. */
static void add_escaped(struct buffer *text, const char *value) {
    while (*value) {
        size_t length = character_length((const unsigned char *)value);
        unsigned char first = (unsigned char)*value;
        if (first == '"' || first == '\\')
            buffer_add_char(text, '\\');
        if (first < ' ' || first == 0x7F)
            buffer_add_char(text, ' ');
        else if (length == 0)
            buffer_add_char(text, '?');
        else
            buffer_add(text, value, length);
        value += length ? length : 1;
    }
}

static void add_quoted(struct buffer *text, const char *value) {
    buffer_add_char(text, '"');
    add_escaped(text, value);
    buffer_add_char(text, '"');
}

static bool needs_quotes(const char *value) {
    for (; *value; value++)
        if ((unsigned char)*value <= ' ' || (unsigned char)*value >= 0x7F || strchr("=\"\\", *value))
            return true;
    return false;
}

/* ---- pairs ---- */

void log_line_add(struct log_line *line, const char *key, const char *value) {
    struct buffer *text = &line->text;
    if (!value || !*value)
        return;
    bool first = text->length == (line->json ? 1 : 0);
    /* A pair that does not fit is left out whole: half of one would be no JSON. */
    struct buffer pair;
    buffer_init(&pair, LINE_LIMIT);
    buffer_addf(&pair, line->json ? "%s\"%s\":" : "%s%s=", first ? "" : line->json ? "," : " ", key);
    if (line->json || needs_quotes(value))
        add_quoted(&pair, value);
    else
        buffer_add_string(&pair, value);
    if (!pair.overflowed)
        buffer_add(text, pair.data, pair.length);
    buffer_wipe(&pair);
}

struct bytes log_line_end(struct log_line *line) {
    line->text.limit = LINE_LIMIT;
    buffer_add_string(&line->text, line->json ? "}\n" : "\n");
    return buffer_bytes(&line->text);
}

void log_line_wipe(struct log_line *line) {
    buffer_wipe(&line->text);
}
