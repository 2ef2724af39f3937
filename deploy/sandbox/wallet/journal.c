#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"

struct journal {
    int file;
};

/* Replays whole lines; returns the length of what was read whole, -1 when a line is no JSON. */
static long replay_lines(FILE *file, journal_line replay, void *context) {
    char *text = NULL;
    size_t capacity = 0;
    long whole = 0;
    for (ssize_t length; (length = getline(&text, &capacity, file)) > 0;) {
        if (text[length - 1] != '\n')
            break;
        json_t *line = json_loadb(text, (size_t)length, 0, NULL);
        if (!line) {
            whole = -1;
            break;
        }
        replay(context, line);
        json_decref(line);
        whole += length;
    }
    free(text);
    return whole;
}

struct result journal_open(const char *path, journal_line replay, void *context, struct journal **out) {
    int file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    FILE *stream = file < 0 ? NULL : fdopen(dup(file), "r");
    if (!stream)
        return result_fatal("cannot open the journal: %s", strerror(errno));
    long whole = replay_lines(stream, replay, context);
    fclose(stream);
    if (whole < 0 || ftruncate(file, whole) != 0) {
        close(file);
        return result_fatal("the journal is damaged");
    }
    *out = must_calloc(1, sizeof **out);
    (*out)->file = file;
    return result_ok();
}

void journal_append(struct journal *journal, const json_t *line) {
    char *text = json_dumps(line, JSON_COMPACT);
    size_t length = text ? strlen(text) : 0;
    if (!text)
        abort();
    text[length] = '\n';
    if (write(journal->file, text, length + 1) != (ssize_t)(length + 1))
        abort();
    free(text);
}

void journal_close(struct journal *journal) {
    if (!journal)
        return;
    close(journal->file);
    free(journal);
}
