/* `pontis manual`: the manual page pontis(1), out of the table of verbs. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/help.h"
#include "cli/verb.h"

/* What troff would take for its own is escaped. */
static void print_text(const char *text) {
    for (const char *at = text; *at; at++) {
        bool starts_line = at == text || at[-1] == '\n';
        if (starts_line && (*at == '.' || *at == '\''))
            fputs("\\&", stdout);
        if (*at == '\\')
            fputs("\\e", stdout);
        else if (*at == '-')
            fputs("\\-", stdout);
        else
            putchar(*at);
    }
}

static void print_bold(const char *text) {
    fputs("\\fB", stdout);
    print_text(text);
    fputs("\\fR", stdout);
}

static void print_slanted(const char *text) {
    fputs("\\fI", stdout);
    print_text(text);
    fputs("\\fR", stdout);
}

static void print_option(const struct option_rule *option) {
    fputs(option->wanted ? " " : " [", stdout);
    print_bold(option->name);
    if (option->value) {
        putchar(' ');
        print_slanted(option->value);
    }
    fputs(option->wanted ? "" : "]", stdout);
}

static void print_verb(const struct verb *verb) {
    fputs(".TP\n", stdout);
    print_bold(verb->name);
    for (const struct option_rule *option = verb->options; option->name; option++)
        print_option(option);
    if (verb->arguments[0]) {
        putchar(' ');
        print_slanted(verb->arguments);
    }
    putchar('\n');
    putchar(toupper((unsigned char)verb->help[0]));
    print_text(verb->help + 1);
    fputs(help_wants_approval(verb) ? ".\nAnother operator has to approve it.\n.br\n" : ".\n.br\n", stdout);
    print_bold(verb->example);
    putchar('\n');
}

struct entry {
    const char *name;
    const char *text;
};

static void print_entries(const char *section, const struct entry *entries, size_t count) {
    printf(".SH %s\n", section);
    for (size_t i = 0; i < count; i++) {
        fputs(".TP\n", stdout);
        print_bold(entries[i].name);
        putchar('\n');
        print_text(entries[i].text);
        putchar('\n');
    }
}

static const struct entry environment[] = {
    {"PONTIS_SETTINGS", "The settings file, where no --settings names one."},
    {"PONTIS_URL", "The API of the gateway that is asked: https://HOST:PORT."},
    {"PONTIS_CA", "The CA that its certificate comes from (PEM)."},
    {"PONTIS_CERT", "The certificate of the operator who asks (PEM)."},
    {"PONTIS_KEY", "Its key (PEM)."},
    {"PONTIS_...", "Each key of the settings file, in capitals: bus.group is PONTIS_BUS_GROUP."},
};

static const struct entry files[] = {
    {"/etc/pontis/pontis.yaml", "The settings; each key is explained there."},
    {"/etc/pontis/keys", "The keys of TLS and of signing, which the service hands over as credentials."},
    {"/usr/share/pontis", "Schemas of messages, events and corridor files, and an example of a corridor."},
    {"/usr/share/doc/pontis", "How to install, run books, notes on the release."},
};

static const struct entry exits[] = {
    {"0", "Done."},
    {"1", "Done, and the finding is negative."},
    {"2", "What was typed is wrong."},
    {"3", "A file or a setting cannot be used."},
    {"4", "The gateway or the database does not answer now: try again."},
    {"5", "Refused."},
};

static void print_head(void) {
    fputs(
        ".TH PONTIS 1 \"\" \"pontis " PONTIS_VERSION "\" \"User Commands\"\n"
        ".SH NAME\npontis \\- cross\\-border settlement gateway\n"
        ".SH SYNOPSIS\n.B pontis\n.I VERB\n.RI [ OPTION ]...\n.RI [ ARGUMENT ]...\n"
        ".SH DESCRIPTION\nPontis settles payments between the domestic system of a central bank and foreign "
        "ones. It takes events of\nthe domestic wallet system from Kafka, exchanges signed ISO 20022 "
        "messages "
        "with the gateway at the other end of a\ncorridor, and keeps every payment and its postings in "
        "PostgreSQL.\n.PP\nData is printed on stdout, talk on stderr. ",
        stdout);
    fputs("Verbs that ask or order a gateway reach it over mutual TLS.\n", stdout);
}

int verb_manual(int argc, char **argv) {
    (void)argc, (void)argv;
    print_head();
    fputs(".SH VERBS\n", stdout);
    for (const struct verb *verb = verbs; verb->name; verb++)
        print_verb(verb);
    print_entries("ENVIRONMENT", environment, sizeof environment / sizeof *environment);
    print_entries("FILES", files, sizeof files / sizeof *files);
    print_entries("EXIT STATUS", exits, sizeof exits / sizeof *exits);
    fputs(".SH SEE ALSO\n.BR systemctl (1),\n.BR psql (1)\n", stdout);
    return EXIT_DONE;
}
