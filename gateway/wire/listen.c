#include "wire/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"

enum { LISTEN_BACKLOG = 512 };

static bool read_port(const char *text, in_port_t *out) {
    char *end;
    long port = strtol(text, &end, 10);
    *out = htons((uint16_t)port);
    return *text >= '0' && *text <= '9' && *end == '\0' && port <= 65535;
}

static bool read_host(const char *host, in_port_t port, struct sockaddr_storage *out, int *length) {
    struct sockaddr_in *four = (struct sockaddr_in *)out;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;
    if (inet_pton(AF_INET, host, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = port;
        *length = sizeof *four;
        return true;
    }
    six->sin6_family = AF_INET6;
    six->sin6_port = port;
    *length = sizeof *six;
    return inet_pton(AF_INET6, host, &six->sin6_addr) == 1;
}

static bool read_address(const char *text, struct sockaddr_storage *out, int *length) {
    const char *colon = strrchr(text, ':');
    bool brackets = text[0] == '[' && colon && colon[-1] == ']';
    char host[INET6_ADDRSTRLEN];
    in_port_t port;
    *out = (struct sockaddr_storage){0};
    if (!colon || !read_port(colon + 1, &port))
        return false;
    size_t size = (size_t)(colon - text) - (brackets ? 2 : 0);
    return text_copy(host, sizeof host, text + brackets, size) && read_host(host, port, out, length);
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
    /* Either family has the port in the same place. */
    struct sockaddr_in6 at = {0};
    socklen_t length = sizeof at;
    if (getsockname(socket, (struct sockaddr *)&at, &length) != 0)
        return 0;
    return ntohs(at.sin6_port);
}
