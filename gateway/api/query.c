#include "api/query.h"

#include <string.h>

#include "api/answer.h"
#include "base/text.h"
#include "core/reasons.h"

/* ---- percent-encoding ---- */

static int digit_of(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The byte at `at`, which moves behind it; -1: no encoding of a printable character. */
static int next_byte(const char **at, const char *end) {
    int byte = (unsigned char)*(*at)++;
    if (byte == '%') {
        int high = *at < end ? digit_of((*at)[0]) : -1, low = *at + 1 < end ? digit_of((*at)[1]) : -1;
        if (high < 0 || low < 0)
            return -1;
        byte = 16 * high + low;
        *at += 2;
    }
    return byte >= ' ' && byte <= '~' ? byte : -1;
}

static bool decode(const char *from, size_t length, char *out, size_t size) {
    const char *end = from + length;
    size_t used = 0;
    while (from < end) {
        int byte = next_byte(&from, end);
        if (byte < 0 || used + 1 >= size)
            return false;
        out[used++] = (char)byte;
    }
    out[used] = '\0';
    return true;
}

/* ---- parameters ---- */

static struct query_parameter *find(const char *name, struct query_parameter *parameters, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (text_equal(parameters[i].name, name))
            return &parameters[i];
    return NULL;
}

static struct result refuse_unknown(const char *name, const struct query_parameter *parameters,
                                    size_t count) {
    const char *nearest = NULL;
    for (size_t i = 0; i < count; i++)
        if (!nearest || text_distance(parameters[i].name, name) < text_distance(nearest, name))
            nearest = parameters[i].name;
    return answer_unknown(name, nearest);
}

static struct result read_pair(const char *pair, size_t length, struct query_parameter *parameters,
                               size_t count) {
    char name[QUERY_VALUE_SIZE];
    const char *equals = memchr(pair, '=', length);
    size_t name_length = equals ? (size_t)(equals - pair) : length;
    if (!decode(pair, name_length, name, sizeof name))
        return result_refuse(REASON_REQUEST_MALFORMED, "", "a parameter's name is not readable");
    struct query_parameter *parameter = find(name, parameters, count);
    if (!parameter)
        return refuse_unknown(name, parameters, count);
    if (parameter->is_given)
        return answer_malformed(name, "is given twice");
    parameter->is_given = true;
    if (!equals || !decode(equals + 1, length - name_length - 1, parameter->value, sizeof parameter->value))
        return answer_malformed(name, "has no value that can be read");
    return result_ok();
}

struct result query_read(const char *query, struct query_parameter *parameters, size_t count) {
    while (*query) {
        size_t length = strcspn(query, "&");
        if (length > 0)
            TRY(read_pair(query, length, parameters, count));
        query += length;
        query += *query == '&';
    }
    return result_ok();
}
