#include "cli/verb.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/help.h"

/* ---- options ---- */

static const struct option_rule *find_option(const struct verb *verb, const char *name) {
    for (const struct option_rule *option = verb->options; option->name; option++)
        if (text_equal(option->name, name))
            return option;
    return NULL;
}

static bool is_option(const char *argument) {
    return argument[0] == '-' && argument[1] != '\0';
}

static bool takes_value(const char *name) {
    for (const struct verb *verb = verbs; verb->name; verb++) {
        const struct option_rule *option = find_option(verb, name);
        if (option)
            return option->value != NULL;
    }
    return false;
}

const char *verb_option(int argc, char **argv, const char *name) {
    return verb_option_at(argc, argv, name, 0);
}

const char *verb_option_at(int argc, char **argv, const char *name, int index) {
    for (int i = 0; i + 1 < argc; i++) {
        if (!is_option(argv[i]))
            continue;
        if (text_equal(argv[i], name) && index-- == 0)
            return argv[i + 1];
        i += takes_value(argv[i]);
    }
    return NULL;
}

bool verb_flag(int argc, char **argv, const char *name) {
    for (int i = 0; i < argc; i++) {
        if (text_equal(argv[i], name))
            return true;
        i += is_option(argv[i]) && takes_value(argv[i]);
    }
    return false;
}

const char *verb_argument(int argc, char **argv, int index) {
    for (int i = 0; i < argc; i++) {
        if (is_option(argv[i])) {
            i += takes_value(argv[i]);
            continue;
        }
        if (index-- == 0)
            return argv[i];
    }
    return NULL;
}

int verb_usage(const char *format, ...) {
    va_list arguments;
    fputs("pontis: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return EXIT_USAGE;
}

/* ---- what was typed, against the verb's row ---- */

static int refuse_option(const struct verb *verb, const char *name) {
    const char *nearest = help_nearest_option(verb, name);
    if (!nearest)
        return verb_usage("%s takes no options, and %s is one", verb->name, name);
    return verb_usage("%s knows no option %s; the nearest it knows is %s", verb->name, name, nearest);
}

static int check_option(const struct verb *verb, int argc, char **argv, int at) {
    const struct option_rule *option = find_option(verb, argv[at]);
    if (!option)
        return refuse_option(verb, argv[at]);
    for (int i = 0; i < at && !option->repeats; i++)
        if (text_equal(argv[i], option->name))
            return verb_usage("%s is given twice", option->name);
    if (option->value && (at + 1 == argc || strncmp(argv[at + 1], "--", 2) == 0))
        return verb_usage("%s wants a value: %s", option->name, option->value);
    return EXIT_DONE;
}

static int check_options(const struct verb *verb, int argc, char **argv) {
    for (int i = 0; i < argc; i++) {
        if (!is_option(argv[i]))
            continue;
        int code = check_option(verb, argc, argv, i);
        if (code != EXIT_DONE)
            return code;
        i += takes_value(argv[i]);
    }
    for (const struct option_rule *option = verb->options; option->name; option++)
        if (option->wanted && !verb_option(argc, argv, option->name))
            return verb_usage("%s wants %s %s", verb->name, option->name, option->value);
    return EXIT_DONE;
}

static int check_arguments(const struct verb *verb, int argc, char **argv) {
    const char *first = verb_argument(argc, argv, 0), *second = verb_argument(argc, argv, 1);
    if (!verb->arguments[0])
        return first ? verb_usage("%s takes no argument, and %s is one", verb->name, first) : EXIT_DONE;
    if (!first || !*first)
        return verb_usage("%s wants %s", verb->name, verb->arguments);
    if (second && !strstr(verb->arguments, "..."))
        return verb_usage("%s takes one %s, and %s is one more", verb->name, verb->arguments, second);
    return EXIT_DONE;
}

static int check(const struct verb *verb, int argc, char **argv) {
    int code = check_options(verb, argc, argv);
    if (code == EXIT_DONE)
        code = check_arguments(verb, argc, argv);
    if (code != EXIT_DONE)
        help_usage(stderr, verb);
    return code;
}

/* ---- which verb ---- */

/* How many arguments a verb's words take, 0 when they are not its words. */
static int words_of(const struct verb *verb, int argc, char **argv) {
    const char *space = strchr(verb->name, ' ');
    if (!space)
        return text_equal(argv[1], verb->name) ? 1 : 0;
    size_t first = (size_t)(space - verb->name);
    bool matches = argc > 2 && strlen(argv[1]) == first && strncmp(argv[1], verb->name, first) == 0 &&
                   text_equal(argv[2], space + 1);
    return matches ? 2 : 0;
}

static bool asks_for_help(const char *argument) {
    return text_equal(argument, "--help") || text_equal(argument, "-h") || text_equal(argument, "help");
}

static bool wants_help(int argc, char **argv) {
    for (int i = 0; i < argc; i++)
        if (text_equal(argv[i], "--help") || text_equal(argv[i], "-h"))
            return true;
    return false;
}

static int run(const struct verb *verb, int argc, char **argv) {
    if (wants_help(argc, argv)) {
        help_verb(stdout, verb);
        return EXIT_DONE;
    }
    int code = check(verb, argc, argv);
    return code == EXIT_DONE ? verb->run(argc, argv) : code;
}

/* What did not arrive was not said: a full disk must not look like an empty list. */
static int flushed(int code) {
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    fprintf(stderr, "pontis: cannot write the output: %s\n", strerror(errno));
    return EXIT_CONFIGURATION;
}

/* argv[1] is the first word of some verbs, and what follows makes none of them. */
static int run_group(int argc, char **argv) {
    if (argc > 2 && asks_for_help(argv[2])) {
        help_group(stdout, argv[1]);
        return EXIT_DONE;
    }
    if (argc == 2)
        fprintf(stderr, "pontis: %s wants one more word\n", argv[1]);
    else
        help_suggest(stderr, argv[1], argv[2]);
    help_group(stderr, argv[1]);
    return EXIT_USAGE;
}

int verb_main(int argc, char **argv) {
    if (argc < 2) {
        help_overview(stderr);
        return EXIT_USAGE;
    }
    if (asks_for_help(argv[1])) {
        if (argc == 2 || !help_is_group(argv[2]))
            help_overview(stdout);
        else
            help_group(stdout, argv[2]);
        return EXIT_DONE;
    }
    if (text_equal(argv[1], "--version"))
        return verb_version(0, NULL);
    for (const struct verb *verb = verbs; verb->name; verb++) {
        int words = words_of(verb, argc, argv);
        if (words)
            return flushed(run(verb, argc - 1 - words, argv + 1 + words));
    }
    if (help_is_group(argv[1]))
        return run_group(argc, argv);
    help_suggest(stderr, argv[1], argc > 2 && !is_option(argv[2]) ? argv[2] : NULL);
    return EXIT_USAGE;
}
