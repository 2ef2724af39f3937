#include "store/connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "host/log.h"
#include "host/metrics.h"
#include "store/query.h"
#include "store/result_fields.h"

enum { FIRST_PAUSE = 50, LONGEST_PAUSE = 2000, CONNECT_DEADLINE = 10000 };

enum phase {
    PHASE_DOWN,     /* until the timer makes another attempt */
    PHASE_STARTING, /* an attempt follows at once */
    PHASE_CONNECTING,
    PHASE_PREPARING,
    PHASE_ENTERING,
    PHASE_OPEN,
    PHASE_STOPPED,
};

struct request_queue {
    struct request *head;
    struct request *tail;
};

struct connection {
    struct connection_settings settings;
    struct event_base *base;
    PGconn *session; /* NULL: none */
    enum phase phase;
    struct event *readable, *writable; /* of the session's socket */
    struct event *timer;               /* next attempt, or the deadline of what is under way */
    int64_t pause;
    bool doubtful;                /* the server warned: what it says next cannot be relied on */
    struct request_queue waiting; /* for the session */
    struct request_queue sent;
};

/* ---- queues ---- */

static void push(struct request_queue *queue, struct request *request) {
    request->next = NULL;
    if (queue->tail)
        queue->tail->next = request;
    else
        queue->head = request;
    queue->tail = request;
}

static struct request *pop(struct request_queue *queue) {
    struct request *request = queue->head;
    queue->head = request->next;
    if (!queue->head)
        queue->tail = NULL;
    return request;
}

static void end_request(struct request *request) {
    if (request->on_end)
        request->on_end(request->context, &request->end);
    request_free(request);
}

static void end_all(struct request_queue queue, enum request_fate fate, const char *why) {
    while (queue.head) {
        struct request *request = pop(&queue);
        if (request->end.fate != REQUEST_FAILED) {
            request->end.fate = fate;
            snprintf(request->end.detail, sizeof request->end.detail, "%s", why);
        }
        end_request(request);
    }
}

static struct request_queue taken(struct request_queue *queue) {
    struct request_queue all = *queue;
    *queue = (struct request_queue){NULL, NULL};
    return all;
}

/* ---- the session's end ---- */

static void set_timer(struct connection *connection, int64_t milliseconds) {
    struct timeval time = {milliseconds / 1000, milliseconds % 1000 * 1000};
    event_add(connection->timer, &time);
}

static void drop_events(struct connection *connection) {
    if (connection->readable)
        event_free(connection->readable);
    if (connection->writable)
        event_free(connection->writable);
    connection->readable = connection->writable = NULL;
}

/* What was sent is lost, what waited was not sent; the next attempt follows after `pause`. */
static void lose(struct connection *connection, const char *why) {
    char detail[160];
    snprintf(detail, sizeof detail, "%.*s", (int)strcspn(why, "\n"), why);
    bool stood = connection->phase == PHASE_OPEN;
    drop_events(connection);
    event_del(connection->timer);
    if (connection->session)
        PQfinish(connection->session);
    connection->session = NULL;
    connection->doubtful = false;
    connection->pause = stood ? 0 : connection->pause ? connection->pause * 2 : FIRST_PAUSE;
    if (connection->pause > LONGEST_PAUSE)
        connection->pause = LONGEST_PAUSE;
    connection->phase = stood ? PHASE_STARTING : PHASE_DOWN;
    set_timer(connection, connection->pause);
    metrics_count(METRIC_DATABASE_LOSSES, connection->settings.durable ? "committing" : "reading");
    log_write(LOG_WARNING, "database.lost", "connection", connection->settings.application_name, "detail",
              detail, NULL);
    struct request_queue sent = taken(&connection->sent), waiting = taken(&connection->waiting);
    connection->settings.lost(connection->settings.context, detail);
    end_all(sent, REQUEST_LOST, detail);
    end_all(waiting, REQUEST_NOT_SENT, detail);
}

static void lose_session(struct connection *connection) {
    lose(connection, PQerrorMessage(connection->session));
}

/* ---- sending ---- */

static bool flush(struct connection *connection) {
    int left = PQflush(connection->session);
    if (left < 0)
        return false;
    if (left > 0)
        event_add(connection->writable, NULL);
    return true;
}

static bool send_statement(PGconn *session, const struct request *request,
                           const struct statement *statement) {
    if (request->is_preparation)
        return PQsendPrepare(session, statement->name, query_text(statement->name), 0, NULL);
    return PQsendQueryPrepared(session, statement->name, statement->count, statement->values,
                               statement->lengths, statement->formats, 0);
}

static bool send_plain(PGconn *session, const char *sql) {
    return PQsendQueryParams(session, sql, 0, NULL, NULL, NULL, NULL, 0);
}

