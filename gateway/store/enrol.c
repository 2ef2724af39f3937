#include "store/enrol.h"

#include <errno.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* ---- the file ---- */

/* A line without its comment and the spaces around it. */
static char *bare(char *line) {
    line[strcspn(line, "#\r\n")] = '\0';
    line += strspn(line, " \t");
    size_t length = strlen(line);
    while (length > 0 && (line[length - 1] == ' ' || line[length - 1] == '\t'))
        line[--length] = '\0';
    return line;
}

/* "FINGERPRINT NAME" */
static bool read_line(const char *text, struct enrol_operator *out) {
    size_t length = strspn(text, "0123456789abcdef");
    const char *name = text + length + strspn(text + length, " \t");
    return length == FINGERPRINT_SIZE - 1 && name > text + length && operator_is_name(name) &&
           text_copy(out->certificate, sizeof out->certificate, text, length) &&
           text_copy(out->name, sizeof out->name, name, strlen(name));
}

static bool is_known(const struct enrol_list *list, const struct enrol_operator *operator) {
    for (size_t i = 0; i < list->count; i++)
        if (text_equal(list->items[i].name, operator->name) ||
            text_equal(list->items[i].certificate, operator->certificate))
            return true;
    return false;
}

static struct result read_lines(struct enrol_list *out, FILE *file, const char *path) {
    char line[256];
    for (int number = 1; fgets(line, sizeof line, file); number++) {
        const char *text = bare(line);
        struct enrol_operator operator= {0};
        if (!*text)
            continue;
        if (!read_line(text, &operator))
            return result_fatal(
                "%.60s:%d: the SHA-256 of an operator's certificate (64 lower-case hex digits), a "
                "space and a name are expected",
                path, number);
        if (is_known(out, &operator))
            return result_fatal("%.60s:%d: this name or certificate stands there already", path, number);
        *array_push(out) = operator;
    }
    if (ferror(file))
        return result_fatal("cannot read the operators' file %.60s: %s", path, strerror(errno));
    return result_ok();
}

struct result enrol_read(const char *path, struct enrol_list *out) {
    *out = (struct enrol_list){0};
    FILE *file = fopen(path, "re");
    if (!file)
        return result_fatal("cannot read the operators' file %.60s: %s", path, strerror(errno));
    struct result result = read_lines(out, file, path);
    fclose(file);
    if (result_is_ok(&result) && out->count < COMMAND_LEAST_OPERATORS)
        return result_fatal("%.60s names %zu operators; the first two are wanted, each with a certificate of "
                            "their own",
                            path, out->count);
    return result;
}

void enrol_wipe(struct enrol_list *list) {
    array_wipe(list);
}

/* ---- the database ---- */

static struct result outcome_of(PGconn *session, PGresult *answer) {
    ExecStatusType status = PQresultStatus(answer);
    const char *text = PQerrorMessage(session);
    int length = (int)strcspn(text, "\n");
    struct result result = result_ok();
    if (PQstatus(session) == CONNECTION_BAD)
        result = result_retry("database: %.*s", length, text);
    else if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        result = result_fatal("operators: %.*s", length, text);
    PQclear(answer);
    return result;
}

static struct result is_anybody(PGconn *session, bool *out) {
    PGresult *answer = PQexec(session, "SELECT 1 FROM pontis.operator LIMIT 1");
    *out = PQntuples(answer) > 0;
    return outcome_of(session, answer);
}

static struct result insert(PGconn *session, const struct enrol_operator *operator) {
    const char *const values[] = {operator->name, operator->certificate };
    return outcome_of(session, PQexecParams(session,
                                            "INSERT INTO pontis.operator (name, role, certificate)"
                                            " VALUES ($1, 'operator', $2)",
                                            2, NULL, values, NULL, NULL, 0));
}

/* The lock keeps another migrate from doing the same. */
static struct result insert_all(PGconn *session, const struct enrol_list *list, size_t *enrolled) {
    bool anybody;
    TRY(outcome_of(session, PQexec(session, "BEGIN; LOCK TABLE pontis.operator IN EXCLUSIVE MODE")));
    TRY(is_anybody(session, &anybody));
    for (size_t i = 0; i < list->count && !anybody; i++)
        TRY(insert(session, &list->items[i]));
    TRY(outcome_of(session, PQexec(session, "COMMIT")));
    *enrolled = anybody ? 0 : list->count;
    return result_ok();
}

static struct result enrol(PGconn *session, const char *file, size_t *enrolled) {
    bool anybody;
    struct enrol_list list = {0};
    TRY(is_anybody(session, &anybody));
    if (anybody)
        return result_ok();
    if (!file)
        return result_fatal("nobody is enrolled who could give an order: api.operators is not set");
    struct result result = enrol_read(file, &list);
    if (result_is_ok(&result))
        result = insert_all(session, &list, enrolled);
    enrol_wipe(&list);
    return result;
}

struct result enrol_first(const char *owner_conninfo, const char *file, size_t *enrolled) {
    *enrolled = 0;
    PGconn *session = PQconnectdb(owner_conninfo);
    struct result result =
        PQstatus(session) == CONNECTION_OK ? enrol(session, file, enrolled) : outcome_of(session, NULL);
    PQfinish(session);
    return result;
}
