#include "event.h"

#include <string.h>

#include "base/buffer.h"
#include "host/digest.h"

char *event_write(const char *source, const char *id, const char *type, const struct uuid *subject,
                  const char *key, const char *cause, const char *traceparent, instant time, json_t *data) {
    char uetr[UUID_TEXT_SIZE], at[INSTANT_TEXT_SIZE];
    uuid_format(subject, uetr);
    instant_format(time, at);
    json_t *event = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "specversion", "1.0", "source",
                              source, "id", id, "type", type, "subject", uetr, "partitionkey", key, "time",
                              at, "datacontenttype", "application/json", "data", data);
    if (cause)
        json_object_set_new(event, "causationid", json_string(cause));
    if (*traceparent)
        json_object_set_new(event, "traceparent", json_string(traceparent));
    char *text = json_dumps(event, JSON_COMPACT);
    json_decref(event);
    return text;
}

void event_answer_id(const char *cause, const char *type, char out[UUID_TEXT_SIZE]) {
    struct buffer name;
    uint8_t digest[DIGEST_SIZE];
    buffer_init(&name, 4096);
    buffer_addf(&name, "%s %s", cause, type);
    digest_sha256(name.data, name.length, digest);
    buffer_wipe(&name);
    struct uuid id = uuid_from_digest(digest);
    uuid_format(&id, out);
}

const char *event_text(const json_t *event, const char *path) {
    const json_t *at = event;
    for (;;) {
        size_t length = strcspn(path, ".");
        char member[64] = "";
        memcpy(member, path, length < sizeof member ? length : 0);
        at = json_object_get(at, member);
        if (!path[length])
            break;
        path += length + 1;
    }
    const char *text = json_string_value(at);
    return text ? text : "";
}

bool event_subject(const json_t *event, struct uuid *out) {
    const char *text = event_text(event, "subject");
    return uuid_parse(text, strlen(text), out);
}
