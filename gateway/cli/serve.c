/* The verbs that run on the gateway's own machine with its settings file: `pontis serve`, and `pontis
 * migrate`, the one verb that writes to PostgreSQL itself. */
#include "serve/serve.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/migrate.h"
#include "cli/verb.h"

static int load_settings(int argc, char **argv, struct settings **out) {
    const char *path = verb_option(argc, argv, "--settings");
    if (!path)
        path = getenv("PONTIS_SETTINGS");
    if (!path || !*path)
        return verb_usage("which settings? Name the file by --settings or PONTIS_SETTINGS.");
    struct result loaded = settings_load(path, out);
    if (result_is_ok(&loaded))
        return EXIT_DONE;
    fprintf(stderr, "pontis: %s\n", loaded.detail);
    return EXIT_CONFIGURATION;
}

int verb_serve(int argc, char **argv) {
    struct settings *settings;
    int code = load_settings(argc, argv, &settings);
    if (code != EXIT_DONE)
        return code;
    code = serve_run(settings);
    settings_free(settings);
    return code;
}

static int migrate(int argc, char **argv, const struct settings *settings) {
    if (!settings->owner_database) {
        fputs("pontis: owner_database is not set: migrations need the owner of the schema\n", stderr);
        return EXIT_CONFIGURATION;
    }
    return migrate_command(settings->owner_database, verb_flag(argc, argv, "--plan"),
                           verb_flag(argc, argv, "--json"));
}

int verb_migrate(int argc, char **argv) {
    struct settings *settings;
    int code = load_settings(argc, argv, &settings);
    if (code != EXIT_DONE)
        return code;
    code = migrate(argc, argv, settings);
    settings_free(settings);
    return code;
}
