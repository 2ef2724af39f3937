#include "wire/client.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/metrics.h"
#include "wire/pins.h"

enum {
    CLIENT_MOST_ANSWER = 256 * 1024,
    CLIENT_MOST_TO_HOST = 32,  /* connections */
    CLIENT_MOST_KEPT = 64,     /* connections */
    CLIENT_MOST_IDLE = 60,     /* seconds: less than server_default_times.idle */
    CLIENT_CONNECT_TIME = 5000 /* milliseconds */
};

struct client {
    struct event_base *base;
    CURLM *multi;
    struct event *timer;
    const struct credentials *credentials;
    struct post *posts;
};

struct post {
    struct client *client;
    CURL *easy;
    struct post *previous, *next;
    struct curl_slist *headers;
    struct bytes body; /* the caller's */
    size_t sent;
    struct buffer answer;
    bool started; /* a byte of the request may have left */
    char error[CURL_ERROR_SIZE];
    wire_done done;
    void *context;
};

/* ---- one post, as libcurl sees it ---- */

/* Called once a connection stands, right before the first byte of the request: never called means nothing
 * left. A second call is libcurl about to send the request again on another connection. */
static int on_before_request(void *context, char *peer, char *own, int peer_port, int own_port) {
    struct post *post = context;
    (void)peer, (void)own, (void)peer_port, (void)own_port;
    if (post->started)
        return CURL_PREREQFUNC_ABORT;
    post->started = true;
    return CURL_PREREQFUNC_OK;
}

/* There is no seek function beside it: libcurl cannot rewind the body, so it cannot send it twice. */
static size_t on_read(char *to, size_t size, size_t count, void *context) {
    struct post *post = context;
    size_t left = post->body.length - post->sent;
    size_t length = size * count < left ? size * count : left;
    if (length > 0)
        memcpy(to, post->body.data + post->sent, length);
    post->sent += length;
    return length;
}

static size_t on_write(char *data, size_t size, size_t count, void *context) {
    struct post *post = context;
    buffer_add(&post->answer, data, size * count);
    return post->answer.overflowed ? 0 : size * count;
}

static struct post *post_new(struct client *client, const struct wire_request *request, wire_done done,
                             void *context) {
    struct post *post = must_calloc(1, sizeof *post);
    post->easy = curl_easy_init();
    if (!post->easy)
        abort();
    post->client = client;
    post->body = request->body;
    post->done = done;
    post->context = context;
    buffer_init(&post->answer, CLIENT_MOST_ANSWER);
    post->next = client->posts;
    if (post->next)
        post->next->previous = post;
    client->posts = post;
    return post;
}

static void post_free(struct post *post) {
    if (post->next)
        post->next->previous = post->previous;
    if (post->previous)
        post->previous->next = post->next;
    else
        post->client->posts = post->next;
    curl_multi_remove_handle(post->client->multi, post->easy);
    curl_easy_cleanup(post->easy);
    curl_slist_free_all(post->headers);
    buffer_wipe(&post->answer);
    free(post);
}

static void add_header(struct post *post, const char *name, const char *value) {
    struct buffer line;
    buffer_init(&line, 512);
    buffer_addf(&line, "%s: %s", name, value);
    struct curl_slist *longer = curl_slist_append(post->headers, buffer_bytes(&line).data);
    if (!longer || line.overflowed)
        abort();
    post->headers = longer;
    buffer_wipe(&line);
}

/* Any option that is not taken leaves the whole post undone. */
#define SET(option, value)                                                                                   \
    do {                                                                                                     \
        CURLcode set_ = curl_easy_setopt(post->easy, option, value);                                         \
        if (set_ != CURLE_OK)                                                                                \
            return set_;                                                                                     \
    } while (0)

/* A copy: a post may outlive the credentials it began with. */
#define SET_PEM(option, text)                                                                                \
    do {                                                                                                     \
        struct curl_blob pem_ = {(text)->data, (text)->length, CURL_BLOB_COPY};                              \
        SET(option, &pem_);                                                                                  \
    } while (0)

