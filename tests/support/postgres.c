#include "tests/support/postgres.h"

#include <glob.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_SIZE = 160 };

/* The newest PostgreSQL that is installed. */
static void find_program(const char *name, char out[PATH_SIZE]) {
    char pattern[PATH_SIZE];
    glob_t found;
    snprintf(pattern, sizeof pattern, "/usr/lib/postgresql/[0-9]*/bin/%s", name);
    if (glob(pattern, 0, NULL, &found) != 0)
        abort();
    snprintf(out, PATH_SIZE, "%s", found.gl_pathv[found.gl_pathc - 1]);
    globfree(&found);
}

static const struct passwd *other_user(void) {
    const struct passwd *user = geteuid() == 0 ? getpwnam("postgres") : NULL;
    if (geteuid() == 0 && !user)
        abort();
    return user;
}

static void become(const struct passwd *user, const char *folder, char *const arguments[]) {
    char log[PATH_SIZE];
    snprintf(log, sizeof log, "%s/log", folder);
    if (user && (setgroups(0, NULL) || setgid(user->pw_gid) || setuid(user->pw_uid)))
        _exit(126);
    if (chdir(folder) || !freopen(log, "a", stdout) || !freopen(log, "a", stderr))
        _exit(126);
    execv(arguments[0], arguments);
    _exit(127);
}

static bool run(const struct postgres *postgres, char *const arguments[]) {
    const struct passwd *user = other_user();
    pid_t child = fork();
    if (child == 0)
        become(user, postgres->folder, arguments);
    int status = -1;
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool control(const struct postgres *postgres, const char *verb, const char *mode) {
    char program[PATH_SIZE], data[PATH_SIZE], log[PATH_SIZE], options[PATH_SIZE * 2];
    find_program("pg_ctl", program);
    snprintf(data, sizeof data, "%s/data", postgres->folder);
    snprintf(log, sizeof log, "%s/log", postgres->folder);
    /* max_wal_senders stays on: a commit can be made to wait for a replica. */
    snprintf(
        options, sizeof options,
        "-c listen_addresses= -c unix_socket_directories=%s -c fsync=off -c max_connections=60 -c jit=off "
        "-c restart_after_crash=on -c autovacuum=off -c log_min_messages=warning",
        postgres->folder);
    char *start[] = {program, (char *)verb, "-D", data, "-w", "-t", "60", "-l", log, "-o", options, NULL};
    char *stop[] = {program, (char *)verb, "-D", data, "-w", "-m", (char *)mode, NULL};
    return run(postgres, strcmp(verb, "start") == 0 ? start : stop);
}

bool postgres_start(struct postgres *postgres) {
    char program[PATH_SIZE], data[PATH_SIZE];
    const struct passwd *user = other_user();
    snprintf(postgres->folder, sizeof postgres->folder, "/tmp/pontis-postgres-XXXXXX");
    if (!mkdtemp(postgres->folder) || (user && chown(postgres->folder, user->pw_uid, user->pw_gid)))
        return false;
    find_program("initdb", program);
    snprintf(data, sizeof data, "%s/data", postgres->folder);
    char *make[] = {program,           "-D",          data,        "-U", "postgres", "--auth=trust",
                    "--encoding=UTF8", "--no-locale", "--no-sync", NULL};
    return run(postgres, make) && control(postgres, "start", NULL);
}

bool postgres_restart(struct postgres *postgres) {
    (void)control(postgres, "stop", "immediate");
    return control(postgres, "start", NULL);
}

void postgres_stop(struct postgres *postgres) {
    (void)control(postgres, "stop", "immediate");
    char *erase[] = {"/bin/rm", "-rf", postgres->folder, NULL};
    pid_t child = fork();
    if (child == 0) {
        execv(erase[0], erase);
        _exit(127);
    }
    (void)waitpid(child, NULL, 0);
}

void postgres_conninfo(const struct postgres *postgres, const char *database, const char *user,
                       char out[POSTGRES_CONNINFO_SIZE]) {
    snprintf(out, POSTGRES_CONNINFO_SIZE, "host=%s dbname=%s user=%s", postgres->folder, database, user);
}

PGconn *postgres_connect(const struct postgres *postgres, const char *database) {
    char conninfo[POSTGRES_CONNINFO_SIZE];
    postgres_conninfo(postgres, database, "postgres", conninfo);
    PGconn *session = PQconnectdb(conninfo);
    if (PQstatus(session) != CONNECTION_OK) {
        fprintf(stderr, "%s: %s", conninfo, PQerrorMessage(session));
        abort();
    }
    return session;
}

const char *postgres_ask(PGconn *session, const char *sql, char *out, size_t size) {
    PGresult *answer = PQexec(session, sql);
    ExecStatusType status = PQresultStatus(answer);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        fprintf(stderr, "%s: %s", sql, PQerrorMessage(session));
        abort();
    }
    bool has_cell = PQntuples(answer) > 0 && PQnfields(answer) > 0;
    snprintf(out, size, "%s", has_cell ? PQgetvalue(answer, 0, 0) : "");
    PQclear(answer);
    return out;
}

long postgres_number(PGconn *session, const char *sql) {
    char text[64];
    return strtol(postgres_ask(session, sql, text, sizeof text), NULL, 10);
}

void postgres_do(PGconn *session, const char *sql) {
    char text[16];
    (void)postgres_ask(session, sql, text, sizeof text);
}
