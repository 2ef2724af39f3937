#!/usr/bin/env python3
"""What a person meets who types something: help, slips, and what the machine lacks."""
import re
import subprocess
import tempfile

from program import CONFIGURATION, PONTIS, USAGE, Program, main


class Help(Program):
    def test_without_a_word_the_verbs_are_told_as_a_slip(self):
        self.assertEqual("", self.pontis(status=USAGE))
        self.assert_golden("help.txt", self.said)

    def test_who_asks_gets_the_same_on_standard_output(self):
        for words in (["--help"], ["-h"], ["help"], ["help", "nonsense"]):
            self.assert_golden("help.txt", self.pontis(*words))
            self.assertEqual("", self.said)

    def test_a_first_word_tells_its_verbs(self):
        text = self.pontis("payment", "--help")
        self.assertRegex(text, r"^  pontis payment show .*\n.*\n  pontis payment list ")
        self.assertNotIn("pontis corridor", text)
        self.assertEqual(text, self.pontis("help", "payment"))
        self.pontis("payment", status=USAGE)
        self.assertIn(text, self.said)

    def test_each_verb_tells_usage_meaning_and_an_example(self):
        for verb in re.findall(r"^  (\w+(?: \w+)?)  ", self.pontis("--help"), re.M):
            text = self.pontis(*verb.split(), "--help")
            self.assertRegex(text, rf"^usage: pontis {verb}.*\n  \w.*\n  example: pontis {verb}")
            self.assertEqual(text, self.pontis(*verb.split(), "-h"))

    def test_the_version_has_two_names(self):
        self.assertRegex(self.pontis("version"), r"^pontis \d+\.\d+\.\d+\n$")
        self.assertEqual(self.printed, self.pontis("--version"))


class Slips(Program):
    def slip(self, typed, said):
        self.assertEqual("", self.pontis(*typed.split(), status=USAGE))
        self.assertIn("pontis: " + said, self.said)

    def test_the_nearest_verb_is_told(self):
        self.slip("paymnet list", "there is no verb paymnet list; the nearest is payment list")
        self.slip("payment lst", "there is no verb payment lst; the nearest is payment list")
        self.slip("corridor aply x.yaml", "there is no verb corridor aply; the nearest is corridor apply")
        self.slip("quote --fixed source", "there is no verb quote; the nearest is fx quote")
        self.slip("serv --settings x", "there is no verb serv; the nearest is serve")
        self.slip("versoin", "there is no verb versoin; the nearest is version")
        self.slip("abracadabra", "there is no verb abracadabra; pontis --help lists them")

    def test_the_nearest_option_is_told_with_the_usage(self):
        self.slip("payment list --stat SENT", "payment list knows no option --stat; the nearest it knows is --state")
        self.assertIn("usage: pontis payment list [--corridor NAME]", self.said)
        self.slip("payment list --limit=5", "payment list knows no option --limit=5; the nearest it knows is --limit")
        self.slip("payment list -json", "payment list knows no option -json; the nearest it knows is --json")
        self.slip("serve --setings x", "serve knows no option --setings; the nearest it knows is --settings")
        self.slip("states --json", "states takes no options, and --json is one")

    def test_an_option_of_another_verb_is_none_of_this(self):
        self.slip("payment show --state SENT x", "payment show knows no option --state; the nearest it knows is --json")

    def test_an_option_wants_its_value_once(self):
        self.slip("payment list --state", "--state wants a value: STATE")
        self.slip("payment list --state --json", "--state wants a value: STATE")
        self.slip("payment list --state A --state B", "--state is given twice")
        self.slip("fx post --provider P --rate 1", "fx post wants --corridor NAME")
        self.slip("fx quote --corridor C --provider P --fixed source", "fx quote wants --amount AMOUNT")

    def test_arguments_are_as_many_as_the_verb_takes(self):
        self.slip("payment show", "payment show wants UETR")
        self.slip("payment show a b", "payment show takes one UETR, and b is one more")
        self.slip("payment list x", "payment list takes no argument, and x is one")
        self.slip("corridor check", "corridor check wants FILE...")
        self.slip("corridor apply a.yaml b.yaml", "corridor apply takes one FILE, and b.yaml is one more")
        self.assertEqual("", self.pontis("payment", "show", "", status=USAGE))


class Lacking(Program):
    """Exit 3: a file or a setting that the verb needs cannot be used."""

    def test_every_variable_that_is_not_set_is_named(self):
        for verb in ("payment list", "payment show x", "corridor list", "corridor show x", "liquidity show",
                     "message show x", "fx post --corridor C --provider P --rate 1"):
            self.pontis(*verb.split(), status=CONFIGURATION)
            self.assertIn("not set: PONTIS_URL, PONTIS_CA, PONTIS_CERT, PONTIS_KEY\n", self.said)
        self.pontis("corridor", "list", status=CONFIGURATION, PONTIS_URL="https://127.0.0.1:1", PONTIS_CA="/x", PONTIS_KEY="")
        self.assertIn("not set: PONTIS_CERT, PONTIS_KEY\n", self.said)

    def test_a_file_that_cannot_be_read_is_named_with_the_cause(self):
        good = {"PONTIS_URL": "https://127.0.0.1:1", "PONTIS_CA": "/dev/null", "PONTIS_CERT": "/dev/null", "PONTIS_KEY": "/dev/null"}
        for name in ("PONTIS_CA", "PONTIS_CERT", "PONTIS_KEY"):
            self.pontis("corridor", "list", status=CONFIGURATION, **{**good, name: "/no/such/file"})
            self.assertEqual(f"pontis: {name} names /no/such/file, which cannot be read: No such file or directory\n", self.said)
        self.pontis("corridor", "list", status=CONFIGURATION, **{**good, "PONTIS_URL": "http://127.0.0.1:1"})
        self.assertEqual("pontis: PONTIS_URL is http://127.0.0.1:1; https://HOST:PORT is expected\n", self.said)
        for verb in ("corridor check", "corridor apply", "message check"):
            self.pontis(*verb.split(), "/no/such/file", status=CONFIGURATION)
            self.assertIn("pontis: cannot read /no/such/file: No such file or directory\n", self.said)
            self.pontis(*verb.split(), "/", status=CONFIGURATION)
            self.assertIn("pontis: cannot read /: Is a directory\n", self.said)

    def test_output_that_cannot_be_written_is_told(self):
        with open("/dev/full", "wb") as full:
            ended = subprocess.run([PONTIS, "states"], stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
        self.assertEqual((CONFIGURATION, b"pontis: cannot write the output: No space left on device\n"), (ended.returncode, ended.stderr))

    def test_serve_and_migrate_want_settings(self):
        for verb in ("serve", "migrate"):
            self.pontis(verb, status=CONFIGURATION)
            self.assertEqual("pontis: /etc/pontis/pontis.yaml: there is no such file, and none is named by --settings or "
                             "PONTIS_SETTINGS\n", self.said)
            self.pontis(verb, "--settings", "/no/such/file", status=CONFIGURATION)
            self.assertIn("/no/such/file", self.said)

    def test_a_mistake_in_the_settings_is_told_with_file_line_and_key(self):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write("name: home\ndatabase: dbname=home\nworkres: 2\n")
            file.flush()
            self.pontis("serve", status=CONFIGURATION, PONTIS_SETTINGS=file.name)
            self.assertIn(f"pontis: {file.name}:3: workres: unknown key; the nearest known one is workers\n", self.said)


if __name__ == "__main__":
    main()
