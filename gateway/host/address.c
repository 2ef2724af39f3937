#include "host/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static bool read_port(const char *text, in_port_t *out) {
    size_t digits = strspn(text, "0123456789");
    long port = strtol(text, NULL, 10);
    *out = htons((uint16_t)port);
    return digits > 0 && digits <= 5 && !text[digits] && port <= 65535;
}

static bool read_host(const char *host, in_port_t port, bool in_brackets, struct address *out) {
    struct sockaddr_in *four = (struct sockaddr_in *)&out->at;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&out->at;
    if (!in_brackets) {
        four->sin_family = AF_INET;
        four->sin_port = port;
        out->length = sizeof *four;
        return inet_pton(AF_INET, host, &four->sin_addr) == 1;
    }
    six->sin6_family = AF_INET6;
    six->sin6_port = port;
    out->length = sizeof *six;
    return inet_pton(AF_INET6, host, &six->sin6_addr) == 1;
}

bool address_read(const char *text, struct address *out) {
    const char *colon = strrchr(text, ':');
    char host[INET6_ADDRSTRLEN];
    in_port_t port;
    *out = (struct address){0};
    if (!colon || colon == text || !read_port(colon + 1, &port))
        return false;
    size_t size = (size_t)(colon - text);
    bool in_brackets = size > 2 && text[0] == '[' && text[size - 1] == ']';
    return text_copy(host, sizeof host, text + in_brackets, size - (in_brackets ? 2 : 0)) &&
           read_host(host, port, in_brackets, out);
}

int address_port(const struct address *address) {
    /* Either family has the port in the same place. */
    return ntohs(((const struct sockaddr_in *)&address->at)->sin_port);
}

bool address_is_loopback(const struct address *address) {
    if (address->at.ss_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)&address->at)->sin6_addr);
    return ntohl(((const struct sockaddr_in *)&address->at)->sin_addr.s_addr) >> 24 == 127;
}
