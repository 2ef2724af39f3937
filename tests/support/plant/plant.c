/* Mistakes on purpose, one a test: the runner must call each of them a failure. None is in the list of ctest.
 */

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buffer.h"

static void *volatile kept;

Test(plant, leak) {
    kept = must_calloc(1, 64);
    kept = NULL;
}

Test(plant, overflow) {
    char *volatile bytes = must_calloc(8, 1);
    volatile size_t behind = 8;
    bytes[behind] = 1;
    free(bytes);
}

Test(plant, undefined) {
    volatile int most = 0x7fffffff;
    most = most + 1;
}

Test(plant, failure) {
    cr_assert(kept, "this must be told");
}

Test(plant, crash) {
    abort();
}

/* Takes the whole program along before it can tell anything. */
Test(plant, silence) {
    kill(getppid(), SIGKILL);
}

Test(plant, skip) {
    cr_skip_test("to see that a skip is counted");
}

Test(plant, part_skipped) {
    fprintf(stderr, "SKIPPED: a part of a test\n");
}

Test(plant, nothing_wrong) {
    free(must_calloc(1, 64));
}
