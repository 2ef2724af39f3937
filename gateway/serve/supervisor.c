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
#include "host/notify.h"
#include "host/settings_keys.h"
#include "serve/check.h"
#include "serve/worker.h"

enum {
    LOOK_MILLISECONDS = 250,
    START_MILLISECONDS = 30000, /* a worker that opens its database blocks */
    STOP_MILLISECONDS = 5000,   /* behind the time that a worker may drain */
    RELOAD_MILLISECONDS = 10000,
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
    bool is_reloading; /* it was told, and has not answered */
};

struct supervisor {
    const struct settings_request *request;
    const struct settings *settings; /* what workers are started with */
    const struct settings *previous; /* while workers reload: what was in force before */
    const struct settings *first;    /* the caller's */
    struct child *children;
    size_t count;
    int signals;
    sigset_t blocked;
    bool was_ready;  /* some worker, once */
    int64_t stop_at; /* 0: not stopping */
    int end;
    int64_t reload_until; /* 0: not reloading */
    size_t refused;       /* workers that would not reload */
    int64_t feed_at;      /* the manager's watchdog */
    int64_t feed_period;  /* 0: there is none */
};

/* ---- starting ---- */

static void become_worker(const struct supervisor *supervisor, int number, int heartbeat) {
    sigset_t unblocked = supervisor->blocked;
    /* A reload waits until the worker is open. */
    sigdelset(&unblocked, SIGHUP);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    sigprocmask(SIG_UNBLOCK, &unblocked, NULL);
    close(supervisor->signals);
    for (size_t i = 0; i < supervisor->count; i++)
        if (supervisor->children[i].pid)
            close(supervisor->children[i].heartbeat);
    int end = worker_run(supervisor->request, supervisor->settings, number, heartbeat);
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
    child->is_reloading = false;
}

static void start_due(struct supervisor *supervisor) {
    for (size_t i = 0; i < supervisor->count; i++)
        if (!supervisor->children[i].pid && supervisor->children[i].start_at <= clock_boottime())
            start(supervisor, i);
}

/* ---- watching ---- */

static void hear(struct supervisor *supervisor, struct child *child, char beat) {
    if (beat == WORKER_READY && !supervisor->was_ready) {
        supervisor->was_ready = true;
        notify_manager("READY=1");
    }
    if (beat != WORKER_RELOADED && beat != WORKER_REFUSED)
        return;
    supervisor->refused += child->is_reloading && beat == WORKER_REFUSED;
    child->is_reloading = false;
}

static void listen_to(struct supervisor *supervisor, struct child *child) {
    char beats[64];
    for (ssize_t count; (count = read(child->heartbeat, beats, sizeof beats)) > 0;) {
        child->heard = clock_boottime();
        for (ssize_t i = 0; i < count; i++)
            hear(supervisor, child, beats[i]);
    }
}

