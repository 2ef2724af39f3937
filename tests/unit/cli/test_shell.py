#!/usr/bin/env python3
"""What a shell gets out of the table of verbs: the manual page and the completion of what is typed."""
import re
import subprocess
import tempfile

from program import USAGE, Program, main

COMPLETE = """\
source /dev/stdin
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_pontis
printf '%s\\n' "${COMPREPLY[@]}"
"""
ZSH_STUB = """\
compdef() { : }
_describe() { print -l ${(P)2} }
_arguments() { print -l -- "$@" }
"""


class Manual(Program):
    def test_every_verb_and_every_option_is_in_it(self):
        text = self.render()
        for verb in re.findall(r"^  (\w+(?: \w+)?)  ", self.pontis("--help"), re.M):
            self.assertRegex(text, rf"(?m)^ +{verb}\b")
            for option in re.findall(r"--[a-z-]+", self.pontis(*verb.split(), "--help").split("\n")[0]):
                self.assertIn(option, text)

    def test_mandoc_finds_nothing_wrong_with_it_but_that_it_has_no_date(self):
        ended = self.mandoc("-T", "lint", "-W", "warning")
        found = [line for line in ended.stdout.splitlines() if "missing date" not in line]
        self.assertEqual([], found)

    def render(self):
        return self.mandoc("-T", "ascii", "-O", "width=200").stdout.replace("_\b", "").replace("\b", "")

    def mandoc(self, *options):
        with tempfile.NamedTemporaryFile("w", suffix=".1") as page:
            page.write(self.pontis("manual"))
            page.flush()
            ended = subprocess.run(["mandoc", *options, page.name], capture_output=True, text=True, check=False)
        ended.stdout = re.sub(r".\x08", "", ended.stdout)
        return ended


class Bash(Program):
    def offers(self, *typed):
        script = self.pontis("completion", "bash")
        with tempfile.TemporaryDirectory() as folder:
            open(folder + "/corridor.yaml", "w", encoding="utf-8").close()
            ended = subprocess.run(["bash", "--norc", "-uc", COMPLETE, "bash", "pontis", *typed], input=script, cwd=folder,
                                   capture_output=True, text=True, check=False)
        self.assertEqual("", ended.stderr)
        return ended.stdout.split()

    def test_verbs_by_their_first_and_their_second_word(self):
        self.assertEqual(["payment"], self.offers("pay"))
        self.assertIn("corridor", self.offers(""))
        self.assertIn("serve", self.offers(""))
        self.assertEqual(["check", "apply", "suspend", "resume", "show", "list"], self.offers("corridor", ""))
        self.assertEqual(["apply"], self.offers("corridor", "a"))

    def test_the_options_of_a_verb_and_no_others(self):
        self.assertEqual(["--json"], self.offers("corridor", "apply", "--j"))
        self.assertEqual(["--settings", "--set"], self.offers("serve", "--s"))
        self.assertEqual([], self.offers("states", "--s"))

    def test_choices_and_files_where_they_are_wanted(self):
        self.assertEqual(["source", "target"], self.offers("fx", "quote", "--fixed", ""))
        self.assertEqual(["corridor.yaml"], self.offers("corridor", "apply", "corr"))
        self.assertEqual(["corridor.yaml"], self.offers("serve", "--settings", "corr"))
        self.assertEqual([], self.offers("payment", "list", "--state", ""))
        self.assertEqual(["bash", "zsh"], [offer for offer in self.offers("completion", "") if offer[0] != "-"])


class Zsh(Program):
    def offers(self, *typed):
        words = " ".join(f"'{word}'" for word in ("pontis", *typed))
        script = ZSH_STUB + f"words=({words}) CURRENT={len(typed) + 1}\n" + self.pontis("completion", "zsh")
        ended = subprocess.run(["zsh", "-f", "-c", script], capture_output=True, text=True, check=False)
        self.assertEqual("", ended.stderr)
        return ended.stdout

    def test_it_is_found_by_its_first_line(self):
        self.assertTrue(self.pontis("completion", "zsh").startswith("#compdef pontis\n"))

    def test_verbs_with_what_they_are_for(self):
        self.assertIn("serve:runs the gateway until SIGTERM", self.offers(""))
        self.assertIn("list:lists payments, the newest first", self.offers("payment", ""))
        self.assertNotIn("apply:", self.offers("payment", ""))

    def test_options_with_their_values(self):
        self.assertIn("--fixed:source|target:(source target)", self.offers("fx", "quote", ""))
        self.assertIn("1:FILE:_files", self.offers("corridor", "apply", "x"))
        self.assertIn("*:FILE...:_files", self.offers("message", "check", "x", "y"))
        self.assertIn("--settings:FILE:_files", self.offers("serve", ""))


class Slips(Program):
    def test_another_shell_is_not_known(self):
        self.pontis("completion", "fish", status=USAGE)
        self.assertIn("completion is for bash or zsh, not for fish", self.said)


if __name__ == "__main__":
    main()
