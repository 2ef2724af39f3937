#include "serve/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "host/clock.h"
#include "host/log.h"
#include "host/metrics.h"
#include "serve/worker.h"

enum {
    LOOK_MILLISECONDS = 250,
    HEARTBEAT_MILLISECONDS = 3000,
    START_MILLISECONDS = 30000, /* a worker that opens its database blocks */
    STOP_MILLISECONDS = 10000,
    SHORTEST_PAUSE = 100,
    LONGEST_PAUSE = 30000,
    LONG_LIFE = 60000,
};

struct child {
    pid_t pid; /* 0: not running */
    int heartbeat;
    int64_t started;
    int64_t heard; /* last heartbeat; 0: none yet */
    int64_t start_at;
    int64_t pause;
};

struct supervisor {
    const struct settings *settings;
    struct child *children;
    size_t count;
    int signals;
    sigset_t blocked;
    bool was_ready;  /* some worker, once */
    int64_t stop_at; /* 0: not stopping */
    int end;
};

/* ---- starting ---- */

static void become_worker(const struct supervisor *supervisor, int number, int heartbeat) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    sigprocmask(SIG_UNBLOCK, &supervisor->blocked, NULL);
    close(supervisor->signals);
    for (size_t i = 0; i < supervisor->count; i++)
        if (supervisor->children[i].pid)
            close(supervisor->children[i].heartbeat);
    int end = worker_run(supervisor->settings, number, heartbeat);
    /* Not exit: librdkafka's threads may hang in what exit would run. */
    fflush(stderr);
    _exit(end);
}

static void start(struct supervisor *supervisor, size_t index) {
    struct child *child = &supervisor->children[index];
    int pipe[2];
    if (pipe2(pipe, O_CLOEXEC | O_NONBLOCK))
        return;
    pid_t pid = fork();
    if (pid == 0) {
        close(pipe[0]);
        become_worker(supervisor, (int)index + 1, pipe[1]);
    }
    close(pipe[1]);
    if (pid < 0) {
        close(pipe[0]);
        child->start_at = clock_boottime() + LONGEST_PAUSE;
        log_write(LOG_ERROR, "worker.not_forked", NULL);
        return;
    }
    child->pid = pid;
    child->heartbeat = pipe[0];
    child->started = clock_boottime();
    child->heard = 0;
}

static void start_due(struct supervisor *supervisor) {
    for (size_t i = 0; i < supervisor->count; i++)
        if (!supervisor->children[i].pid && supervisor->children[i].start_at <= clock_boottime())
            start(supervisor, i);
}

/* ---- watching ---- */

static void listen_to(struct supervisor *supervisor, struct child *child) {
    char beats[64];
    for (ssize_t count; (count = read(child->heartbeat, beats, sizeof beats)) > 0;) {
        child->heard = clock_boottime();
        supervisor->was_ready |= beats[count - 1] == 'r';
    }
}

/* A worker that is stopped or hangs holds leases that others wait for. */
static void kill_silent(const struct child *child) {
    int64_t now = clock_boottime();
    bool silent = child->heard ? now - child->heard > HEARTBEAT_MILLISECONDS
                               : now - child->started > START_MILLISECONDS;
    if (!silent)
        return;
    metrics_count(METRIC_WORKER_DEATHS, "silent");
    log_write(LOG_ERROR, "worker.silent", NULL);
    kill(child->pid, SIGKILL);
}

static void stop_all(struct supervisor *supervisor, int signal) {
    for (size_t i = 0; i < supervisor->count; i++)
        if (supervisor->children[i].pid)
            kill(supervisor->children[i].pid, signal);
}

static void begin_stop(struct supervisor *supervisor) {
    if (supervisor->stop_at)
        return;
    supervisor->stop_at = clock_boottime() + STOP_MILLISECONDS;
    stop_all(supervisor, SIGTERM);
}

static void log_end(int status) {
    char text[32];
    bool killed = WIFSIGNALED(status);
    snprintf(text, sizeof text, "%d", killed ? WTERMSIG(status) : WEXITSTATUS(status));
    metrics_count(METRIC_WORKER_DEATHS, killed ? "signal" : "status");
    log_write(LOG_WARNING, "worker.died", killed ? "signal" : "status", text, NULL);
}

