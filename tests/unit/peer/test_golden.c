#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/reasons.h"
#include "tests/unit/peer/forge.h"

/* The messages in tests/unit/iso20022/golden are what we send, byte for byte; only the signature differs,
 * since its key does, and is left out of the files. With GOLDEN_WRITE set the files are written anew: look at
 * the difference before it is committed. */

struct golden {
    const char *name;
    bool is_old;
    int status; /* STATUS_NONE: the payment */
    const char *reason_code;
    const char *reason_text;
};

static const struct golden goldens[] = {
    {"pacs.008.001.13", false, STATUS_NONE, "", ""},
    {"pacs.008.001.08", true, STATUS_NONE, "", ""},
    {"pacs.002.001.15-accc", false, STATUS_ACCC, "", ""},
    {"pacs.002.001.10-accc", true, STATUS_ACCC, "", ""},
    {"pacs.002.001.15-rjct", false, STATUS_RJCT, "AC03", "the creditor's account is missing"},
    {"pacs.002.001.10-rjct", true, STATUS_RJCT, "AC03", "the creditor's account is missing"},
};
enum { GOLDENS = sizeof goldens / sizeof *goldens };

static void path_of(const char *name, char out[512]) {
    snprintf(out, 512, "%s/tests/unit/iso20022/golden/%s.xml", SOURCE_DIR, name);
}

static struct buffer read_golden(const char *name) {
    char path[512], chunk[4096];
    path_of(name, path);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    struct buffer out;
    buffer_init(&out, 1 << 20);
    size_t length;
    while ((length = fread(chunk, 1, sizeof chunk, file)) > 0)
        buffer_add(&out, chunk, length);
    fclose(file);
    return out;
}

static void compare(const char *name, struct buffer message) {
    struct buffer built = forge_strip(buffer_bytes(&message));
    if (getenv("GOLDEN_WRITE")) {
        char path[512];
        path_of(name, path);
        FILE *file = fopen(path, "w");
        cr_assert_not_null(file, "%s", path);
        fwrite(built.data, 1, built.length, file);
        fclose(file);
    }
    struct buffer golden = read_golden(name);
    cr_expect_str_eq(built.data, golden.data, "%s", name);
    buffer_wipe(&golden);
    buffer_wipe(&built);
    buffer_wipe(&message);
}

static void say(struct fixture *fixture, const struct golden *golden) {
    fixture_init(fixture, golden->is_old);
    text_set(fixture->instruction.reason_code, CODE_SIZE, golden->reason_code);
    text_set(fixture->instruction.reason_text, REASON_TEXT_SIZE, golden->reason_text);
}

static struct buffer message_of(struct fixture *fixture, const struct golden *golden) {
    uint8_t hash[32];
    return golden->status == STATUS_NONE ? fixture_payment(fixture, hash)
                                         : fixture_status(fixture, golden->status, hash);
}

Test(golden, messages_are_built_byte_for_byte) {
    for (size_t i = 0; i < GOLDENS; i++) {
        struct fixture fixture;
        say(&fixture, &goldens[i]);
        compare(goldens[i].name, message_of(&fixture, &goldens[i]));
        fixture_wipe(&fixture);
    }
}

Test(golden, a_refusal_is_built_byte_for_byte) {
    struct fixture fixture;
    fixture_init(&fixture, false);
    struct result why = result_refuse(REASON_SIGNATURE_INVALID, "AppHdr/Sgntr", "it");
    compare("admi.002.001.01", fixture_refusal(&fixture, &why, fixture.instruction.message_id));
    fixture_wipe(&fixture);
}

/* The other way: the file, signed by its sender, says what the built message says. */
Test(golden, files_are_read_as_what_was_said) {
    for (size_t i = 0; i < GOLDENS; i++) {
        struct fixture fixture;
        say(&fixture, &goldens[i]);
        bool is_payment = goldens[i].status == STATUS_NONE;
        struct adapter_link *reader = is_payment ? fixture.away : fixture.home;
        struct buffer golden = read_golden(goldens[i].name), built = message_of(&fixture, &goldens[i]);
        struct buffer signed_ = forge_sign(buffer_bytes(&golden), &(struct forge_form){0},
                                           is_payment ? &fixture.home_key : &fixture.away_key);
        struct adapter_incoming from_file, from_us;
        struct result file = fixture_read(reader, buffer_bytes(&signed_), &from_file);
        struct result us = fixture_read(reader, buffer_bytes(&built), &from_us);
        cr_assert(result_is_ok(&file) && result_is_ok(&us), "%s: %s", goldens[i].name, file.detail);
        cr_expect_arr_eq((char *)&from_file, (char *)&from_us, sizeof from_us, "%s", goldens[i].name);
        buffer_wipe(&golden);
        buffer_wipe(&built);
        buffer_wipe(&signed_);
        fixture_wipe(&fixture);
    }
}
