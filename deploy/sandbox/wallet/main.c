/* pontis-wallet: a domestic wallet system for the sandbox and the tests; README.md says how it is spoken to.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channel.h"
#include "control.h"
#include "simulator.h"

enum { SWEEP_MILLISECONDS = 1000, CLOSE_MILLISECONDS = 2000, FETCH_WAIT = 5 };

static volatile sig_atomic_t is_ending;

static void on_signal(int number) {
    (void)number;
    is_ending = 1;
}

static bool flag(int argc, char **argv, const char *name) {
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return true;
    return false;
}

static const char *option(int argc, char **argv, const char *name) {
    for (int i = 1; i + 1 < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return argv[i + 1];
    fprintf(stderr, "pontis-wallet: %s is missing\n", name);
    exit(2);
}

static void work(struct simulator *simulator, struct channel *channel, struct control *control) {
    while (!is_ending) {
        simulator_flush(simulator, channel);
        struct pollfd polls[CONTROL_MAX_CLIENTS + 3];
        int count = control_watch(control, polls);
        polls[count++] = (struct pollfd){.fd = channel_out_descriptor(channel), .events = POLLIN};
        polls[count++] = (struct pollfd){.fd = channel_in_descriptor(channel), .events = POLLIN};
        (void)poll(polls, (nfds_t)count, SWEEP_MILLISECONDS);
        control_drain(control);
        channel_drain(channel);
    }
}

int main(int argc, char **argv) {
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    struct channel_settings settings = {.brokers = option(argc, argv, "--brokers"),
                                        .topic_out = option(argc, argv, "--topic-out"),
                                        .topic_in = option(argc, argv, "--topic-in"),
                                        .fetch_wait = FETCH_WAIT};
    const char *name = option(argc, argv, "--name");
    struct simulator *simulator = NULL;
    struct channel *channel = NULL;
    struct control *control = NULL;
    struct result opened = simulator_open(option(argc, argv, "--source"), option(argc, argv, "--journal"),
                                          flag(argc, argv, "--fresh"), &simulator);
    if (result_is_ok(&opened))
        opened = channel_open(&settings, simulator_handler(simulator), &channel);
    if (result_is_ok(&opened))
        opened = control_open(option(argc, argv, "--control"), simulator_obey, simulator, &control);
    if (!result_is_ok(&opened)) {
        fprintf(stderr, "pontis-wallet %s: %s\n", name, opened.detail);
        return 1;
    }
    printf("pontis-wallet %s: ready\n", name);
    fflush(stdout);
    work(simulator, channel, control);
    simulator_flush(simulator, channel);
    channel_close(channel, CLOSE_MILLISECONDS);
    control_close(control);
    fflush(NULL);
    /* librdkafka's threads are not waited for: closing its handles can hang. */
    _Exit(0);
}