static void bury(struct supervisor *supervisor, struct child *child, int status) {
    int64_t now = clock_boottime();
    bool configuration = WIFEXITED(status) && WEXITSTATUS(status) == SERVE_CONFIGURATION;
    close(child->heartbeat);
    bool lived_long = now - child->started >= LONG_LIFE;
    child->pid = 0;
    child->pause = lived_long || !child->pause ? SHORTEST_PAUSE : child->pause * 2;
    if (child->pause > LONGEST_PAUSE)
        child->pause = LONGEST_PAUSE;
    child->start_at = now + child->pause;
    if (supervisor->stop_at)
        return;
    log_end(status);
    if (configuration && !supervisor->was_ready) {
        supervisor->end = SERVE_CONFIGURATION;
        begin_stop(supervisor);
    }
}

static void reap(struct supervisor *supervisor) {
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        for (size_t i = 0; i < supervisor->count; i++)
            if (supervisor->children[i].pid == pid)
                bury(supervisor, &supervisor->children[i], status);
}

static bool is_alone(const struct supervisor *supervisor) {
    for (size_t i = 0; i < supervisor->count; i++)
        if (supervisor->children[i].pid)
            return false;
    return true;
}

static void look(struct supervisor *supervisor) {
    struct signalfd_siginfo caught;
    while (read(supervisor->signals, &caught, sizeof caught) == (ssize_t)sizeof caught)
        if (caught.ssi_signo != SIGCHLD)
            begin_stop(supervisor);
    for (size_t i = 0; i < supervisor->count; i++)
        if (supervisor->children[i].pid)
            listen_to(supervisor, &supervisor->children[i]);
    reap(supervisor);
    if (supervisor->stop_at) {
        if (clock_boottime() >= supervisor->stop_at)
            stop_all(supervisor, SIGKILL);
        return;
    }
    for (size_t i = 0; i < supervisor->count; i++)
        if (supervisor->children[i].pid)
            kill_silent(&supervisor->children[i]);
    start_due(supervisor);
}

static void tell_workers(const struct supervisor *supervisor) {
    size_t running = 0;
    for (size_t i = 0; i < supervisor->count; i++)
        running += supervisor->children[i].pid != 0;
    metrics_set(METRIC_WORKERS, (int)running, NULL);
    metrics_set(METRIC_WORKERS_WANTED, (int)supervisor->count, NULL);
}

/* Payments go on without metrics; Prometheus says that they are missing. */
static void share_metrics(const struct supervisor *supervisor) {
    struct result shared = metrics_share(supervisor->count);
    if (!result_is_ok(&shared))
        log_write(LOG_ERROR, "metrics.not_shared", "detail", shared.detail, NULL);
}

static void catch_signals(struct supervisor *supervisor) {
    sigemptyset(&supervisor->blocked);
    sigaddset(&supervisor->blocked, SIGTERM);
    sigaddset(&supervisor->blocked, SIGINT);
    sigaddset(&supervisor->blocked, SIGCHLD);
    sigprocmask(SIG_BLOCK, &supervisor->blocked, NULL);
    supervisor->signals = signalfd(-1, &supervisor->blocked, SFD_CLOEXEC | SFD_NONBLOCK);
}

int supervisor_run(const struct settings *settings) {
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    struct supervisor supervisor = {.settings = settings};
    supervisor.count = settings->workers ? (size_t)settings->workers : cores > 0 ? (size_t)cores : 1;
    supervisor.children = must_calloc(supervisor.count, sizeof *supervisor.children);
    share_metrics(&supervisor);
    catch_signals(&supervisor);
    while (!supervisor.stop_at || !is_alone(&supervisor)) {
        look(&supervisor);
        tell_workers(&supervisor);
        log_flush();
        struct pollfd waiting = {.fd = supervisor.signals, .events = POLLIN};
        (void)poll(&waiting, 1, LOOK_MILLISECONDS);
    }
    close(supervisor.signals);
    free(supervisor.children);
    return supervisor.end;
}