/* A worker that is stopped or hangs holds leases that others wait for. */
static void kill_silent(const struct child *child, int64_t patience) {
    int64_t now = clock_boottime();
    bool silent = child->heard ? now - child->heard > patience : now - child->started > START_MILLISECONDS;
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
    supervisor->stop_at = clock_boottime() + supervisor->settings->shutdown.drain + STOP_MILLISECONDS;
    notify_manager("STOPPING=1");
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
    child->is_reloading = false;
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

/* ---- reloading ---- */

static void tell_restarts(const struct supervisor *supervisor, const struct settings *next) {
    for (size_t i = 0; i < settings_key_count; i++) {
        const struct settings_key *key = &settings_keys[i];
        if (!key->reloadable && key->use == SETTINGS_OF_GATEWAY &&
            settings_differ(supervisor->settings, next, i))
            log_write(LOG_WARNING, "settings.needs_restart", "key", key->path, NULL);
    }
}

static void forget(const struct supervisor *supervisor, const struct settings *settings) {
    if (settings != supervisor->first)
        settings_free((struct settings *)(uintptr_t)settings);
}

static void put_in_force(struct supervisor *supervisor, const struct settings *settings) {
    supervisor->settings = settings;
    log_configure(settings->log.format, settings->log.level);
}

/* Everything is right as far as this process can see: the workers try it. */
static void hand_on(struct supervisor *supervisor, const struct settings *next) {
    tell_restarts(supervisor, next);
    supervisor->previous = supervisor->settings;
    put_in_force(supervisor, settings_merge(supervisor->settings, next));
    supervisor->refused = 0;
    supervisor->reload_until = clock_boottime() + RELOAD_MILLISECONDS;
    for (size_t i = 0; i < supervisor->count; i++)
        supervisor->children[i].is_reloading = supervisor->children[i].pid != 0;
    stop_all(supervisor, SIGHUP);
}

static void end_reload(struct supervisor *supervisor, bool is_refused) {
    log_write(is_refused ? LOG_ERROR : LOG_INFO, is_refused ? "settings.refused" : "settings.reloaded",
              "file", supervisor->settings->file, NULL);
    supervisor->reload_until = 0;
    if (supervisor->was_ready)
        notify_manager("READY=1");
}

static void finish_reload(struct supervisor *supervisor) {
    const struct settings *gone = supervisor->refused ? supervisor->settings : supervisor->previous;
    if (supervisor->refused)
        put_in_force(supervisor, supervisor->previous);
    end_reload(supervisor, supervisor->refused > 0);
    forget(supervisor, gone);
    supervisor->previous = NULL;
}

static void begin_reload(struct supervisor *supervisor) {
    struct settings *next;
    struct findings findings = {0};
    if (supervisor->reload_until)
        finish_reload(supervisor);
    notify_reloading();
    bool is_right = settings_read(supervisor->request, &findings, &next) && check_settings(next, &findings);
    check_log(&findings);
    if (is_right)
        hand_on(supervisor, next);
    else
        end_reload(supervisor, true);
    findings_wipe(&findings);
    settings_free(next);
}

/* A worker that does not answer in time is told again by whoever finds the old log lines: it is alive. */
static void watch_reload(struct supervisor *supervisor) {
    bool is_waiting = false;
    for (size_t i = 0; i < supervisor->count; i++)
        is_waiting |= supervisor->children[i].is_reloading;
    if (!is_waiting || clock_boottime() >= supervisor->reload_until)
        finish_reload(supervisor);
}

/* ---- the loop ---- */

static void take_signals(struct supervisor *supervisor) {
    struct signalfd_siginfo caught;
    while (read(supervisor->signals, &caught, sizeof caught) == (ssize_t)sizeof caught) {
        if (caught.ssi_signo == SIGHUP && !supervisor->stop_at)
            begin_reload(supervisor);
        else if (caught.ssi_signo == SIGTERM || caught.ssi_signo == SIGINT)
            begin_stop(supervisor);
    }
}

static void watch_children(struct supervisor *supervisor) {
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
            kill_silent(&supervisor->children[i], supervisor->settings->supervisor.silence);
    start_due(supervisor);
}

static void feed_watchdog(struct supervisor *supervisor) {
    if (!supervisor->feed_period || clock_boottime() < supervisor->feed_at)
        return;
    notify_manager("WATCHDOG=1");
    supervisor->feed_at = clock_boottime() + supervisor->feed_period;
}

static void look(struct supervisor *supervisor) {
    take_signals(supervisor);
    watch_children(supervisor);
    if (supervisor->reload_until)
        watch_reload(supervisor);
    feed_watchdog(supervisor);
}

static int look_period(const struct supervisor *supervisor) {
    bool is_fed_often = supervisor->feed_period && supervisor->feed_period < LOOK_MILLISECONDS;
    return is_fed_often ? (int)supervisor->feed_period : LOOK_MILLISECONDS;
}

static void tell_workers(const struct supervisor *supervisor) {
    size_t running = 0;
    for (size_t i = 0; i < supervisor->count; i++)
        running += supervisor->children[i].pid != 0;
    metrics_set_whole(METRIC_WORKERS, (int64_t)running, NULL);
    metrics_set_whole(METRIC_WORKERS_WANTED, (int64_t)supervisor->count, NULL);
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
    sigaddset(&supervisor->blocked, SIGHUP);
    sigaddset(&supervisor->blocked, SIGCHLD);
    sigprocmask(SIG_BLOCK, &supervisor->blocked, NULL);
    supervisor->signals = signalfd(-1, &supervisor->blocked, SFD_CLOEXEC | SFD_NONBLOCK);
}

int supervisor_run(const struct settings_request *request, const struct settings *settings) {
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    struct supervisor supervisor = {
        .request = request, .settings = settings, .first = settings, .feed_period = notify_watchdog_period()};
    supervisor.count = settings->workers ? (size_t)settings->workers : cores > 0 ? (size_t)cores : 1;
    supervisor.children = must_calloc(supervisor.count, sizeof *supervisor.children);
    share_metrics(&supervisor);
    catch_signals(&supervisor);
    while (!supervisor.stop_at || !is_alone(&supervisor)) {
        look(&supervisor);
        tell_workers(&supervisor);
        log_flush();
        struct pollfd waiting = {.fd = supervisor.signals, .events = POLLIN};
        (void)poll(&waiting, 1, look_period(&supervisor));
    }
    if (supervisor.previous)
        forget(&supervisor, supervisor.previous);
    forget(&supervisor, supervisor.settings);
    close(supervisor.signals);
    free(supervisor.children);
    return supervisor.end;
}
