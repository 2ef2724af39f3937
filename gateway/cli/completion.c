/* `pontis completion`: what a shell offers behind `pontis`, out of the table of verbs. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/verb.h"

static bool names_file(const char *value) {
    return value && strncmp(value, "FILE", 4) == 0;
}

/* "source|target" are the words themselves; "NAME" only says what is wanted. */
static bool names_choices(const char *value) {
    return value && strchr(value, '|');
}

static void print_choices(const char *value) {
    for (const char *at = value; *at; at++)
        putchar(*at == '|' ? ' ' : *at);
}

static int first_length(const struct verb *verb) {
    return (int)strcspn(verb->name, " ");
}

static const char *second_of(const struct verb *verb) {
    const char *space = strchr(verb->name, ' ');
    return space ? space + 1 : NULL;
}

static bool shares_first(const struct verb *verb, const struct verb *other) {
    return first_length(verb) == first_length(other) &&
           strncmp(verb->name, other->name, (size_t)first_length(verb)) == 0;
}

/* Is it the first in the table with its first word? */
static bool opens_group(const struct verb *verb) {
    for (const struct verb *before = verbs; before < verb; before++)
        if (shares_first(before, verb))
            return false;
    return true;
}

static bool is_first_option(const struct verb *verb, const struct option_rule *option) {
    for (const struct verb *before = verbs; before <= verb; before++)
        for (const struct option_rule *other = before->options; other->name; other++)
            if (text_equal(other->name, option->name))
                return other == option;
    return true;
}

/* ---- bash ---- */

static void print_bash_value(const struct option_rule *option) {
    printf("    %s)\n        ", option->name);
    if (names_file(option->value)) {
        fputs("compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- \"$word\"))\n", stdout);
    } else if (names_choices(option->value)) {
        fputs("COMPREPLY=($(compgen -W \"", stdout);
        print_choices(option->value);
        fputs("\" -- \"$word\"))\n", stdout);
    } else {
        fputs(":\n", stdout);
    }
    fputs("        return\n        ;;\n", stdout);
}

/* An option takes a value wherever its name stands, or nowhere (verb.h). */
static void print_bash_values(void) {
    fputs("    case $before in\n", stdout);
    for (const struct verb *verb = verbs; verb->name; verb++)
        for (const struct option_rule *option = verb->options; option->name; option++)
            if (option->value && is_first_option(verb, option))
                print_bash_value(option);
    fputs("    esac\n", stdout);
}

static void print_bash_first_words(void) {
    fputs("    1:*) offers=\"", stdout);
    for (const struct verb *verb = verbs; verb->name; verb++)
        if (opens_group(verb))
            printf("%.*s ", first_length(verb), verb->name);
    fputs("help\" ;;\n", stdout);
}

static void print_bash_second_words(const struct verb *group) {
    printf("    2:%.*s) offers=\"", first_length(group), group->name);
    const char *space = "";
    for (const struct verb *verb = group; verb->name; verb++) {
        if (shares_first(verb, group) && second_of(verb)) {
            printf("%s%s", space, second_of(verb));
            space = " ";
        }
    }
    fputs("\" ;;\n", stdout);
}

static void print_bash_verb(const struct verb *verb) {
    const char *second = second_of(verb);
    printf("    *:\"%.*s%s%s\"%s) offers=\"", first_length(verb), verb->name, second ? " " : "",
           second ? second : "", second ? "" : "*");
    for (const struct option_rule *option = verb->options; option->name; option++)
        printf("%s ", option->name);
    fputs("--help\"", stdout);
    if (names_choices(verb->arguments)) {
        fputs(" more=\"", stdout);
        print_choices(verb->arguments);
        putchar('"');
    }
    if (names_file(verb->arguments))
        fputs(" files=yes", stdout);
    fputs(" ;;\n", stdout);
}

