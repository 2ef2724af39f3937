#ifndef PONTIS_HOST_ADDRESS_H
#define PONTIS_HOST_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* HOST:PORT, both numeric: "127.0.0.1:8443", "[::1]:8443". */
struct address {
    struct sockaddr_storage at;
    socklen_t length;
};

/* False: it is none. Port 0 is read: a caller who cannot use it looks at address_port. */
bool address_read(const char *text, struct address *out);
int address_port(const struct address *address);
/* Is the host this machine alone? */
bool address_is_loopback(const struct address *address);

#endif