static bool send_all(PGconn *session, const struct request *request) {
    if (request->begins && !send_plain(session, "BEGIN"))
        return false;
    for (size_t i = 0; i < request->statements.count; i++)
        if (!send_statement(session, request, &request->statements.items[i]))
            return false;
    if (request->commits && !send_plain(session, "COMMIT"))
        return false;
    return PQpipelineSync(session);
}

static void start_deadline(struct connection *connection) {
    if (connection->sent.head)
        set_timer(connection, connection->settings.deadline);
    else
        event_del(connection->timer);
}

static void send_request(struct connection *connection, struct request *request) {
    bool first = !connection->sent.head;
    push(&connection->sent, request);
    if (first)
        start_deadline(connection);
    if (!send_all(connection->session, request) || !flush(connection))
        lose_session(connection);
}

/* An explicit transaction that failed stays open behind the pipeline's end. */
static void send_rollback(struct connection *connection) {
    struct request *request = request_new(NULL, NULL);
    push(&connection->sent, request);
    start_deadline(connection);
    if (!send_plain(connection->session, "ROLLBACK") || !PQpipelineSync(connection->session) ||
        !flush(connection))
        lose_session(connection);
}

/* ---- receiving ---- */

static void take_failure(struct request *request, const PGresult *answer) {
    if (request->end.fate == REQUEST_FAILED)
        return;
    result_fields_take(answer, &request->end);
}

static void take_answer(struct request *request, const PGresult *answer) {
    ExecStatusType status = PQresultStatus(answer);
    size_t statement = request->answered - (request->begins ? 1 : 0);
    if (status == PGRES_FATAL_ERROR && !result_fields_ends_session(answer))
        take_failure(request, answer);
    else if (status == PGRES_TUPLES_OK && request->on_rows && statement < request->statements.count)
        request->on_rows(request->context, statement, answer);
}

/* The pipeline's end: the request ends with what was heard. False: the session is gone. */
static bool take_sync(struct connection *connection) {
    if (connection->doubtful) {
        lose(connection, "the server warned: the commit may not be replicated");
        return false;
    }
    PGconn *session = connection->session;
    struct request *request = pop(&connection->sent);
    start_deadline(connection);
    if ((request->begins || request->commits) && request->end.fate == REQUEST_FAILED)
        send_rollback(connection);
    end_request(request);
    return connection->session == session;
}

/* False: the session is gone. */
static bool take_next(struct connection *connection) {
    PGresult *answer = PQgetResult(connection->session);
    struct request *request = connection->sent.head;
    bool stands = true;
    if (PQstatus(connection->session) == CONNECTION_BAD) {
        lose_session(connection);
        stands = false;
    } else if (!answer)
        request->answered++;
    else if (PQresultStatus(answer) == PGRES_PIPELINE_SYNC)
        stands = take_sync(connection);
    else
        take_answer(request, answer);
    PQclear(answer);
    return stands;
}

static void on_readable(evutil_socket_t socket, short what, void *context) {
    (void)socket, (void)what;
    struct connection *connection = context;
    if (!PQconsumeInput(connection->session) || !flush(connection)) {
        lose_session(connection);
        return;
    }
    while (connection->sent.head && !PQisBusy(connection->session))
        if (!take_next(connection))
            return;
}

static void on_writable(evutil_socket_t socket, short what, void *context) {
    (void)socket, (void)what;
    struct connection *connection = context;
    if (!flush(connection))
        lose_session(connection);
}

static void on_notice(void *context, const PGresult *notice) {
    struct connection *connection = context;
    if (connection->settings.durable && connection->sent.head && result_fields_warns(notice))
        connection->doubtful = true;
}

/* ---- connecting ---- */

static void on_prepared(void *context, const struct request_end *end) {
    struct connection *connection = context;
    if (end->fate == REQUEST_LOST)
        return;
    if (end->fate != REQUEST_DONE) {
        log_write(LOG_ERROR, "database.schema", "detail", end->detail, NULL);
        lose(connection, "a statement cannot be prepared: is the schema migrated?");
        return;
    }
    connection->phase = PHASE_ENTERING;
    connection->settings.enter(connection->settings.context);
}

static void prepare(struct connection *connection) {
    struct request *request = request_new(on_prepared, connection);
    request->is_preparation = true;
    char name[QUERY_NAME_SIZE];
    for (size_t i = 0; query_name(i, name); i++)
        if (connection->settings.prepares(name))
            request_add(request, arena_copy(&request->arena, name, strlen(name)));
    connection->phase = PHASE_PREPARING;
    send_request(connection, request);
}

static void connected(struct connection *connection) {
    PGconn *session = connection->session;
    drop_events(connection);
    event_del(connection->timer);
    if (PQsetnonblocking(session, 1) != 0 || !PQenterPipelineMode(session)) {
        lose_session(connection);
        return;
    }
    PQsetNoticeReceiver(session, on_notice, connection);
    connection->readable =
        event_new(connection->base, PQsocket(session), EV_READ | EV_PERSIST, on_readable, connection);
    connection->writable = event_new(connection->base, PQsocket(session), EV_WRITE, on_writable, connection);
    event_add(connection->readable, NULL);
    prepare(connection);
}

