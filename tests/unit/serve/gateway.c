#include "gateway.h"

#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/file_bytes.h"
#include "store/migrate.h"
#include "tests/support/postgres.h"

enum { PATIENCE = 30000, TEXT_SIZE = 4096 };

#define FOLDER "PONTIS_TEST_POSTGRES"

/* ---- the cluster ---- */

static struct postgres cluster;

ReportHook(PRE_ALL)(struct criterion_test_set *tests) {
    (void)tests;
    if (!postgres_start(&cluster))
        abort();
    setenv(FOLDER, cluster.folder, 1);
    PGconn *session = postgres_connect(&cluster, "postgres");
    postgres_do(session, "CREATE DATABASE migrated");
    PQfinish(session);
    char conninfo[POSTGRES_CONNINFO_SIZE];
    postgres_conninfo(&cluster, "migrated", "postgres", conninfo);
    struct result migrated = migrate_run(conninfo);
    if (!result_is_ok(&migrated))
        abort();
}

ReportHook(POST_ALL)(struct criterion_global_stats *stats) {
    (void)stats;
    postgres_stop(&cluster);
}

static void name_database(struct postgres *postgres, char name[32]) {
    snprintf(postgres->folder, sizeof postgres->folder, "%s", getenv(FOLDER));
    snprintf(name, 32, "gateway_%d", (int)getpid());
}

struct pg_conn *gateway_database(void) {
    struct postgres postgres;
    char name[32];
    name_database(&postgres, name);
    return postgres_connect(&postgres, name);
}

static void make_database(char conninfo[POSTGRES_CONNINFO_SIZE]) {
    struct postgres postgres;
    char name[32], sql[128];
    name_database(&postgres, name);
    snprintf(sql, sizeof sql, "CREATE DATABASE %s TEMPLATE migrated", name);
    PGconn *session = postgres_connect(&postgres, "postgres");
    /* One copies the template at a time. */
    postgres_do(session, "SELECT pg_advisory_lock(1)");
    postgres_do(session, sql);
    PQfinish(session);
    postgres_conninfo(&postgres, name, "pontis_app", conninfo);
}

void gateway_enrol(const char *name, const struct certificate *certificate) {
    char sql[256];
    snprintf(sql, sizeof sql,
             "INSERT INTO pontis.operator (name, role, certificate) VALUES ('%s', 'operator', '%s')", name,
             certificate->identity.certificate);
    PGconn *session = gateway_database();
    postgres_do(session, sql);
    PQfinish(session);
}

/* ---- waiting ---- */

/* Until something happens on the descriptor (-1: nowhere), or for a moment. */
static void wait_briefly(int descriptor) {
    struct pollfd waiting = {.fd = descriptor, .events = POLLIN};
    (void)poll(&waiting, 1, 10);
}

/* ---- files ---- */

static void write_text(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file, "%s", path);
    fputs(text, file);
    fclose(file);
}

void gateway_write_settings(const struct gateway *gateway) {
    static char conninfo[POSTGRES_CONNINFO_SIZE];
    char text[TEXT_SIZE];
    if (!conninfo[0])
        make_database(conninfo);
    snprintf(
        text, sizeof text,
        "name: home\n"
        "database: %s\n"
        "workers: 1\n"
        "bus: {brokers: '%s', topic_in: in, topic_out: out, incarnation: one, group: home, fetch_wait: 5}\n"
        "peer: {listen: '127.0.0.1:%d'}\n"
        "api: {listen: '127.0.0.1:%d'}\n"
        "admin: {listen: '127.0.0.1:%d'}\n"
        "tls: {ca: %s, certificate: %s, key: %s}\n"
        "signing: {certificate: %s, key: %s, peer_certificates: %s}\n"
        "%s",
        conninfo, gateway->brokers, gateway->peer_port, gateway->api_port, gateway->admin_port,
        gateway->authority.file, gateway->tls.file, gateway->tls.key_file, gateway->signing.file,
        gateway->signing.key_file, gateway->peer_signing.file, gateway->more);
    write_text(gateway->settings, text);
}

static void make_certificates(struct gateway *gateway) {
    authority_make(&gateway->authority, gateway->folder, "authority");
    const struct {
        const char *name;
        struct certificate *out;
    } all[] = {{"tls", &gateway->tls},
               {"signing", &gateway->signing},
               {"operator", &gateway->operator_},
               {"approver", &gateway->approver},
               {"peer", &gateway->peer},
               {"peer-signing", &gateway->peer_signing}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        certificate_make(all[i].out, &gateway->authority, gateway->folder,
                         &(struct wish){.name = all[i].name});
        chmod(all[i].out->key_file, 0600);
    }
}

/* ---- the broker ---- */

