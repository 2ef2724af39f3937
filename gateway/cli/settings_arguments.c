#include "cli/settings_arguments.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/verb.h"

void settings_arguments_init(int argc, char **argv, enum settings_use use, struct settings_arguments *out) {
    size_t count = 0;
    const char *file = verb_option(argc, argv, "--settings");
    *out = (struct settings_arguments){.flags = must_calloc((size_t)argc + 1, sizeof(const char *))};
    for (const char *flag; (flag = verb_option_at(argc, argv, "--set", (int)count)) != NULL;)
        out->flags[count++] = flag;
    out->request = (struct settings_request){
        .use = use, .file = file, .flags = out->flags, .flag_count = count, .environment = environ};
}

void settings_arguments_wipe(struct settings_arguments *arguments) {
    free(arguments->flags);
    *arguments = (struct settings_arguments){0};
}

void settings_arguments_tell(const struct findings *findings) {
    for (size_t i = 0; i < findings->list.count; i++) {
        char line[FINDING_LINE_SIZE];
        finding_line(&findings->list.items[i], line);
        enum finding_weight weight = findings->list.items[i].weight;
        if (weight == FINDING_ERROR)
            fprintf(stderr, "pontis: %s\n", line);
        else
            fprintf(stderr, "pontis: %s: %s\n", finding_weight_names[weight], line);
    }
}

int settings_arguments_read(const struct settings_arguments *arguments, struct settings **out) {
    struct findings findings = {0};
    bool is_right = settings_read(&arguments->request, &findings, out);
    settings_arguments_tell(&findings);
    findings_wipe(&findings);
    if (is_right)
        return EXIT_DONE;
    settings_free(*out);
    *out = NULL;
    return EXIT_CONFIGURATION;
}
