#include "wire/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

enum { LISTEN_BACKLOG = 512 };

static bool read_address(const char *text, struct sockaddr_storage *out, int *length) {
    const char *colon = strrchr(text, ':');
    *length = sizeof *out;
    if (!colon || colon[1] < '0' || colon[1] > '9')
        return false;
    return evutil_parse_sockaddr_port(text, (struct sockaddr *)out, length) == 0;
}

struct result listen_open(struct event_base *base, const char *address, struct evconnlistener **out) {
    const unsigned flags =
        LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE | LEV_OPT_REUSEABLE_PORT;
    struct sockaddr_storage at;
    int length, one = 1;
    if (!read_address(address, &at, &length))
        return result_fatal("%.80s is no numeric HOST:PORT to listen on", address);
    struct evconnlistener *listener =
        evconnlistener_new_bind(base, NULL, NULL, flags, LISTEN_BACKLOG, (struct sockaddr *)&at, length);
    if (!listener)
        return result_fatal("cannot listen on %.80s: %s", address, strerror(errno));
    setsockopt(evconnlistener_get_fd(listener), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    *out = listener;
    return result_ok();
}

bool listen_is_loopback(const char *address) {
    struct sockaddr_storage at;
    int length;
    if (!read_address(address, &at, &length))
        return false;
    if (at.ss_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&((struct sockaddr_in6 *)&at)->sin6_addr);
    return ntohl(((struct sockaddr_in *)&at)->sin_addr.s_addr) >> 24 == 127;
}

int listen_port(evutil_socket_t socket) {
    struct sockaddr_storage at = {0};
    socklen_t length = sizeof at;
    if (getsockname(socket, (struct sockaddr *)&at, &length) != 0)
        return 0;
    return ntohs(at.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&at)->sin6_port
                                          : ((struct sockaddr_in *)&at)->sin_port);
}
