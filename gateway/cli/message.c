/* The verb that judges ISO 20022 messages in files. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "adapters/iso20022/check.h"
#include "base/text.h"
#include "cli/file.h"
#include "cli/verb.h"

/* How a run judges. */
struct judges {
    const char *profile; /* NULL: the one that the message names */
    bool schema_only;
    struct schema_set *official; /* NULL: none */
};

static bool holds_schemas(const char *folder) {
    char path[4096];
    struct stat found;
    snprintf(path, sizeof path, "%s/xsd", folder);
    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

static int find_official(struct judges *judges) {
    const char *folder = getenv("ISO20022_DIR");
    bool is_named = folder && *folder;
    if (!is_named && !judges->schema_only)
        return EXIT_DONE;
    if (!is_named) {
        fputs("pontis: --schema needs ISO20022_DIR, which names the folder of the official schemas\n",
              stderr);
        return EXIT_CONFIGURATION;
    }
    if (holds_schemas(folder)) {
        judges->official = schema_set_new(folder);
        return EXIT_DONE;
    }
    fprintf(stderr, "pontis: ISO20022_DIR is %s, and there is no folder %s/xsd with official schemas\n",
            folder, folder);
    return EXIT_CONFIGURATION;
}

static int check_file(const char *path, const struct judges *judges) {
    struct buffer message;
    int code = EXIT_CONFIGURATION;
    if (file_read(path, &message)) {
        size_t findings = check_message(path, buffer_bytes(&message), judges->profile, judges->schema_only,
                                        judges->official, stdout);
        code = findings == 0 ? EXIT_DONE : EXIT_NEGATIVE;
    }
    buffer_wipe(&message);
    return code;
}

int verb_message_check(int argc, char **argv) {
    struct judges judges = {.profile = verb_option(argc, argv, "--profile"),
                            .schema_only = verb_flag(argc, argv, "--schema")};
    if (judges.profile && judges.schema_only)
        return verb_usage("--schema judges by the official schemas alone, without the profile %s",
                          judges.profile);
    if (judges.profile && !check_profile_exists(judges.profile))
        return verb_usage("no usage guideline is called %s; peer is one", judges.profile);
    int worst = find_official(&judges);
    if (worst != EXIT_DONE)
        return worst;
    const char *path;
    for (int i = 0; (path = verb_argument(argc, argv, i)); i++) {
        int code = check_file(path, &judges);
        worst = code > worst ? code : worst;
    }
    schema_set_free(judges.official);
    return worst;
}
