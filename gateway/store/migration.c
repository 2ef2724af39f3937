#include "store/migration.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

#define COMPATIBLE_FROM "-- compatible-from:"

/* ---- SQL as a row of statements ---- */

static const char *end_of_line(const char *at) {
    return at + strcspn(at, "\n");
}

/* Block comments nest. */
static const char *end_of_comment(const char *at) {
    int depth = 0;
    do {
        if (strncmp(at, "/*", 2) == 0)
            depth++, at += 2;
        else if (strncmp(at, "*/", 2) == 0)
            depth--, at += 2;
        else
            at++;
    } while (depth > 0 && *at);
    return at;
}

/* Behind the closing quote; a doubled one opens the next text at once, which comes to the same. */
static const char *end_of_quoted(const char *at, bool has_escapes) {
    char quote = *at++;
    while (*at && *at != quote)
        at += has_escapes && at[0] == '\\' && at[1] ? 2 : 1;
    return *at ? at + 1 : at;
}

/* $$ or $tag$: behind the same tag again. NULL: no such tag stands here ($1 is a parameter). */
static const char *end_of_dollars(const char *at) {
    char tag[32];
    size_t length = 1;
    while (isalnum((unsigned char)at[length]) || at[length] == '_')
        length++;
    if (at[length] != '$' || isdigit((unsigned char)at[1]) || !text_copy(tag, sizeof tag, at, length + 1))
        return NULL;
    const char *end = strstr(at + length + 1, tag);
    return end ? end + length + 1 : at + strlen(at);
}

static const char *end_of_word(const char *at) {
    while (isalnum((unsigned char)*at) || *at == '_' || *at == '$')
        at++;
    return at;
}

/* Spaces and comments. */
static const char *skip_nothing(const char *at) {
    for (;;) {
        if (isspace((unsigned char)*at))
            at++;
        else if (strncmp(at, "--", 2) == 0)
            at = end_of_line(at);
        else if (strncmp(at, "/*", 2) == 0)
            at = end_of_comment(at);
        else
            return at;
    }
}

static const char *skip_token(const char *at) {
    if ((at[0] == 'E' || at[0] == 'e') && at[1] == '\'')
        return end_of_quoted(at + 1, true);
    if (*at == '\'' || *at == '"')
        return end_of_quoted(at, false);
    const char *end = *at == '$' ? end_of_dollars(at) : NULL;
    if (!end && (isalpha((unsigned char)*at) || *at == '_'))
        end = end_of_word(at);
    return end ? end : at + 1;
}

/* Behind the semicolon that ends the statement, or at the end. */
static const char *end_of_statement(const char *at) {
    while (*(at = skip_nothing(at)) && *at != ';')
        at = skip_token(at);
    return *at ? at + 1 : at;
}

static bool ends_transaction(const char *statement) {
    static const char *const words[] = {"BEGIN",    "START", "COMMIT",    "END",
                                        "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE"};
    size_t length = (size_t)(end_of_word(statement) - statement);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == length && strncasecmp(statement, words[i], length) == 0)
            return true;
    return false;
}

static struct result count_statements(struct migration *migration) {
    for (const char *at = skip_nothing(migration->sql); *at; at = skip_nothing(end_of_statement(at))) {
        if (ends_transaction(at))
            return result_fatal("%s: %.*s: a migration is one transaction, which is not its own to end",
                                migration->name, (int)(end_of_word(at) - at), at);
        migration->statements += *at != ';';
    }
    return result_ok();
}

/* ---- the file ---- */

static struct result read_compatible_from(struct migration *migration) {
    migration->compatible_from = migration->number;
    const char *line = strstr(migration->sql, COMPATIBLE_FROM);
    if (!line)
        return result_ok();
    char *end;
    long number = strtol(line + strlen(COMPATIBLE_FROM), &end, 10);
    if (*end != '\n' || number < 1 || number > migration->number)
        return result_fatal("%s: compatible-from wants a number from 1 to %d", migration->name,
                            migration->number);
    migration->compatible_from = (int)number;
    return result_ok();
}

struct result migration_read(const struct embedded_file *file, struct migration *out) {
    *out = (struct migration){.name = file->name, .sql = file->bytes};
    out->number = (int)strtol(file->name, NULL, 10);
    if (out->number < 1)
        return result_fatal("%s: a migration's name starts with its number", file->name);
    uint8_t digest[DIGEST_SIZE];
    digest_sha256(file->bytes, file->length, digest);
    digest_to_hex(digest, sizeof digest, out->hash);
    TRY(read_compatible_from(out));
    return count_statements(out);
}