static void print_bash(void) {
    fputs(
        "# bash completion for pontis\n_pontis() {\n"
        "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} offers= more= files=\n"
        "    local first=${COMP_WORDS[1]:-} second=${COMP_WORDS[2]:-}\n    COMPREPLY=()\n",
        stdout);
    print_bash_values();
    fputs("    case $COMP_CWORD:$first in\n", stdout);
    print_bash_first_words();
    for (const struct verb *verb = verbs; verb->name; verb++)
        if (opens_group(verb) && second_of(verb))
            print_bash_second_words(verb);
    fputs("    esac\n    [ -n \"$offers\" ] || case \"$COMP_CWORD:$first $second\" in\n", stdout);
    for (const struct verb *verb = verbs; verb->name; verb++)
        print_bash_verb(verb);
    fputs("    esac\n    COMPREPLY=($(compgen -W \"$offers $more\" -- \"$word\"))\n"
          "    if [ -n \"$files\" ]; then\n        compopt -o filenames 2>/dev/null\n"
          "        COMPREPLY+=($(compgen -f -- \"$word\"))\n    fi\n}\ncomplete -F _pontis pontis\n",
          stdout);
}

/* ---- zsh ---- */

/* Inside single quotes and square brackets. */
static void print_zsh_text(const char *text) {
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\''", stdout);
        else if (strchr("[]:\\", *text))
            printf("\\%c", *text);
        else
            putchar(*text);
    }
}

static void print_zsh_action(const char *value) {
    putchar(':');
    print_zsh_text(value);
    putchar(':');
    if (names_file(value)) {
        fputs("_files", stdout);
    } else if (names_choices(value)) {
        putchar('(');
        print_choices(value);
        putchar(')');
    }
}

static void print_zsh_verb(const struct verb *verb) {
    const char *second = second_of(verb);
    printf("    \"%.*s%s%s\"%s)\n        _arguments", first_length(verb), verb->name, second ? " " : "",
           second ? second : "", second ? "" : "*");
    for (const struct option_rule *option = verb->options; option->name; option++) {
        printf(" '%s", option->name);
        if (option->value)
            print_zsh_action(option->value);
        putchar('\'');
    }
    fputs(" '--help'", stdout);
    if (verb->arguments[0]) {
        fputs(strstr(verb->arguments, "...") ? " '*" : " '1", stdout);
        print_zsh_action(verb->arguments);
        putchar('\'');
    }
    fputs("\n        ;;\n", stdout);
}

static void print_zsh_words(const char *of, const struct verb *group) {
    printf("    local -a %s=(", of);
    for (const struct verb *verb = group ? group : verbs; verb->name; verb++) {
        if (group ? !shares_first(verb, group) : !opens_group(verb))
            continue;
        if (group)
            printf("\n        '%s:", second_of(verb));
        else
            printf("\n        '%.*s:", first_length(verb), verb->name);
        print_zsh_text(group || !second_of(verb) ? verb->help : "...");
        putchar('\'');
    }
    fputs(")\n", stdout);
}

static void print_zsh_group(const struct verb *group) {
    printf("    %.*s)\n    ", first_length(group), group->name);
    print_zsh_words("words_of_group", group);
    fputs("        _describe verb words_of_group\n        return\n        ;;\n", stdout);
}

static void print_zsh(void) {
    fputs("#compdef pontis\n_pontis() {\n", stdout);
    print_zsh_words("first_words", NULL);
    fputs("    if ((CURRENT == 2)); then\n        _describe verb first_words\n        return\n    fi\n"
          "    ((CURRENT == 3)) && case $words[2] in\n",
          stdout);
    for (const struct verb *verb = verbs; verb->name; verb++)
        if (opens_group(verb) && second_of(verb))
            print_zsh_group(verb);
    fputs("    esac\n    local verb=\"$words[2] $words[3]\" taken=1\n    case $words[2] in\n", stdout);
    for (const struct verb *verb = verbs; verb->name; verb++)
        if (opens_group(verb) && second_of(verb))
            printf("    %.*s) taken=2 ;;\n", first_length(verb), verb->name);
    fputs("    esac\n    shift taken words\n    ((CURRENT -= taken))\n    case $verb in\n", stdout);
    for (const struct verb *verb = verbs; verb->name; verb++)
        print_zsh_verb(verb);
    fputs("    esac\n}\n_pontis \"$@\"\n", stdout);
}

int verb_completion(int argc, char **argv) {
    const char *shell = verb_argument(argc, argv, 0);
    if (text_equal(shell, "bash"))
        print_bash();
    else if (text_equal(shell, "zsh"))
        print_zsh();
    else
        return verb_usage("completion is for bash or zsh, not for %s", shell);
    return EXIT_DONE;
}