static void on_progress(evutil_socket_t socket, short what, void *context);

/* The socket may be another one from step to step. */
static void await(struct connection *connection, short what) {
    drop_events(connection);
    connection->readable =
        event_new(connection->base, PQsocket(connection->session), what, on_progress, connection);
    event_add(connection->readable, NULL);
}

static void on_progress(evutil_socket_t socket, short what, void *context) {
    (void)socket, (void)what;
    struct connection *connection = context;
    switch (PQconnectPoll(connection->session)) {
    case PGRES_POLLING_OK:
        connected(connection);
        return;
    case PGRES_POLLING_READING:
        await(connection, EV_READ);
        return;
    case PGRES_POLLING_WRITING:
        await(connection, EV_WRITE);
        return;
    default:
        lose_session(connection);
        return;
    }
}

static void attempt(struct connection *connection) {
    static const char *const names[] = {"dbname", "application_name", "options", "client_encoding", NULL};
    const char *values[] = {connection->settings.conninfo, connection->settings.application_name,
                            connection->settings.options, "UTF8", NULL};
    connection->phase = PHASE_CONNECTING;
    connection->session = PQconnectStartParams(names, values, 1);
    if (!connection->session || PQstatus(connection->session) == CONNECTION_BAD) {
        lose_session(connection);
        return;
    }
    set_timer(connection, CONNECT_DEADLINE);
    await(connection, EV_WRITE);
}

static void on_timer(evutil_socket_t socket, short what, void *context) {
    (void)socket, (void)what;
    struct connection *connection = context;
    if (connection->phase == PHASE_DOWN || connection->phase == PHASE_STARTING)
        attempt(connection);
    else
        lose(connection, "no answer in time");
}

/* ---- the handle ---- */

struct connection *connection_new(const struct connection_settings *settings, struct event_base *base) {
    struct connection *connection = must_calloc(1, sizeof *connection);
    connection->settings = *settings;
    connection->settings.conninfo = must_strdup(settings->conninfo);
    connection->settings.application_name = must_strdup(settings->application_name);
    connection->settings.options = must_strdup(settings->options);
    connection->base = base;
    connection->timer = evtimer_new(base, on_timer, connection);
    connection->phase = PHASE_STARTING;
    set_timer(connection, 0);
    return connection;
}

void connection_free(struct connection *connection) {
    drop_events(connection);
    event_free(connection->timer);
    if (connection->session)
        PQfinish(connection->session);
    connection->session = NULL;
    connection->phase = PHASE_STOPPED;
    end_all(taken(&connection->sent), REQUEST_LOST, "closed");
    end_all(taken(&connection->waiting), REQUEST_NOT_SENT, "closed");
    free((void *)connection->settings.conninfo);
    free((void *)connection->settings.application_name);
    free((void *)connection->settings.options);
    free(connection);
}

static bool is_unreachable(const struct connection *connection, const struct request *request) {
    return request->too_large || connection->phase == PHASE_DOWN || connection->phase == PHASE_STOPPED;
}

static void refuse(struct request *request) {
    const char *why = request->too_large ? REQUEST_TOO_LARGE : "no connection to the database";
    struct request_queue alone = {NULL, NULL};
    push(&alone, request);
    end_all(alone, REQUEST_NOT_SENT, why);
}

void connection_submit(struct connection *connection, struct request *request) {
    if (is_unreachable(connection, request))
        refuse(request);
    else if (connection->phase == PHASE_OPEN)
        send_request(connection, request);
    else
        push(&connection->waiting, request);
}

void connection_submit_first(struct connection *connection, struct request *request) {
    if (connection->phase == PHASE_ENTERING)
        send_request(connection, request);
    else
        refuse(request);
}

void connection_open(struct connection *connection) {
    connection->phase = PHASE_OPEN;
    connection->pause = 0;
    while (connection->phase == PHASE_OPEN && connection->waiting.head)
        send_request(connection, pop(&connection->waiting));
}

void connection_drop(struct connection *connection, const char *why) {
    if (connection->session)
        lose(connection, why);
}

void connection_rollback(struct connection *connection) {
    if (connection->phase == PHASE_OPEN)
        send_rollback(connection);
}

void connection_stop(struct connection *connection) {
    connection_drop(connection, "stopped");
    event_del(connection->timer);
    connection->phase = PHASE_STOPPED;
    end_all(taken(&connection->waiting), REQUEST_NOT_SENT, "stopped");
}

int connection_backend(const struct connection *connection) {
    return connection->session ? PQbackendPID(connection->session) : 0;
}
