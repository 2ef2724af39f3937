/* Words, options and arguments against a table of verbs. */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <string.h>

#include "cli/verb.h"

static int ran_argc;
static char **ran_argv;

static int ran(int argc, char **argv) {
    ran_argc = argc;
    ran_argv = argv;
    return EXIT_NEGATIVE;
}

const struct verb verbs[] = {
    {"move", "", {{"--fast", NULL, false}}, "moves", "pontis move", ran},
    {"box open", "BOX", {{"--key", "KEY", true}, {"--fast", NULL, false}}, "opens", "pontis box open", ran},
    {"box fill", "THING...", {{"--key", "KEY", false}}, "fills", "pontis box fill", ran},
    {.name = NULL}};

/* Runs "pontis" with these words. */
static int type(const char *const *words) {
    static char *argv[16];
    int argc = 1;
    argv[0] = (char *)"pontis";
    for (; words[argc - 1]; argc++)
        argv[argc] = (char *)words[argc - 1];
    ran_argv = NULL;
    return verb_main(argc, argv);
}

#define TYPE(...) type((const char *const[]){__VA_ARGS__, NULL})

static void redirect(void) {
    cr_redirect_stdout();
    cr_redirect_stderr();
}

TestSuite(verb, .init = redirect);

Test(verb, words_are_taken_off_and_the_rest_is_handed_over) {
    cr_expect_eq(TYPE("move"), EXIT_NEGATIVE, "what the verb returns is returned");
    cr_expect_eq(ran_argc, 0);
    cr_expect_eq(TYPE("box", "fill", "a", "--key", "k", "b"), EXIT_NEGATIVE);
    cr_expect_eq(ran_argc, 4);
    cr_expect_str_eq(verb_argument(ran_argc, ran_argv, 0), "a");
    cr_expect_str_eq(verb_argument(ran_argc, ran_argv, 1), "b", "the option's value is none");
    cr_expect_null(verb_argument(ran_argc, ran_argv, 2));
    cr_expect_str_eq(verb_option(ran_argc, ran_argv, "--key"), "k");
}

Test(verb, options_stand_before_or_behind) {
    cr_expect_eq(TYPE("box", "open", "--key", "k", "--fast", "b"), EXIT_NEGATIVE);
    cr_expect_str_eq(verb_argument(ran_argc, ran_argv, 0), "b");
    cr_expect(verb_flag(ran_argc, ran_argv, "--fast"));
    cr_expect_eq(TYPE("box", "open", "b", "--key", "k"), EXIT_NEGATIVE);
    cr_expect_not(verb_flag(ran_argc, ran_argv, "--fast"));
}

Test(verb, a_value_may_look_like_a_word_but_not_like_an_option) {
    cr_expect_eq(TYPE("box", "open", "b", "--key", "-5"), EXIT_NEGATIVE);
    cr_expect_str_eq(verb_option(ran_argc, ran_argv, "--key"), "-5");
    cr_expect_eq(TYPE("box", "open", "b", "--key", "open"), EXIT_NEGATIVE);
    cr_expect_eq(TYPE("box", "open", "b", "--key", "--fast"), EXIT_USAGE);
    cr_expect_eq(TYPE("box", "fill", "-"), EXIT_NEGATIVE, "a dash alone is an argument");
    cr_expect_str_eq(verb_argument(ran_argc, ran_argv, 0), "-");
}

Test(verb, what_the_row_does_not_allow_is_not_run) {
    cr_expect_eq(TYPE("move", "on"), EXIT_USAGE);
    cr_expect_eq(TYPE("move", "--key", "k"), EXIT_USAGE);
    cr_expect_eq(TYPE("move", "--fast", "--fast"), EXIT_USAGE);
    cr_expect_eq(TYPE("move", "-f"), EXIT_USAGE);
    cr_expect_eq(TYPE("box"), EXIT_USAGE);
    cr_expect_eq(TYPE("box", "move"), EXIT_USAGE);
    cr_expect_eq(TYPE("box", "open", "b"), EXIT_USAGE, "the key is wanted");
    cr_expect_eq(TYPE("box", "open", "--key", "k"), EXIT_USAGE, "the box is wanted");
    cr_expect_eq(TYPE("box", "open", "--key", "k", "a", "b"), EXIT_USAGE);
    cr_expect_eq(TYPE("box", "open", "--key"), EXIT_USAGE);
    cr_expect_eq(TYPE("box", "fill"), EXIT_USAGE);
    cr_expect_eq(TYPE("boxes", "fill", "a"), EXIT_USAGE);
    cr_expect_eq(TYPE("box open", "a"), EXIT_USAGE, "two words are two arguments");
    cr_expect_eq(TYPE(""), EXIT_USAGE);
    cr_expect_null(ran_argv);
}

Test(verb, help_is_done_and_runs_nothing) {
    cr_expect_eq(TYPE("--help"), EXIT_DONE);
    cr_expect_eq(TYPE("help"), EXIT_DONE);
    cr_expect_eq(TYPE("help", "box"), EXIT_DONE);
    cr_expect_eq(TYPE("box", "--help"), EXIT_DONE);
    cr_expect_eq(TYPE("box", "help"), EXIT_DONE);
    cr_expect_eq(TYPE("box", "open", "-h"), EXIT_DONE);
    cr_expect_eq(TYPE("move", "--nonsense", "--help"), EXIT_DONE);
    cr_expect_eq(TYPE("--version"), EXIT_DONE);
    cr_expect_null(ran_argv);
}
