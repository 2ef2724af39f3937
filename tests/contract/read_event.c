#include <stdio.h>
#include <stdlib.h>

#include "core/reasons.h"
#include "flow/wallet_event.h"

/* read_event FILE...: a line a file, "ok", or the rule that refused it and the place. */

static struct bytes read_file(const char *path) {
    enum { MOST = 1 << 20 };
    char *data = must_malloc(MOST);
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(1);
    }
    size_t length = fread(data, 1, MOST, file);
    fclose(file);
    return (struct bytes){data, length};
}

int main(int count, char **arguments) {
    for (int i = 1; i < count; i++) {
        struct event event;
        struct bytes text = read_file(arguments[i]);
        struct result result = wallet_event_read(text, &event);
        if (result_is_ok(&result))
            puts("ok");
        else
            printf("%s %s\n", reason_row(result.reason)->rule, result.where);
        free((char *)text.data);
    }
    return 0;
}
