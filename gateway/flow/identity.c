#include "flow/identity.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "host/digest.h"

static void add_part(struct buffer *buffer, const void *data, size_t length) {
    buffer_addf(buffer, "%zu:", length);
    buffer_add(buffer, data, length);
}

static void add_text(struct buffer *buffer, const char *text) {
    add_part(buffer, text, strlen(text));
}

static struct uuid folded(struct buffer *buffer) {
    uint8_t digest[32];
    digest_sha256(buffer->data, buffer->length, digest);
    buffer_wipe(buffer);
    return uuid_from_digest(digest);
}

void identity_hash(struct bytes bytes, uint8_t out[32]) {
    digest_sha256(bytes.data, bytes.length, out);
}

struct uuid identity_of_event(const char *source, const char *id) {
    struct buffer buffer;
    buffer_init(&buffer, 1024);
    add_text(&buffer, "event");
    add_text(&buffer, source);
    add_text(&buffer, id);
    return folded(&buffer);
}

struct uuid identity_of_lock(const char *source, const struct uuid *lock) {
    struct buffer buffer;
    buffer_init(&buffer, 1024);
    add_text(&buffer, "lock");
    add_text(&buffer, source);
    add_part(&buffer, lock->bytes, sizeof lock->bytes);
    return folded(&buffer);
}

struct uuid identity_of_instruction(const struct instruction_key *key) {
    struct buffer buffer;
    buffer_init(&buffer, 1024);
    add_text(&buffer, "instruction");
    add_text(&buffer, key->corridor);
    add_text(&buffer, direction_names[key->direction]);
    add_text(&buffer, instruction_kind_names[key->kind]);
    add_part(&buffer, key->uetr.bytes, sizeof key->uetr.bytes);
    return folded(&buffer);
}

struct uuid identity_of_command(const char *operator, const char * idempotency_key) {
    struct buffer buffer;
    buffer_init(&buffer, 1024);
    add_text(&buffer, "command");
    add_text(&buffer, operator);
    add_text(&buffer, idempotency_key);
    return folded(&buffer);
}

struct uuid identity_of_wallet_event(const struct uuid *payment, int64_t version, const char *type) {
    struct buffer buffer;
    buffer_init(&buffer, 1024);
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, version);
    add_text(&buffer, "wallet-event");
    add_part(&buffer, payment->bytes, sizeof payment->bytes);
    add_text(&buffer, text);
    add_text(&buffer, type);
    return folded(&buffer);
}

struct uuid identity_of_refusal(const struct uuid *instruction, const char *source, const char *id) {
    struct buffer buffer;
    buffer_init(&buffer, 1024);
    add_text(&buffer, "refusal");
    add_part(&buffer, instruction->bytes, sizeof instruction->bytes);
    add_text(&buffer, source);
    add_text(&buffer, id);
    return folded(&buffer);
}

struct uuid identity_of_collision(const char *source, const char *id, const uint8_t content_hash[32]) {
    struct buffer buffer;
    buffer_init(&buffer, 1024);
    add_text(&buffer, "collision");
    add_text(&buffer, source);
    add_text(&buffer, id);
    add_part(&buffer, content_hash, 32);
    return folded(&buffer);
}

enum { FIRST_DASH = 8 };

void identity_format_message(const struct uuid *message, char out[REFERENCE_SIZE]) {
    char text[UUID_TEXT_SIZE];
    uuid_format(message, text);
    snprintf(out, REFERENCE_SIZE, "%.*s%s", FIRST_DASH, text, text + FIRST_DASH + 1);
}

bool identity_parse_message(const char *reference, struct uuid *out) {
    char text[UUID_TEXT_SIZE];
    if (strlen(reference) != UUID_TEXT_SIZE - 2)
        return false;
    snprintf(text, sizeof text, "%.*s-%s", FIRST_DASH, reference, reference + FIRST_DASH);
    return uuid_parse(text, strlen(text), out);
}