static void run_broker(const char *address_file) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDOUT_FILENO);
    execl(BROKER_PROGRAM, BROKER_PROGRAM, "--port-file", address_file, "--topics", "in:1,out:1", NULL);
    _exit(127);
}

static void start_broker(struct gateway *gateway) {
    char file[FILE_SIZE];
    snprintf(file, sizeof file, "%.100s/broker", gateway->folder);
    gateway->broker = fork();
    if (gateway->broker == 0)
        run_broker(file);
    for (int64_t end = clock_boottime() + PATIENCE; access(file, R_OK) != 0; wait_briefly(-1))
        cr_assert(clock_boottime() < end, "the broker did not start");
    FILE *address = fopen(file, "r");
    cr_assert(address && fgets(gateway->brokers, sizeof gateway->brokers, address));
    gateway->brokers[strcspn(gateway->brokers, "\n")] = '\0';
    fclose(address);
}

/* ---- making and removing ---- */

static int free_port(void) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof at;
    int bound = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(bind(bound, (struct sockaddr *)&at, length), 0);
    cr_assert_eq(getsockname(bound, (struct sockaddr *)&at, &length), 0);
    close(bound);
    return ntohs(at.sin_port);
}

static void make_manager(struct gateway *gateway) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof at.sun_path, "%.90s/notify", gateway->folder);
    gateway->manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    cr_assert_eq(bind(gateway->manager, (struct sockaddr *)&at, sizeof at), 0);
}

void gateway_make(struct gateway *gateway) {
    *gateway = (struct gateway){0};
    certificates_directory(gateway->folder);
    snprintf(gateway->settings, FILE_SIZE, "%.100s/pontis.yaml", gateway->folder);
    snprintf(gateway->log, FILE_SIZE, "%.100s/log", gateway->folder);
    gateway->peer_port = free_port();
    gateway->api_port = free_port();
    gateway->admin_port = free_port();
    make_certificates(gateway);
    make_manager(gateway);
    start_broker(gateway);
    gateway_write_settings(gateway);
    gateway_enrol("operator", &gateway->operator_);
    gateway_enrol("approver", &gateway->approver);
}

