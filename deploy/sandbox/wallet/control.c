#include "control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/text.h"

enum { LINE_LIMIT = 1 << 20, ANSWERS_LIMIT = 64 << 20 };

/* A free place has descriptor -1. */
struct client {
    int descriptor;
    struct buffer in;
    struct buffer out;
};

struct control {
    int listener;
    char path[108];
    control_order order;
    void *context;
    struct client clients[CONTROL_MAX_CLIENTS];
};

struct result control_open(const char *path, control_order order, void *context, struct control **out) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!text_copy(address.sun_path, sizeof address.sun_path, path, strlen(path)))
        return result_fatal("the control socket's path is too long: name it relative to the folder");
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    (void)unlink(path);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) ||
        listen(listener, CONTROL_MAX_CLIENTS)) {
        close(listener);
        return result_fatal("cannot listen on the control socket: %s", strerror(errno));
    }
    struct control *control = must_calloc(1, sizeof *control);
    control->listener = listener;
    control->order = order;
    control->context = context;
    text_set(control->path, sizeof control->path, path);
    for (int i = 0; i < CONTROL_MAX_CLIENTS; i++)
        control->clients[i].descriptor = -1;
    *out = control;
    return result_ok();
}

int control_watch(const struct control *control, struct pollfd *polls) {
    int count = 0;
    polls[count++] = (struct pollfd){.fd = control->listener, .events = POLLIN};
    for (int i = 0; i < CONTROL_MAX_CLIENTS; i++) {
        const struct client *client = &control->clients[i];
        if (client->descriptor >= 0)
            polls[count++] = (struct pollfd){.fd = client->descriptor,
                                             .events = (short)(POLLIN | (client->out.length ? POLLOUT : 0))};
    }
    return count;
}

static void drop(struct client *client) {
    close(client->descriptor);
    client->descriptor = -1;
    buffer_wipe(&client->in);
    buffer_wipe(&client->out);
}

static void admit(struct control *control) {
    int descriptor = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (descriptor < 0)
        return;
    for (int i = 0; i < CONTROL_MAX_CLIENTS; i++) {
        struct client *client = &control->clients[i];
        if (client->descriptor >= 0)
            continue;
        client->descriptor = descriptor;
        buffer_init(&client->in, LINE_LIMIT);
        buffer_init(&client->out, ANSWERS_LIMIT);
        return;
    }
    close(descriptor);
}

static void obey(struct control *control, struct client *client, const char *line, size_t length) {
    json_t *order = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
    json_t *answer =
        order ? control->order(control->context, order) : json_pack("{s:s}", "error", "the line is not JSON");
    char *text = json_dumps(answer, JSON_COMPACT);
    buffer_add_string(&client->out, text);
    buffer_add_char(&client->out, '\n');
    free(text);
    json_decref(answer);
    json_decref(order);
}

static void obey_lines(struct control *control, struct client *client) {
    size_t start = 0;
    for (;;) {
        const char *from = client->in.data + start;
        const char *end = start < client->in.length ? memchr(from, '\n', client->in.length - start) : NULL;
        if (!end)
            break;
        obey(control, client, from, (size_t)(end - from));
        start += (size_t)(end - from) + 1;
    }
    if (start) {
        struct buffer rest;
        buffer_init(&rest, LINE_LIMIT);
        buffer_add(&rest, client->in.data + start, client->in.length - start);
        buffer_wipe(&client->in);
        client->in = rest;
    }
}

/* False: the client is gone or broke the limits. */
static bool receive(struct control *control, struct client *client) {
    char bytes[16384];
    for (;;) {
        ssize_t length = recv(client->descriptor, bytes, sizeof bytes, 0);
        if (length == 0)
            return false;
        if (length < 0)
            return errno == EAGAIN || errno == EINTR;
        buffer_add(&client->in, bytes, (size_t)length);
        obey_lines(control, client);
        if (client->in.overflowed || client->out.overflowed)
            return false;
    }
}

static bool flush(struct client *client) {
    size_t sent = 0;
    while (sent < client->out.length) {
        ssize_t length =
            send(client->descriptor, client->out.data + sent, client->out.length - sent, MSG_NOSIGNAL);
        if (length < 0 && errno != EAGAIN && errno != EINTR)
            return false;
        if (length < 0)
            break;
        sent += (size_t)length;
    }
    memmove(client->out.data, client->out.data + sent, client->out.length - sent);
    client->out.length -= sent;
    return true;
}

void control_drain(struct control *control) {
    admit(control);
    for (int i = 0; i < CONTROL_MAX_CLIENTS; i++) {
        struct client *client = &control->clients[i];
        if (client->descriptor < 0)
            continue;
        bool open = receive(control, client);
        if (client->out.length && !flush(client))
            open = false;
        if (!open)
            drop(client);
    }
}

void control_close(struct control *control) {
    if (!control)
        return;
    for (int i = 0; i < CONTROL_MAX_CLIENTS; i++)
        if (control->clients[i].descriptor >= 0)
            drop(&control->clients[i]);
    close(control->listener);
    (void)unlink(control->path);
    free(control);
}
