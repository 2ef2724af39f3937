#include "wire/listen.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "host/address.h"

enum { LISTEN_BACKLOG = 512 };

struct result listen_open(struct event_base *base, const char *address, struct evconnlistener **out) {
    const unsigned flags =
        LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE | LEV_OPT_REUSEABLE_PORT;
    struct address at;
    int one = 1;
    if (!address_read(address, &at))
        return result_fatal("%.80s is no numeric HOST:PORT to listen on", address);
    struct evconnlistener *listener = evconnlistener_new_bind(base, NULL, NULL, flags, LISTEN_BACKLOG,
                                                              (struct sockaddr *)&at.at, (int)at.length);
    if (!listener)
        return result_fatal("cannot listen on %.80s: %s", address, strerror(errno));
    setsockopt(evconnlistener_get_fd(listener), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    *out = listener;
    return result_ok();
}

bool listen_is_loopback(const char *address) {
    struct address at;
    return address_read(address, &at) && address_is_loopback(&at);
}

int listen_port(evutil_socket_t socket) {
    /* Either family has the port in the same place. */
    struct sockaddr_in6 at = {0};
    socklen_t length = sizeof at;
    if (getsockname(socket, (struct sockaddr *)&at, &length) != 0)
        return 0;
    return ntohs(at.sin6_port);
}
