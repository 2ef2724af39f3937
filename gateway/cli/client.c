#include "cli/client.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/settings_arguments.h"
#include "cli/table.h"
#include "cli/verb.h"

enum { ANSWER_LIMIT = 16 << 20, DEADLINE_SECONDS = 30 };

/* ---- where the gateway is ---- */

struct gateway {
    const char *url, *ca, *certificate, *key;
    struct settings *settings; /* NULL: not needed */
};

static bool is_all_in_environment(void) {
    static const char *const names[] = {"PONTIS_URL", "PONTIS_CA", "PONTIS_CERT", "PONTIS_KEY"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (!value || !*value)
            return false;
    }
    return true;
}

/* Who says everything by variables is not stopped by a settings file. */
static bool read_settings(struct gateway *gateway) {
    struct settings_arguments arguments;
    if (is_all_in_environment())
        return true;
    settings_arguments_init(0, NULL, SETTINGS_OF_CLIENT, &arguments);
    int code = settings_arguments_read(&arguments, &gateway->settings);
    settings_arguments_wipe(&arguments);
    return code == EXIT_DONE;
}

static const char *required(const char *name, const char *setting, struct buffer *missing) {
    const char *value = getenv(name);
    if (value && *value)
        return value;
    if (setting)
        return setting;
    buffer_addf(missing, "%s%s", missing->length ? ", " : "", name);
    return NULL;
}

static bool is_readable(const char *name, const char *key, const char *path) {
    if (access(path, R_OK) == 0)
        return true;
    const char *value = getenv(name);
    fprintf(stderr, "pontis: %s names %s, which cannot be read: %s\n", value && *value ? name : key, path,
            strerror(errno));
    return false;
}

static bool find_gateway(struct gateway *gateway) {
    struct buffer missing;
    *gateway = (struct gateway){0};
    if (!read_settings(gateway))
        return false;
    const struct settings none = {0}, *settings = gateway->settings ? gateway->settings : &none;
    buffer_init(&missing, 128);
    gateway->url = required("PONTIS_URL", settings->client.url, &missing);
    gateway->ca = required("PONTIS_CA", settings->client.ca, &missing);
    gateway->certificate = required("PONTIS_CERT", settings->client.certificate, &missing);
    gateway->key = required("PONTIS_KEY", settings->client.key, &missing);
    bool is_complete = missing.length == 0;
    if (!is_complete)
        fprintf(stderr,
                "pontis: not set: %s\n"
                "  PONTIS_URL is the gateway's API (https://HOST:PORT), PONTIS_CA the file of the CA it is\n"
                "  trusted by, PONTIS_CERT and PONTIS_KEY the files of your certificate and its key;\n"
                "  a settings file's section client may name them too (PONTIS_SETTINGS, "
                "/etc/pontis/pontis.yaml)\n",
                missing.data);
    buffer_wipe(&missing);
    if (!is_complete)
        return false;
    if (strncmp(gateway->url, "https://", 8) != 0) {
        fprintf(stderr, "pontis: PONTIS_URL is %s; https://HOST:PORT is expected\n", gateway->url);
        return false;
    }
    return is_readable("PONTIS_CA", "client.ca", gateway->ca) &&
           is_readable("PONTIS_CERT", "client.certificate", gateway->certificate) &&
           is_readable("PONTIS_KEY", "client.key", gateway->key);
}

/* ---- the request ---- */

struct call {
    CURL *curl;
    struct curl_slist *headers;
    struct buffer url;
    struct buffer *answer;
    char error[CURL_ERROR_SIZE];
};

void client_add_part(struct buffer *path, const char *text) {
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (; *text; text++)
        if (strchr(plain, *text))
            buffer_add_char(path, *text);
        else
            buffer_addf(path, "%%%02X", (unsigned char)*text);
}

static size_t collect(char *data, size_t size, size_t count, void *context) {
    struct buffer *out = context;
    buffer_add(out, data, size * count);
    return out->overflowed ? 0 : size * count;
}

static void set_url(struct call *call, const char *base, const char *path) {
    size_t length = strlen(base);
    while (base[length - 1] == '/')
        length--;
    buffer_add(&call->url, base, length);
    buffer_add_string(&call->url, path);
    curl_easy_setopt(call->curl, CURLOPT_URL, call->url.data);
    curl_easy_setopt(call->curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(call->curl, CURLOPT_PROTOCOLS_STR, "https");
}

/* What the system trusts, or a proxy of the environment, has no say between an operator and a gateway. */
static void set_trust(CURL *curl, const struct gateway *gateway) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, gateway->ca);
    curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(curl, CURLOPT_SSLCERT, gateway->certificate);
    curl_easy_setopt(curl, CURLOPT_SSLKEY, gateway->key);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_3);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
}

static void set_body(struct call *call, const struct client_request *request) {
    if (!request->content_type)
        return;
    char header[160];
    snprintf(header, sizeof header, "Content-Type: %s", request->content_type);
    call->headers = curl_slist_append(NULL, header);
    if (request->idempotency_key) {
        snprintf(header, sizeof header, "Idempotency-Key: %.128s", request->idempotency_key);
        call->headers = curl_slist_append(call->headers, header);
    }
    curl_easy_setopt(call->curl, CURLOPT_HTTPHEADER, call->headers);
    curl_easy_setopt(call->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.length);
    curl_easy_setopt(call->curl, CURLOPT_POSTFIELDS, request->body.data ? request->body.data : "");
}

