#include "base/text.h"

#include <stdlib.h>
#include <string.h>

bool text_copy(char *to, size_t size, const char *from, size_t length) {
    to[0] = '\0';
    if (length >= size || memchr(from, '\0', length))
        return false;
    memcpy(to, from, length);
    to[length] = '\0';
    return true;
}

void text_set(char *to, size_t size, const char *from) {
    if (!text_copy(to, size, from, strlen(from)))
        abort();
}

bool text_equal(const char *left, const char *right) {
    return strcmp(left, right) == 0;
}

bool text_is_empty(const char *text) {
    return text[0] == '\0';
}

static bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

static bool is_upper_or_digit(char c) {
    return is_upper(c) || (c >= '0' && c <= '9');
}

static bool is_fin_x(char c) {
    return is_upper_or_digit(c) || (c >= 'a' && c <= 'z') || (c && strchr("/-?:().,'+ ", c));
}

bool text_is_latin(const char *text) {
    for (; *text; text++)
        if (!is_fin_x(*text) && !strchr("!#$%&*=^_`{|}~\";@[]\\<>", *text))
            return false;
    return true;
}

bool text_is_reference(const char *text) {
    size_t length = strlen(text);
    if (length == 0 || text[0] == '/' || text[length - 1] == '/' || strstr(text, "//"))
        return false;
    for (; *text; text++)
        if (!is_fin_x(*text))
            return false;
    return true;
}

bool text_is_upper(const char *text, size_t length) {
    if (strlen(text) != length)
        return false;
    for (; *text; text++)
        if (!is_upper(*text))
            return false;
    return true;
}

bool text_is_bic(const char *text) {
    size_t length = strlen(text);
    if (length != 8 && length != 11)
        return false;
    for (size_t i = 0; i < length; i++)
        if (i == 4 || i == 5 ? !is_upper(text[i]) : !is_upper_or_digit(text[i]))
            return false;
    return true;
}

static size_t least(size_t a, size_t b, size_t c) {
    size_t smaller = a < b ? a : b;
    return smaller < c ? smaller : c;
}

size_t text_distance(const char *left, const char *right) {
    enum { LONGEST = 64 };
    size_t rows = strnlen(left, LONGEST), columns = strnlen(right, LONGEST);
    size_t previous[LONGEST + 1], current[LONGEST + 1];
    for (size_t j = 0; j <= columns; j++)
        previous[j] = j;
    for (size_t i = 1; i <= rows; i++) {
        current[0] = i;
        for (size_t j = 1; j <= columns; j++)
            current[j] =
                least(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (left[i - 1] != right[j - 1]));
        memcpy(previous, current, sizeof previous);
    }
    return previous[columns];
}
