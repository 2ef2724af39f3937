#ifndef PONTIS_HOST_LOG_LINE_H
#define PONTIS_HOST_LOG_LINE_H

#include <stdbool.h>

#include "base/buffer.h"

/* How a line of the log is written: pairs in logfmt (time=... level=...) or as one JSON object. */
struct log_line {
    struct buffer text;
    bool json;
};

void log_line_begin(struct log_line *line, bool json);
/* Left out when the value is NULL or empty. */
void log_line_add(struct log_line *line, const char *key, const char *value);
/* The whole line with its line feed; log_line_wipe frees it. */
struct bytes log_line_end(struct log_line *line);
void log_line_wipe(struct log_line *line);

#endif
