#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "host/notify.h"

/* A service manager that listens where NOTIFY_SOCKET says; `name` as that variable writes it. */
static int manager(const char *name) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int listening = socket(AF_UNIX, SOCK_DGRAM, 0);
    memcpy(at.sun_path, name, strlen(name));
    if (name[0] == '@')
        at.sun_path[0] = '\0';
    cr_assert_eq(bind(listening, (struct sockaddr *)&at, (socklen_t)(sizeof(sa_family_t) + strlen(name))), 0);
    setenv("NOTIFY_SOCKET", name, 1);
    return listening;
}

static const char *heard(int listening) {
    static char text[256];
    ssize_t length = recv(listening, text, sizeof text - 1, MSG_DONTWAIT);
    text[length > 0 ? length : 0] = '\0';
    return text;
}

Test(notify, the_manager_is_told_by_a_path_or_an_abstract_name) {
    char path[64], name[64];
    snprintf(path, sizeof path, "/tmp/pontis-notify-%d", getpid());
    snprintf(name, sizeof name, "@pontis-notify-%d", getpid());
    int listening = manager(path);
    notify_manager("READY=1");
    cr_expect_str_eq(heard(listening), "READY=1");
    unlink(path);
    listening = manager(name);
    notify_manager("STOPPING=1");
    cr_expect_str_eq(heard(listening), "STOPPING=1");
}

Test(notify, a_reload_says_since_when) {
    char name[64];
    snprintf(name, sizeof name, "@pontis-notify-%d", getpid());
    int listening = manager(name);
    notify_reloading();
    long long since = 0;
    cr_expect_eq(sscanf(heard(listening), "RELOADING=1\nMONOTONIC_USEC=%lld", &since), 1);
    cr_expect_gt(since, 0);
}

Test(notify, nobody_is_told_where_nobody_listens) {
    unsetenv("NOTIFY_SOCKET");
    notify_manager("READY=1");
    setenv("NOTIFY_SOCKET", "/nowhere/at/all", 1);
    notify_manager("READY=1");
    setenv("NOTIFY_SOCKET", "relative", 1);
    notify_manager("READY=1");
}

Test(notify, the_watchdog_is_fed_twice_as_often_as_it_wants) {
    unsetenv("WATCHDOG_PID");
    unsetenv("WATCHDOG_USEC");
    cr_expect_eq(notify_watchdog_period(), 0);
    setenv("WATCHDOG_USEC", "30000000", 1);
    cr_expect_eq(notify_watchdog_period(), 15000);
    setenv("WATCHDOG_PID", "1", 1);
    cr_expect_eq(notify_watchdog_period(), 0, "another process is watched");
}
