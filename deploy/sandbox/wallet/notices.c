#include "notices.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "event.h"
#include "host/digest.h"

struct notices {
    ARRAY(json_t *) refusals;
    size_t alerts;
};

struct notices *notices_new(void) {
    return must_calloc(1, sizeof(struct notices));
}

void notices_free(struct notices *notices) {
    for (size_t i = 0; i < notices->refusals.count; i++)
        json_decref(notices->refusals.items[i]);
    array_wipe(&notices->refusals);
    free(notices);
}

void notices_note(struct notices *notices, const json_t *event) {
    const char *type = event_text(event, "type");
    if (text_equal(type, "corridor.event.refused.v1"))
        *array_push(&notices->refusals) =
            json_pack("{s:s, s:s, s:s}", "id", event_text(event, "data.refused.id"), "rule",
                      event_text(event, "data.reason.rule"), "code", event_text(event, "data.reason.code"));
    else if (text_equal(type, "corridor.alert.v1"))
        notices->alerts++;
}

size_t notices_refused(const struct notices *notices) {
    return notices->refusals.count;
}

size_t notices_alerts(const struct notices *notices) {
    return notices->alerts;
}

json_t *notices_refusals(const struct notices *notices, size_t after) {
    json_t *refused = json_array();
    for (size_t i = after; i < notices->refusals.count; i++)
        json_array_append(refused, notices->refusals.items[i]);
    return json_pack("{s:I, s:o}", "next", (json_int_t)notices->refusals.count, "refused", refused);
}

bool notices_mean(const json_t *event, const char *text) {
    uint8_t digest[DIGEST_SIZE];
    char hex[DIGEST_HEX_SIZE];
    digest_sha256(text, strlen(text), digest);
    digest_to_hex(digest, sizeof digest, hex);
    return text_equal(event_text(event, "data.refused.hash"), hex) &&
           !text_equal(event_text(event, "data.reason.rule"), "event.collision");
}
