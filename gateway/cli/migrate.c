#include "cli/migrate.h"

#include <jansson.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/table.h"
#include "cli/verb.h"
#include "store/enrol.h"
#include "store/migrate.h"
#include "store/migration.h"

static int code_of(const struct result *result) {
    if (result_is_ok(result))
        return EXIT_DONE;
    fprintf(stderr, "pontis: %s\n", result->detail);
    return result->kind == RESULT_RETRY ? EXIT_UNREACHABLE : EXIT_CONFIGURATION;
}

static int bring(const char *owner_conninfo, const char *operators_file) {
    struct result migrated = migrate_run(owner_conninfo);
    int code = code_of(&migrated);
    if (code != EXIT_DONE)
        return code;
    printf("schema %d\n", migrate_newest());
    size_t enrolled;
    struct result enrolling = enrol_first(owner_conninfo, operators_file, &enrolled);
    if (enrolled)
        printf("operators enrolled: %zu\n", enrolled);
    return code_of(&enrolling);
}

/* Cells are texts, as in every table. */
static void add_number(json_t *row, const char *member, int number) {
    char text[16];
    snprintf(text, sizeof text, "%d", number);
    json_object_set_new(row, member, json_string(text));
}

static void add_row(void *rows, const struct migration *migration, bool is_applied) {
    json_t *row = json_object();
    add_number(row, "number", migration->number);
    json_object_set_new(row, "name", json_string(migration->name));
    json_object_set_new(row, "state", json_string(is_applied ? "applied" : "pending"));
    add_number(row, "statements", migration->statements);
    add_number(row, "compatible_from", migration->compatible_from);
    json_object_set_new(row, "hash", json_string(migration->hash));
    json_array_append_new(rows, row);
}

static int tell(const char *owner_conninfo, bool as_json) {
    struct migrate_order order = {.conninfo = owner_conninfo};
    json_t *rows = json_array();
    struct result planned = migrate_plan(&order, add_row, rows);
    int code = code_of(&planned);
    if (code == EXIT_DONE && as_json)
        table_print_json(rows);
    else if (code == EXIT_DONE)
        table_print_rows(rows, "");
    json_decref(rows);
    return code;
}

/* The person behind sudo, where there is one. */
static const char *name_of_caller(void) {
    const char *name = getenv("SUDO_USER");
    const struct passwd *user = name && *name ? NULL : getpwuid(getuid());
    return user ? user->pw_name : name && *name ? name : "?";
}

int migrate_accept_command(const char *owner_conninfo) {
    struct result accepted = migrate_accept_restored(owner_conninfo, name_of_caller());
    int code = code_of(&accepted);
    if (code == EXIT_DONE)
        printf("accepted by %s\n", name_of_caller());
    return code;
}

int migrate_command(const char *owner_conninfo, const char *operators_file, bool plan, bool as_json) {
    return plan ? tell(owner_conninfo, as_json) : bring(owner_conninfo, operators_file);
}