static CURLcode set_trust(struct post *post, const char *pins) {
    const struct credentials *credentials = post->client->credentials;
    SET(CURLOPT_PROTOCOLS_STR, "https");
    SET(CURLOPT_SSLVERSION, (long)(CURL_SSLVERSION_TLSv1_3 | CURL_SSLVERSION_MAX_TLSv1_3));
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET_PEM(CURLOPT_CAINFO_BLOB, &credentials->ca);
    SET(CURLOPT_CAPATH, NULL);
    if (credentials->revocation_list)
        SET(CURLOPT_CRLFILE, credentials->revocation_list);
    SET_PEM(CURLOPT_SSLCERT_BLOB, &credentials->certificate);
    SET_PEM(CURLOPT_SSLKEY_BLOB, &credentials->key);
    SET(CURLOPT_PINNEDPUBLICKEY, pins);
    SET(CURLOPT_SSL_SESSIONID_CACHE, 0L);
    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    return CURLE_OK;
}

static CURLcode set_limits(struct post *post, int64_t deadline) {
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_TIMEOUT_MS, (long)deadline);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)(deadline < CLIENT_CONNECT_TIME ? deadline : CLIENT_CONNECT_TIME));
    SET(CURLOPT_MAXAGE_CONN, (long)CLIENT_MOST_IDLE);
    SET(CURLOPT_TCP_NODELAY, 1L);
    return CURLE_OK;
}

/* It comes from an event of somebody else's, and must not end its header line. */
static bool is_trace(const char *text) {
    return text && *text && text[strspn(text, "0123456789abcdef-")] == '\0';
}

static CURLcode set_request(struct post *post, const struct wire_request *request) {
    add_header(post, "Content-Type", request->content_type);
    if (is_trace(request->traceparent))
        add_header(post, "traceparent", request->traceparent);
    add_header(post, "Expect", "");
    SET(CURLOPT_URL, request->url);
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->body.length);
    SET(CURLOPT_HTTPHEADER, post->headers);
    return CURLE_OK;
}

static CURLcode set_callbacks(struct post *post) {
    SET(CURLOPT_PRIVATE, post);
    SET(CURLOPT_ERRORBUFFER, post->error);
    SET(CURLOPT_PREREQFUNCTION, on_before_request);
    SET(CURLOPT_PREREQDATA, post);
    SET(CURLOPT_READFUNCTION, on_read);
    SET(CURLOPT_READDATA, post);
    SET(CURLOPT_WRITEFUNCTION, on_write);
    SET(CURLOPT_WRITEDATA, post);
    return CURLE_OK;
}

static CURLcode prepare(struct post *post, const struct wire_request *request, const char *pins) {
    CURLcode code = set_trust(post, pins);
    if (code == CURLE_OK)
        code = set_limits(post, request->deadline);
    if (code == CURLE_OK)
        code = set_request(post, request);
    return code == CURLE_OK ? set_callbacks(post) : code;
}

/* ---- how it ended ---- */

static enum wire_outcome outcome_of(const struct post *post, CURLcode code, long status) {
    if (!post->started)
        return WIRE_NOT_SENT;
    return code == CURLE_OK && status >= 200 && status <= 299 ? WIRE_DELIVERED : WIRE_UNKNOWN;
}

static void explain(const struct post *post, CURLcode code, struct wire_response *out) {
    if (code == CURLE_ABORTED_BY_CALLBACK || code == CURLE_SEND_FAIL_REWIND)
        snprintf(out->detail, sizeof out->detail, "the connection ended without an answer");
    else if (code != CURLE_OK)
        snprintf(out->detail, sizeof out->detail, "%.150s",
                 *post->error ? post->error : curl_easy_strerror(code));
    else if (out->outcome != WIRE_DELIVERED)
        snprintf(out->detail, sizeof out->detail, "HTTP status %d", out->http_status);
}

static void count_failed_handshake(CURLcode code) {
    if (code == CURLE_SSL_PINNEDPUBKEYNOTMATCH)
        metrics_count(METRIC_TLS_FAILURES, "client", "the server's key is not pinned");
    else if (code == CURLE_PEER_FAILED_VERIFICATION)
        metrics_count(METRIC_TLS_FAILURES, "client", "the server's certificate does not hold");
    else if (code == CURLE_SSL_CONNECT_ERROR)
        metrics_count(METRIC_TLS_FAILURES, "client", "the handshake did not finish");
}

