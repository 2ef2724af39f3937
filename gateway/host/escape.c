#include "host/escape.h"

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
void escape_add(struct buffer *out, const char *text) {
    while (*text) {
        size_t length = character_length((const unsigned char *)text);
        unsigned char first = (unsigned char)*text;
        if (first == '"' || first == '\\')
            buffer_add_char(out, '\\');
        if (first < ' ' || first == 0x7F)
            buffer_add_char(out, ' ');
        else if (length == 0)
            buffer_add_char(out, '?');
        else
            buffer_add(out, text, length);
        text += length ? length : 1;
    }
}
