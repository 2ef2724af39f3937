#include "house.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/text.h"

/* ---- processes ---- */

/* Starts a program in the folder and waits for the line that says it is ready. */
static pid_t start(const struct house *house, char *const arguments[]) {
    int ends[2];
    cr_assert(!pipe(ends));
    pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        if (chdir(house->folder) == 0)
            execv(arguments[0], arguments);
        _exit(127);
    }
    close(ends[1]);
    FILE *said = fdopen(ends[0], "r");
    char line[256] = "";
    bool is_ready = fgets(line, sizeof line, said) && strstr(line, "ready");
    fclose(said);
    cr_assert(is_ready, "%s does not start: %s", arguments[0], line);
    return child;
}

static void end(pid_t *child, int number) {
    if (*child <= 0)
        return;
    kill(*child, number);
    waitpid(*child, NULL, 0);
    *child = 0;
}

void house_start_broker(struct house *house) {
    char *arguments[] = {
        BROKER_PROGRAM, "--port-file", "port", "--topics", "home.from-wallet:4,home.to-wallet:4", NULL};
    house->broker = start(house, arguments);
    char path[96];
    snprintf(path, sizeof path, "%s/port", house->folder);
    FILE *file = fopen(path, "r");
    cr_assert(file && fgets(house->brokers, sizeof house->brokers, file));
    fclose(file);
    house->brokers[strcspn(house->brokers, "\n")] = '\0';
    bus_open(&house->bus, house->brokers);
}

static void connect_control(struct house *house) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/control", house->folder);
    house->control = socket(AF_UNIX, SOCK_STREAM, 0);
    cr_assert(!connect(house->control, (struct sockaddr *)&address, sizeof address));
}

void house_start_wallet(struct house *house) {
    char *arguments[] = {WALLET_PROGRAM,     "--name",     "home",           "--source",
                         "/wallet/home",     "--brokers",  house->brokers,   "--topic-out",
                         "home.from-wallet", "--topic-in", "home.to-wallet", "--journal",
                         "journal",          "--control",  "control",        NULL};
    house->wallet = start(house, arguments);
    connect_control(house);
}

void house_kill_wallet(struct house *house) {
    close(house->control);
    end(&house->wallet, SIGKILL);
}

void house_replace_broker(struct house *house) {
    bus_close(&house->bus);
    end(&house->broker, SIGKILL);
    house_start_broker(house);
}

void house_open(struct house *house) {
    *house = (struct house){.folder = "/tmp/pontis-wallet-XXXXXX"};
    cr_assert(mkdtemp(house->folder));
    house_start_broker(house);
    house_start_wallet(house);
}

void house_close(struct house *house) {
    close(house->control);
    end(&house->wallet, SIGTERM);
    bus_close(&house->bus);
    end(&house->broker, SIGTERM);
    static const char *const files[] = {"journal", "control", "port"};
    char path[96];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/%s", house->folder, files[i]);
        unlink(path);
    }
    rmdir(house->folder);
}

void house_journal_path(const struct house *house, char *out, size_t size) {
    snprintf(out, size, "%s/journal", house->folder);
}

/* ---- orders ---- */

static json_t *exchange(struct house *house, json_t *order) {
    char *text = json_dumps(order, JSON_COMPACT);
    json_decref(order);
    struct buffer line;
    buffer_init(&line, 1 << 20);
    buffer_addf(&line, "%s\n", text);
    free(text);
    cr_assert(write(house->control, line.data, line.length) == (ssize_t)line.length);
    buffer_reset(&line);
    char byte = 0;
    while (byte != '\n' && read(house->control, &byte, 1) == 1)
        buffer_add_char(&line, byte);
    json_t *answer = json_loadb(line.data, line.length, 0, NULL);
    cr_assert(answer, "the wallet answers: %s", line.data);
    buffer_wipe(&line);
    return answer;
}

json_t *house_ask(struct house *house, const char *format, ...) {
    va_list values;
    va_start(values, format);
    json_t *order = json_vpack_ex(NULL, 0, format, values);
    va_end(values);
    cr_assert(order);
    return exchange(house, order);
}

void house_await_unfinished(struct house *house, long count) {
    enum { ATTEMPTS = 100000 };
    long found = -1;
    for (int i = 0; i < ATTEMPTS && found != count; i++) {
        json_t *answer = house_ask(house, "{s:s}", "do", "unfinished");
        found = house_number(answer, "count");
        json_decref(answer);
    }
    cr_assert_eq(found, count);
}

void house_pay(struct house *house, char uetr[37]) {
    json_t *answer = house_ask(house, "{s:s, s:s, s:s, s:{s:s, s:s, s:s, s:s, s:s, s:s}}", "do", "pay",
                               "corridor", "sg-th", "lock_amount", "120.00", "payment", "debtor_account",
                               "SGW1", "creditor_account", "THW1", "fixed_side", "source", "source_currency",
                               "SGD", "target_currency", "THB", "source_amount", "100.00");
    cr_assert(text_copy(uetr, 37, house_text(answer, "uetr"), 36));
    json_decref(answer);
    json_decref(bus_expect(&house->bus, "wallet.transfer.initiated.v1"));
}

void house_tell(struct house *house, const char *id, const char *type, const char *uetr, json_t *data) {
    json_object_set_new(data, "corridor", json_string("sg-th"));
    json_t *event =
        json_pack("{s:s, s:s, s:s, s:s, s:s*, s:s, s:s, s:o}", "specversion", "1.0", "source", "/pontis/home",
                  "id", id, "type", type, "subject", uetr, "time", "2026-11-24T12:00:00.000Z",
                  "datacontenttype", "application/json", "data", data);
    char *text = json_dumps(event, 0);
    bus_send(&house->bus, text);
    free(text);
    json_decref(event);
}

void house_settle(struct house *house, const char *id, const char *uetr, const char *capture) {
    house_tell(house, id, "corridor.transfer.settled.v1", uetr,
               json_pack("{s:s}", "capture_amount", capture));
}

void house_request_credit(struct house *house, const char *id, const char *uetr, const char *account,
                          const char *amount) {
    house_tell(house, id, "corridor.credit.requested.v1", uetr,
               json_pack("{s:{s:s, s:s, s:s}}", "payment", "creditor_account", account, "target_currency",
                         "SGD", "target_amount", amount));
}

/* ---- answers ---- */

static const json_t *at(const json_t *object, const char *path) {
    char member[64];
    for (;;) {
        size_t length = strcspn(path, ".");
        cr_assert(text_copy(member, sizeof member, path, length));
        object = json_object_get(object, member);
        if (!path[length])
            return object;
        path += length + 1;
    }
}

const char *house_text(const json_t *object, const char *path) {
    const char *text = json_string_value(at(object, path));
    return text ? text : "";
}

long house_number(const json_t *object, const char *path) {
    return (long)json_integer_value(at(object, path));
}

static const char *keep(json_t *answer, const char *path) {
    static char text[256];
    snprintf(text, sizeof text, "%s", house_text(answer, path));
    json_decref(answer);
    return text;
}

const char *house_status(struct house *house, const char *uetr, const char *path) {
    return keep(house_ask(house, "{s:s, s:s}", "do", "status", "uetr", uetr), path);
}

const char *house_total(struct house *house, const char *currency, const char *name) {
    char path[64];
    snprintf(path, sizeof path, "currencies.%s.%s", currency, name);
    return keep(house_ask(house, "{s:s}", "do", "totals"), path);
}
