#include "host/notify.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* A leading '@' stands for the zero of an abstract name. */
static socklen_t manager_address(struct sockaddr_un *out) {
    const char *name = getenv("NOTIFY_SOCKET");
    size_t length = name ? strlen(name) : 0;
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (length < 2 || length >= sizeof out->sun_path || (name[0] != '/' && name[0] != '@'))
        return 0;
    memcpy(out->sun_path, name, length);
    if (name[0] == '@')
        out->sun_path[0] = '\0';
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

void notify_manager(const char *lines) {
    struct sockaddr_un manager;
    socklen_t length = manager_address(&manager);
    if (!length)
        return;
    int sender = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (sender < 0)
        return;
    (void)sendto(sender, lines, strlen(lines), MSG_NOSIGNAL, (const struct sockaddr *)&manager, length);
    close(sender);
}

void notify_reloading(void) {
    struct timespec now;
    char lines[80];
    if (clock_gettime(CLOCK_MONOTONIC, &now))
        abort();
    snprintf(lines, sizeof lines, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
             (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
    notify_manager(lines);
}

int64_t notify_watchdog_period(void) {
    const char *wait = getenv("WATCHDOG_USEC"), *process = getenv("WATCHDOG_PID");
    if (!wait || (process && strtoll(process, NULL, 10) != getpid()))
        return 0;
    int64_t microseconds = strtoll(wait, NULL, 10);
    return microseconds > 0 ? microseconds / 2000 : 0;
}