/* Frees the post before telling, so that the one who is told may post again. */
static void finish(struct post *post, CURLcode code) {
    struct wire_response response = {0};
    wire_done done = post->done;
    void *context = post->context;
    long status = 0;
    curl_easy_getinfo(post->easy, CURLINFO_RESPONSE_CODE, &status);
    response.outcome = outcome_of(post, code, status);
    response.http_status = (int)status;
    explain(post, code, &response);
    count_failed_handshake(code);
    struct buffer answer = post->answer;
    buffer_init(&post->answer, 0);
    post_free(post);
    response.body = buffer_bytes(&answer);
    done(context, &response);
    buffer_wipe(&answer);
}

static void finish_all(struct client *client) {
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(client->multi, &left)) != NULL) {
        struct post *post = NULL;
        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&post);
        finish(post, message->data.result);
    }
}

/* ---- libcurl on the loop ---- */

static void on_timer(evutil_socket_t unused, short what, void *context) {
    struct client *client = context;
    int running;
    (void)unused, (void)what;
    curl_multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    finish_all(client);
}

static int on_timeout_wanted(CURLM *multi, long milliseconds, void *context) {
    struct client *client = context;
    struct timeval time = {.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};
    (void)multi;
    if (milliseconds < 0)
        event_del(client->timer);
    else
        event_add(client->timer, &time);
    return 0;
}

static void on_socket(evutil_socket_t socket, short what, void *context) {
    struct client *client = context;
    int action = (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0);
    int running;
    curl_multi_socket_action(client->multi, socket, action, &running);
    finish_all(client);
}

static int on_socket_wanted(CURL *easy, curl_socket_t socket, int wanted, void *context, void *known) {
    struct client *client = context;
    struct event *event = known;
    short what = (short)((wanted & CURL_POLL_IN ? EV_READ : 0) | (wanted & CURL_POLL_OUT ? EV_WRITE : 0));
    (void)easy;
    if (event)
        event_free(event);
    event = NULL;
    if (wanted != CURL_POLL_REMOVE) {
        event = event_new(client->base, socket, (short)(what | EV_PERSIST), on_socket, client);
        if (!event || event_add(event, NULL) != 0)
            abort();
    }
    curl_multi_assign(client->multi, socket, event);
    return 0;
}

/* ---- the port ---- */

static void refuse(const char *why, wire_done done, void *context) {
    struct wire_response response = {.outcome = WIRE_NOT_SENT, .body = {"", 0}};
    snprintf(response.detail, sizeof response.detail, "%.150s", why);
    done(context, &response);
}

void client_post(struct client *client, const struct wire_request *request, wire_done done, void *context) {
    char pins[PINS_TEXT_SIZE];
    if (!pins_to_curl(request->pins, pins)) {
        refuse("no public key of the server is pinned", done, context);
        return;
    }
    if (request->deadline <= 0) {
        refuse("no time is left", done, context);
        return;
    }
    struct post *post = post_new(client, request, done, context);
    CURLcode code = prepare(post, request, pins);
    if (code != CURLE_OK || curl_multi_add_handle(client->multi, post->easy) != CURLM_OK)
        finish(post, code != CURLE_OK ? code : CURLE_FAILED_INIT);
}

static bool set_multi(struct client *client) {
    CURLM *multi = client->multi;
    return curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket_wanted) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, client) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timeout_wanted) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_TIMERDATA, client) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)CLIENT_MOST_TO_HOST) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)CLIENT_MOST_KEPT) == CURLM_OK;
}

struct result client_open(struct event_base *base, const struct credentials *credentials,
                          struct client **out) {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return result_fatal("libcurl does not start");
    struct client *client = must_calloc(1, sizeof *client);
    client->base = base;
    client->multi = curl_multi_init();
    client->timer = event_new(base, -1, 0, on_timer, client);
    if (!client->multi || !client->timer)
        abort();
    client->credentials = credentials;
    if (!set_multi(client)) {
        client_close(client);
        return result_fatal("libcurl lacks an option of the multi interface");
    }
    *out = client;
    return result_ok();
}

void client_use(struct client *client, const struct credentials *credentials) {
    client->credentials = credentials;
}

void client_close(struct client *client) {
    for (struct post *post = client->posts, *next; post; post = next) {
        next = post->next;
        post_free(post);
    }
    curl_multi_cleanup(client->multi);
    event_free(client->timer);
    free(client);
    curl_global_cleanup();
}
