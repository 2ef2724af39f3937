#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/clock.h"
#include "host/expiry.h"
#include "tests/support/certificates.h"

enum { DAY = 86400 };

static char directory[FILE_SIZE];
static struct authority authority;

static void set_up(void) {
    certificates_directory(directory);
    authority_make(&authority, directory, "ca");
}

static void tear_down(void) {
    authority_wipe(&authority);
    certificates_remove(directory);
}

TestSuite(expiry, .init = set_up, .fini = tear_down);

static struct told {
    size_t count;
    char subjects[4][64];
    int64_t ends[4];
    size_t serial_length;
} told;

static void tell(void *context, const char *subject, const char *serial, int64_t ends) {
    struct told *out = context;
    snprintf(out->subjects[out->count], sizeof out->subjects[0], "%s", subject);
    out->ends[out->count++] = ends - clock_wall() / 1000;
    out->serial_length = strlen(serial);
}

static void append(const char *to, const char *from) {
    char bytes[8192];
    FILE *in = fopen(from, "r"), *out = fopen(to, "a");
    cr_assert(in && out);
    size_t length = fread(bytes, 1, sizeof bytes, in);
    cr_assert_eq(fwrite(bytes, 1, length, out), length);
    fclose(in);
    fclose(out);
}

Test(expiry, each_certificate_of_a_file_is_told_also_one_that_has_ended) {
    struct certificate living, dead;
    certificate_make(&living, &authority, directory,
                     &(struct wish){.name = "living", .from = -DAY, .until = 30 * DAY});
    certificate_make(&dead, &authority, directory,
                     &(struct wish){.name = "dead", .from = -3 * DAY, .until = -2 * DAY});
    append(living.file, dead.file);
    expiry_read(living.file, tell, &told);
    cr_assert_eq(told.count, 2);
    cr_assert_str_eq(told.subjects[0], "living");
    cr_assert_leq(llabs(told.ends[0] - 30 * DAY), 60);
    cr_assert_str_eq(told.subjects[1], "dead");
    cr_assert_leq(llabs(told.ends[1] + 2 * DAY), 60);
    cr_assert_gt(told.serial_length, 0);
}

Test(expiry, of_a_file_without_certificates_nothing_is_told) {
    struct certificate any;
    certificate_make(&any, &authority, directory, &(struct wish){.name = "any"});
    expiry_read(any.key_file, tell, &told);
    expiry_read("/nowhere.pem", tell, &told);
    cr_assert_eq(told.count, 0);
}
