#include "cli/help.h"

#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "core/command.h"

/* ---- rows as text ---- */

static void add_usage(struct buffer *out, const struct verb *verb) {
    buffer_addf(out, "pontis %s", verb->name);
    for (const struct option_rule *option = verb->options; option->name; option++)
        buffer_addf(out, " %s%s%s%s%s", option->wanted ? "" : "[", option->name, option->value ? " " : "",
                    option->value ? option->value : "", option->wanted ? "" : "]");
    if (verb->arguments[0])
        buffer_addf(out, " %s", verb->arguments);
}

static void print_usage(FILE *to, const char *before, const struct verb *verb) {
    struct buffer text;
    buffer_init(&text, 4096);
    add_usage(&text, verb);
    fprintf(to, "%s%s\n", before, text.data);
    buffer_wipe(&text);
}

void help_usage(FILE *to, const struct verb *verb) {
    print_usage(to, "usage: ", verb);
}

bool help_wants_approval(const struct verb *verb) {
    return verb->order && order_row(order_find(verb->order))->four_eyes;
}

void help_verb(FILE *to, const struct verb *verb) {
    help_usage(to, verb);
    fprintf(to, "  %s\n  example: %s\n", verb->help, verb->example);
    if (help_wants_approval(verb))
        fputs("  another operator has to approve it, within 24 hours: pontis approval list\n", to);
}

static bool is_of_group(const struct verb *verb, const char *word) {
    size_t length = strcspn(verb->name, " ");
    return strlen(word) == length && strncmp(verb->name, word, length) == 0;
}

bool help_is_group(const char *word) {
    for (const struct verb *verb = verbs; verb->name; verb++)
        if (is_of_group(verb, word))
            return true;
    return false;
}

void help_group(FILE *to, const char *word) {
    for (const struct verb *verb = verbs; verb->name; verb++) {
        if (!is_of_group(verb, word))
            continue;
        print_usage(to, "  ", verb);
        fprintf(to, "      %s\n", verb->help);
    }
}

void help_overview(FILE *to) {
    fputs("pontis: a cross-border settlement gateway\n\nusage: pontis VERB ...\n\n", to);
    for (const struct verb *verb = verbs; verb->name; verb++)
        fprintf(to, "  %-19s %s\n", verb->name, verb->help);
    fputs("\n`pontis VERB --help` tells its options. Data is printed as JSON with --json.\n"
          "serve, migrate and config read the settings file that --settings or PONTIS_SETTINGS names, else\n"
          "/etc/pontis/pontis.yaml; --set KEY=VALUE and a variable (PONTIS_LOG_LEVEL) go before it.\n"
          "What asks or orders a gateway finds it through PONTIS_URL, PONTIS_CA, PONTIS_CERT and PONTIS_KEY, "
          "or the\n"
          "settings file's section client.\n"
          "Exit status: 0 done, 1 the finding is negative, 2 usage, 3 configuration, 4 gateway not to be "
          "reached, 5 refused.\n",
          to);
}

/* ---- what was meant ---- */

static size_t distance_to(const struct verb *verb, const char *first, const char *second) {
    const char *space = strchr(verb->name, ' ');
    char word[32];
    text_copy(word, sizeof word, verb->name, space ? (size_t)(space - verb->name) : strlen(verb->name));
    size_t distance = text_distance(word, first);
    if (space && second)
        distance += text_distance(space + 1, second);
    else if (space && text_equal(space + 1, first))
        return 1;
    return distance;
}

void help_suggest(FILE *to, const char *first, const char *second) {
    const struct verb *nearest = NULL;
    size_t least = 0;
    for (const struct verb *verb = verbs; verb->name; verb++) {
        size_t distance = distance_to(verb, first, second);
        if (!nearest || distance < least) {
            nearest = verb;
            least = distance;
        }
    }
    fprintf(to, "pontis: there is no verb %s%s%s; ", first, second ? " " : "", second ? second : "");
    if (nearest && 2 * least <= strlen(nearest->name))
        fprintf(to, "the nearest is %s\n", nearest->name);
    else
        fputs("pontis --help lists them\n", to);
}

const char *help_nearest_option(const struct verb *verb, const char *typed) {
    const char *nearest = NULL;
    for (const struct option_rule *option = verb->options; option->name; option++)
        if (!nearest || text_distance(option->name, typed) < text_distance(nearest, typed))
            nearest = option->name;
    return nearest;
}