static void end_process(pid_t pid) {
    if (pid <= 0)
        return;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

void gateway_remove(struct gateway *gateway) {
    pid_t worker = gateway->pid > 0 ? gateway_worker(gateway) : 0;
    end_process(gateway->pid);
    if (worker > 0)
        kill(worker, SIGKILL);
    end_process(gateway->broker);
    close(gateway->manager);
    authority_wipe(&gateway->authority);
    certificates_remove(gateway->folder);
}

/* ---- running ---- */

void gateway_run(const struct gateway *gateway) {
    char socket_name[FILE_SIZE];
    int log = open(gateway->log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    snprintf(socket_name, sizeof socket_name, "%.100s/notify", gateway->folder);
    setenv("NOTIFY_SOCKET", socket_name, 1);
    for (size_t i = 0; i < 2; i++)
        if (gateway->extra[i][0])
            putenv((char *)(uintptr_t)gateway->extra[i]);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(log, STDERR_FILENO);
    execl(PONTIS_PROGRAM, PONTIS_PROGRAM, "serve", "--settings", gateway->settings, NULL);
    _exit(127);
}

void gateway_start(struct gateway *gateway) {
    gateway->pid = fork();
    if (gateway->pid == 0)
        gateway_run(gateway);
    gateway_await(gateway, "READY=1");
}

static void run_order(const struct gateway *gateway, const struct certificate *by, char *const arguments[]) {
    char url[64];
    snprintf(url, sizeof url, "https://127.0.0.1:%d", gateway->api_port);
    setenv("PONTIS_URL", url, 1);
    setenv("PONTIS_CA", gateway->authority.file, 1);
    setenv("PONTIS_CERT", by->file, 1);
    setenv("PONTIS_KEY", by->key_file, 1);
    execv(PONTIS_PROGRAM, arguments);
    _exit(127);
}

static void order_as(const struct gateway *gateway, const struct certificate *by, const char *first,
                     const char *second, const char *third) {
    char *arguments[] = {PONTIS_PROGRAM, (char *)(uintptr_t)first, (char *)(uintptr_t)second,
                         (char *)(uintptr_t)third, NULL};
    int status = -1;
    pid_t pid = fork();
    if (pid == 0)
        run_order(gateway, by, arguments);
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "pontis %s %s: %d", first, second, status);
}

void gateway_order(const struct gateway *gateway, const char *first, const char *second, const char *third) {
    order_as(gateway, &gateway->operator_, first, second, third);
}

static void approve(const struct gateway *gateway) {
    char id[64];
    PGconn *session = gateway_database();
    PGresult *open = PQexec(session, "SELECT id FROM pontis.approval WHERE state = 'open'");
    cr_assert_eq(PQntuples(open), 1);
    snprintf(id, sizeof id, "%s", PQgetvalue(open, 0, 0));
    PQclear(open);
    PQfinish(session);
    order_as(gateway, &gateway->approver, "approval", "approve", id);
}

static void replace(char text[TEXT_SIZE], const char *token, const char *value) {
    char rest[TEXT_SIZE];
    char *at = strstr(text, token);
    cr_assert_not_null(at, "%s", token);
    snprintf(rest, sizeof rest, "%s", at + strlen(token));
    snprintf(at, TEXT_SIZE - (size_t)(at - text), "%s%s", value, rest);
}

void gateway_apply_corridor(const struct gateway *gateway) {
    struct buffer file;
    char text[TEXT_SIZE], path[FILE_SIZE];
    struct result read =
        file_bytes_read(SOURCE_DIR "/deploy/sandbox/corridors/home.yaml", TEXT_SIZE - 1, &file);
    cr_assert(result_is_ok(&read), "%s", read.detail);
    snprintf(text, sizeof text, "%s", file.data);
    buffer_wipe(&file);
    replace(text, "@...@", "");
    replace(text, "@PEER_PORT@", "9");
    replace(text, "@PEER_CERTIFICATE_PIN@", gateway->peer.identity.public_key);
    replace(text, "@PEER_SIGNING_PIN@", gateway->peer_signing.identity.public_key);
    snprintf(path, sizeof path, "%.100s/corridor.yaml", gateway->folder);
    write_text(path, text);
    gateway_order(gateway, "corridor", "apply", path);
    approve(gateway);
}

/* ---- what it tells ---- */

static bool hear(struct gateway *gateway, const char *wanted) {
    char text[256];
    for (ssize_t length; (length = recv(gateway->manager, text, sizeof text - 1, MSG_DONTWAIT)) > 0;) {
        text[length] = '\0';
        if (strncmp(text, wanted, strlen(wanted)) == 0)
            return true;
    }
    return false;
}

static void print_log(const struct gateway *gateway) {
    struct buffer text;
    struct result read = file_bytes_read(gateway->log, 1 << 20, &text);
    if (result_is_ok(&read) && text.data)
        fputs(text.data, stderr);
    buffer_wipe(&text);
}

void gateway_await(struct gateway *gateway, const char *told) {
    for (int64_t end = clock_boottime() + PATIENCE; !hear(gateway, told); wait_briefly(gateway->manager)) {
        bool is_patient = clock_boottime() < end;
        if (!is_patient)
            print_log(gateway);
        cr_assert(is_patient, "it never told %s", told);
    }
}

void gateway_reload(struct gateway *gateway) {
    cr_assert_eq(kill(gateway->pid, SIGHUP), 0);
    gateway_await(gateway, "RELOADING=1");
    gateway_await(gateway, "READY=1");
}

int gateway_end(struct gateway *gateway) {
    int status = 0;
    for (int64_t end = clock_boottime() + PATIENCE; waitpid(gateway->pid, &status, WNOHANG) == 0;
         wait_briefly(-1))
        cr_assert(clock_boottime() < end, "it never ended");
    gateway->pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

pid_t gateway_worker(const struct gateway *gateway) {
    char path[64], text[64] = "";
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", gateway->pid, gateway->pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    bool is_read = fgets(text, sizeof text, file) != NULL;
    fclose(file);
    return is_read ? (pid_t)strtol(text, NULL, 10) : 0;
}

int64_t gateway_await_other_worker(const struct gateway *gateway, pid_t old) {
    int64_t begun = clock_boottime();
    for (pid_t worker = old; worker == 0 || worker == old; worker = gateway_worker(gateway)) {
        cr_assert(clock_boottime() - begun < PATIENCE, "no other worker came");
        wait_briefly(-1);
    }
    return clock_boottime() - begun;
}

int gateway_log_lines(const struct gateway *gateway, const char *one, const char *other) {
    char line[TEXT_SIZE];
    int count = 0;
    FILE *log = fopen(gateway->log, "r");
    cr_assert_not_null(log);
    while (fgets(line, sizeof line, log))
        count += (!one || strstr(line, one)) && (!other || strstr(line, other));
    fclose(log);
    return count;
}

void gateway_await_log(const struct gateway *gateway, const char *text, int count) {
    int64_t end = clock_boottime() + PATIENCE;
    while (gateway_log_lines(gateway, text, NULL) < count) {
        cr_assert(clock_boottime() < end, "it never logged %s", text);
        wait_briefly(-1);
    }
}