static void prepare(struct call *call, const struct gateway *gateway, const struct client_request *request) {
    call->curl = curl_easy_init();
    if (!call->curl)
        abort();
    buffer_init(&call->url, (size_t)2 * CLIENT_PATH_LIMIT);
    set_url(call, gateway->url, request->path);
    set_trust(call->curl, gateway);
    set_body(call, request);
    curl_easy_setopt(call->curl, CURLOPT_CUSTOMREQUEST, request->method);
    curl_easy_setopt(call->curl, CURLOPT_WRITEFUNCTION, collect);
    curl_easy_setopt(call->curl, CURLOPT_WRITEDATA, call->answer);
    curl_easy_setopt(call->curl, CURLOPT_ERRORBUFFER, call->error);
    curl_easy_setopt(call->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(call->curl, CURLOPT_TIMEOUT, (long)DEADLINE_SECONDS);
}

static void wipe(struct call *call) {
    curl_slist_free_all(call->headers);
    curl_easy_cleanup(call->curl);
    buffer_wipe(&call->url);
}

/* ---- the answer ---- */

static void say(const char *before, const char *text) {
    fprintf(stderr, "%s", before);
    table_print_to(stderr, text);
}

/* The gateway's problem+json. */
static void say_problem(const struct buffer *answer, long status) {
    json_t *problem = json_loadb(answer->data ? answer->data : "", answer->length, 0, NULL);
    if (!json_object_get(problem, "title")) {
        fprintf(stderr, "pontis: the gateway answered with HTTP status %ld\n", status);
        json_decref(problem);
        return;
    }
    say("pontis: refused: ", table_text(problem, "title"));
    say(" [", table_text(problem, "rule"));
    say("]\n  ", table_text(problem, "pointer"));
    say(*table_text(problem, "pointer") ? ": " : "", table_text(problem, "detail"));
    say("\n  ", table_text(problem, "hint"));
    fputc('\n', stderr);
    json_decref(problem);
}

static void say_again(const struct client_request *request) {
    if (request->idempotency_key)
        fprintf(stderr,
                "  the order may have been carried out; it is carried out once when it is given again with\n"
                "  --idempotency-key %s\n",
                request->idempotency_key);
}

static int say_failure(const struct call *call, CURLcode code, const struct client_request *request) {
    long sent = 0;
    curl_easy_getinfo(call->curl, CURLINFO_REQUEST_SIZE, &sent);
    const char *error = call->error[0] ? call->error : curl_easy_strerror(code);
    if (code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_CACERT_BADFILE || code == CURLE_URL_MALFORMAT ||
        code == CURLE_PEER_FAILED_VERIFICATION) {
        fprintf(stderr, "pontis: PONTIS_URL, PONTIS_CA, PONTIS_CERT and PONTIS_KEY do not go together: %s\n",
                error);
        return EXIT_CONFIGURATION;
    }
    fprintf(stderr, "pontis: the gateway cannot be reached: %s\n", error);
    if (sent > 0)
        say_again(request);
    return EXIT_UNREACHABLE;
}

static int judge(const struct call *call, CURLcode code, const struct client_request *request) {
    if (code != CURLE_OK)
        return say_failure(call, code, request);
    long status = 0;
    curl_easy_getinfo(call->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status / 100 == 2)
        return EXIT_DONE;
    say_problem(call->answer, status);
    if (status != 503 && status != 429)
        return EXIT_REFUSED;
    say_again(request);
    return EXIT_UNREACHABLE;
}

static int carry_out(const struct gateway *gateway, const struct client_request *request,
                     struct buffer *out) {
    struct call call = {.answer = out};
    prepare(&call, gateway, request);
    CURLcode performed = curl_easy_perform(call.curl);
    int code = judge(&call, performed, request);
    wipe(&call);
    return code;
}

int client_call(const struct client_request *request, struct buffer *out) {
    struct gateway gateway;
    buffer_init(out, ANSWER_LIMIT);
    int code = find_gateway(&gateway) ? carry_out(&gateway, request, out) : EXIT_CONFIGURATION;
    settings_free(gateway.settings);
    return code;
}

int client_call_json(const struct client_request *request, json_t **out) {
    struct buffer answer;
    int code = client_call(request, &answer);
    *out = NULL;
    if (code == EXIT_DONE) {
        *out = json_loadb(answer.data ? answer.data : "", answer.length, 0, NULL);
        if (!*out) {
            fputs("pontis: the gateway's answer is not JSON\n", stderr);
            code = EXIT_UNREACHABLE;
        }
    }
    buffer_wipe(&answer);
    return code;
}

int client_get(const char *path, json_t **out) {
    return client_call_json(&(struct client_request){.method = "GET", .path = path}, out);
}

int client_show_rows(int argc, char **argv, const char *path, const char *member) {
    json_t *answer;
    int code = client_get(path, &answer);
    if (code == EXIT_DONE && verb_flag(argc, argv, "--json"))
        table_print_json(answer);
    else if (code == EXIT_DONE)
        table_print_rows(json_object_get(answer, member), "");
    json_decref(answer);
    return code;
}

int client_show_one(int argc, char **argv, const char *path, void (*print)(const json_t *answer)) {
    struct buffer whole;
    json_t *answer;
    buffer_init(&whole, CLIENT_PATH_LIMIT);
    buffer_add_string(&whole, path);
    client_add_part(&whole, verb_argument(argc, argv, 0));
    int code = client_get(whole.data, &answer);
    if (code == EXIT_DONE && verb_flag(argc, argv, "--json"))
        table_print_json(answer);
    else if (code == EXIT_DONE)
        print(answer);
    json_decref(answer);
    buffer_wipe(&whole);
    return code;
}
