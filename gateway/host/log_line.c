#include "host/log_line.h"

#include <string.h>

#include "host/escape.h"

enum { LINE_LIMIT = 4096, CLOSING_ROOM = 8 };

void log_line_begin(struct log_line *line, bool json) {
    line->json = json;
    buffer_init(&line->text, LINE_LIMIT - CLOSING_ROOM);
    if (json)
        buffer_add_char(&line->text, '{');
}

/* ---- values ---- */

static void add_quoted(struct buffer *text, const char *value) {
    buffer_add_char(text, '"');
    escape_add(text, value);
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
