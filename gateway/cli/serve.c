/* The verbs that run on the gateway's own machine with its settings file: `pontis serve`, and `pontis
 * migrate`, the one verb that writes to PostgreSQL itself. */
#include "serve/serve.h"

#include <stdio.h>

#include "cli/migrate.h"
#include "cli/settings_arguments.h"
#include "cli/verb.h"
#include "host/conninfo.h"
#include "host/file_bytes.h"

int verb_serve(int argc, char **argv) {
    struct settings_arguments arguments;
    struct settings *settings;
    settings_arguments_init(argc, argv, SETTINGS_OF_GATEWAY, &arguments);
    int code = settings_arguments_read(&arguments, &settings);
    if (code == EXIT_DONE)
        code = serve_run(&arguments.request, settings);
    settings_free(settings);
    settings_arguments_wipe(&arguments);
    return code;
}

static int migrate(int argc, char **argv, const struct settings *settings) {
    struct buffer conninfo;
    if (!settings->owner_database) {
        fputs("pontis: owner_database is not set: migrations need the owner of the schema\n", stderr);
        return EXIT_CONFIGURATION;
    }
    struct result read =
        conninfo_read(settings->owner_database, settings->owner_database_password_file, &conninfo);
    int code = EXIT_CONFIGURATION;
    if (result_is_ok(&read) && verb_flag(argc, argv, "--accept-restored"))
        code = migrate_accept_command(conninfo.data);
    else if (result_is_ok(&read))
        code = migrate_command(conninfo.data, settings->api.operators, verb_flag(argc, argv, "--plan"),
                               verb_flag(argc, argv, "--json"));
    else
        fprintf(stderr, "pontis: owner_database_password_file: %s\n", read.detail);
    file_bytes_wipe_secret(&conninfo);
    return code;
}

int verb_migrate(int argc, char **argv) {
    struct settings_arguments arguments;
    struct settings *settings;
    settings_arguments_init(argc, argv, SETTINGS_OF_OWNER, &arguments);
    int code = settings_arguments_read(&arguments, &settings);
    if (code == EXIT_DONE)
        code = migrate(argc, argv, settings);
    settings_free(settings);
    settings_arguments_wipe(&arguments);
    return code;
}
