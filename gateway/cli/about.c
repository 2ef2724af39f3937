/* What the program says of itself. */
#include <stdio.h>

#include "base/buffer.h"
#include "cli/verb.h"
#include "core/transitions.h"

int verb_version(int argc, char **argv) {
    (void)argc, (void)argv;
    printf("pontis %s\n", PONTIS_VERSION);
    return EXIT_DONE;
}

int verb_states(int argc, char **argv) {
    (void)argc, (void)argv;
    struct buffer dot;
    buffer_init(&dot, 1 << 20);
    transitions_write_dot(&dot);
    fputs(dot.data, stdout);
    buffer_wipe(&dot);
    return EXIT_DONE;
}
