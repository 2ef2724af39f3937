#!/usr/bin/env python3
"""Verbs that judge files: corridor check, message check, states."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from program import CONFIGURATION, DONE, NEGATIVE, SOURCE, USAGE, Program, main

HOME = (SOURCE / "deploy/sandbox/corridors/home.yaml").read_text().replace("@PEER_PORT@", "8443").replace(
    "@PEER_CERTIFICATE_PIN@", "a" * 64).replace("@PEER_SIGNING_PIN@", "b" * 64)
MESSAGES = SOURCE / "tests/unit/iso20022/golden"


class Files(Program):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, name, text):
        path = pathlib.Path(self.folder.name) / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


class Corridors(Files):
    def check(self, text, status):
        self.write("home.yaml", text)
        return self.pontis("corridor", "check", "home.yaml", status=status, folder=self.folder.name)

    def refused(self, old, new, line):
        self.assertIn(old, HOME)
        self.assertEqual(f"home.yaml:{line}\n", self.check(HOME.replace(old, new, 1), NEGATIVE))

    def test_a_good_file_is_ok(self):
        for good in (HOME, HOME.replace("\n", "\r\n"), "\ufeff" + HOME, HOME.replace("acsc_is_final: false\n", ""), "---\n" + HOME):
            self.assertEqual("home.yaml: ok: corridor sg-th, SGD to THB\n", self.check(good, DONE))

    def test_keys(self):
        self.refused("limits:", "limts:", "12: limts: unknown key; the nearest known one is limits")
        self.refused("minimum:", "minimun:", "13: limits.minimun: unknown key; the nearest known one is minimum")
        self.refused("bic: MASGSGSG", "bics: MASGSGSG", "4: home.bics: unknown key; the nearest known one is bic")
        self.refused("name: sg-th\n", "", "2: name: this key is missing")
        self.refused("  minimum: \"1.00\"", "  # minimum: \"1.00\"", "12: limits.minimum: this key is missing")
        self.refused(", country: TH", "", "5: peer.country: this key is missing")
        self.refused("open: true\n", "open: true\nopen: false\n", "4: open: this key is here twice")
        self.refused("fx:\n", "fx: none\nignored:\n", "22: fx: a block of keys is expected")

    def test_kinds(self):
        self.refused("open: true", "open: flase", "3: open: true or false is expected")
        self.refused("open: true", "open: yes", "3: open: true or false is expected")
        self.refused("open: true", "open:", "3: open: true or false is expected")
        self.refused("name: sg-th", "name: [sg, th]", "2: name: one value is expected, not a list or keys")
        self.refused("name: sg-th", "name:", "2: name: a text is expected, and there is none")
        self.refused("[GLOBEXFX, MERLIONFX]", "GLOBEXFX", "23: fx.providers: a list is expected, as [a, b]")
        self.refused("[GLOBEXFX, MERLIONFX]", "[]", "23: fx.providers: 1 to 8 entries are expected")
        self.refused("name: sg-th", "name: &x sg-th", "2: name: anchors and aliases are not read")
        self.refused("name: sg-th", 'name: "sg\\0th"', "2: name: a text without zeros is expected")

    def test_values(self):
        self.refused("name: sg-th", "name: SG/TH", "2: name: lower-case letters, digits and dashes are expected, as sg-th")
        self.refused("name: sg-th", "name: " + "s" * 36, "2: name: at most 35 characters are expected")
        self.refused("country: SG", "country: Singapore", "4: home.country: at most 2 characters are expected")
        self.refused("country: SG", "country: sg", "4: home.country: a country code of ISO 3166 is expected, as SG")
        self.refused("bic: BOTHTHBK", "bic: BOTH", "5: peer.bic: a BIC of 8 or 11 characters is expected")
        self.refused("bic: BOTHTHBK", "bic: MASGSGSG", "5: peer.bic: another BIC than home's is expected")
        self.refused("currency: THB", "currency: XXQ", "5: peer.currency: a currency code of ISO 4217 is expected, as SGD")
        self.refused("currency: THB", "currency: SGD", "5: peer.currency: another currency than home's is expected")
        self.refused("adapter: peer", "adapter: pear", "6: adapter: no dialect is called pear")
        self.refused("pacs.008.001.13", "pacs.008.001.12", "7: payment_version: dialect peer does not speak pacs.008.001.12")
        self.refused("pacs.002.001.15", "pacs.002.001.03", "8: status_version: dialect peer does not speak pacs.002.001.03")
        self.refused("https://", "http://", "9: endpoint: an https URL without a closing / is expected")
        self.refused("a" * 64, "A" * 64, "10: peer_certificate_pins: the SHA-256 of a public key is expected: 64 lower-case hex digits")
        self.refused('"1.00"', '"1.001"', '13: limits.minimum: an amount in SGD is expected, as "100.00"')
        self.refused('"1.00"', '"-1.00"', '13: limits.minimum: an amount in SGD is expected, as "100.00"')
        self.refused('"1.00"', '"300000.00"', "14: limits.maximum: no less than the minimum is expected")
        durations = "17: timing.queue_age: a duration of at most 366d is expected, as 500ms, 30s, 5min, 24h or 1d"
        for bad in ("300", "0s", "300w", "-5s", "367d", "1.5h", "999999999d"):
            self.refused("300s", bad, durations)
        self.refused("MERLIONFX", "GLOBEXFX", "23: fx.providers: each provider is expected once")
        self.refused("MERLIONFX", "'A:B'", "23: fx.providers: names of letters, digits and dashes are expected")

    def test_what_is_no_yaml(self):
        self.refused("currency: SGD}", "currency: SGD", "5: no YAML: while parsing a flow mapping, did not find expected ',' or '}'")
        self.refused("open: true", "\topen: true", "3: no YAML: while scanning a plain scalar, found a tab character that violates indentation")
        self.refused("acsc_is_final: false\n", "---\nname: other\n", "25: one document is expected, and another begins")
        for text, line in ((b"", "1: the file is empty"), (b"- a\n", "1: a block of keys is expected"),
                           (b"\x00\x01", "1: not a text file: control characters are not allowed"),
                           (HOME.encode().replace(b"Bank of", b"B\xe4nk of"), "5: not a text file: invalid trailing UTF-8 octet"),
                           (b"#" * 70000, "1: a corridor file is never this large"),
                           (b"#" * 3000000, "1: a corridor file is never this large")):
            self.assertEqual(f"home.yaml:{line}\n", self.check(text, NEGATIVE))

    def test_any_single_mutation_gives_one_clear_line(self):
        lines = HOME.splitlines(keepends=True)
        count = 0
        for index, line in enumerate(lines):
            for mutated in self.mutations(line):
                text = self.check("".join(lines[:index] + mutated + lines[index + 1:]), NEGATIVE)
                self.assertRegex(text, r"^home\.yaml:\d+: [^\n]{10,}\n$", "".join(mutated))
                place = int(text.split(":")[1])
                self.assertLessEqual(abs(place - index - 1) if "missing" not in text else 0, 1, text + "".join(mutated))
                count += 1
        self.assertGreater(count, 150)

    @staticmethod
    def mutations(line):
        key = re.match(r"( *)(\w+):", line)
        if not key:
            return
        indent, name = key.groups()
        if name != "acsc_is_final":
            yield []
        for changed in (line.replace(name, name[:-1] + "x" + name[-1], 1), "\t" + line, line.replace(":", "", 1),
                        f"{indent}{name}: {{a: b}}\n", f"{indent}{name}: {'x' * 300}\n", f"{indent}{name}: [[x]]\n"):
            yield [changed]
        if not line.endswith(":\n"):
            yield [line, line]
            yield [f"{indent}{name}:\n"]

    def test_files_are_judged_one_by_one_and_the_worst_counts(self):
        self.write("bad.yaml", "name: x\n")
        self.write("good.yaml", HOME)
        text = self.pontis("corridor", "check", "good.yaml", "bad.yaml", "good.yaml", status=NEGATIVE, folder=self.folder.name)
        self.assertEqual(["good.yaml: ok", "bad.yaml:1: open", "good.yaml: ok"], [": ".join(line.split(": ")[:2]) for line in text.splitlines()])
        text = self.pontis("corridor", "check", "none.yaml", "bad.yaml", status=CONFIGURATION, folder=self.folder.name)
        self.assertIn("bad.yaml:1: ", text)

    def test_a_long_path_is_told_whole(self):
        folder = "a-folder-with-a-name-of-more-than-sixty-characters-so-that-it-is-cut-nowhere"
        (pathlib.Path(self.folder.name) / folder).mkdir()
        self.write(folder + "/home.yaml", HOME.replace("open: true", "open: maybe"))
        text = self.pontis("corridor", "check", folder + "/home.yaml", status=NEGATIVE, folder=self.folder.name)
        self.assertEqual(f"{folder}/home.yaml:3: open: true or false is expected\n", text)


class Messages(Files):
    def test_golden_messages_are_ok_and_named_by_their_message_id(self):
        files = sorted(path.name for path in MESSAGES.glob("*.xml"))
        text = self.pontis("message", "check", *files, folder=MESSAGES)
        self.assertEqual(len(files), text.count("\n"))
        for name in files:
            identifiers = re.findall(r"<(?:MsgId|BizMsgIdr)>([^<]+)", (MESSAGES / name).read_text())
            self.assertIn(f"{name}: ok {text.split(name + ': ok ')[1].split()[0]}\n", text)
            self.assertIn(text.split(name + ": ok ")[1].split()[0], identifiers)
        self.assertEqual(text, self.pontis("message", "check", "--profile", "peer", *files, folder=MESSAGES))

    def broken(self, old, new, *lines):
        message = (MESSAGES / "pacs.008.001.13.xml").read_text()
        self.assertIn(old, message)
        self.write("m.xml", message.replace(old, new, 1))
        text = self.pontis("message", "check", "m.xml", status=NEGATIVE, folder=self.folder.name)
        self.assertEqual(len(lines), text.count("\n"), text)
        for line, wanted in zip(text.splitlines(), lines):
            self.assertRegex(line, r"^m\.xml:\d+: /[^ ]*: profile\.[a-z._]+: ([A-Z]{2}\d\d|-): .+$")
            self.assertIn(wanted, line)

    def test_each_finding_is_a_line_with_place_rule_and_code(self):
        transaction = "/BusinessMessageEnvelope/Document/FIToFICstmrCdtTrf/CdtTrfTxInf"
        self.broken("CLRG", "INDA", "/GrpHdr/SttlmInf/SttlmMtd: profile.code: CH16: ")
        self.broken("<ChrgBr>SHAR</ChrgBr>", "", transaction + "/Dbtr: profile.structure: CH17: ")
        self.broken(' Ccy="THB"', "", transaction + "/IntrBkSttlmAmt: profile.attribute: CH21: ")
        self.broken(">2652.75<", ">2700.00<", transaction + "/XchgRate: profile.fx.mismatch: AM09: ")
        self.broken("</Document>", "</Documen>", "profile.message.malformed: FF01: ")

    def test_one_unreadable_file_does_not_spare_the_others(self):
        self.write("bad.xml", "<a/>")
        self.write("empty.xml", "")
        self.write("big.xml", "<a>" + "x" * (1 << 21) + "</a>")
        text = self.pontis("message", "check", "none.xml", "bad.xml", "empty.xml", "big.xml", MESSAGES / "pacs.008.001.13.xml",
                           status=CONFIGURATION, folder=self.folder.name)
        self.assertEqual("pontis: cannot read none.xml: No such file or directory\n", self.said)
        self.assertRegex(text, r"^(bad\.xml:1: .*\n)+empty\.xml:1: .*\nbig\.xml:1: .*message\.size.*\n/.*: ok \w+\n$")

    def test_an_unknown_profile_is_a_slip(self):
        self.pontis("message", "check", "--profile", "pear", "m.xml", status=USAGE)
        self.assertIn("no usage guideline is called pear", self.said)
        self.pontis("message", "check", "--profile", "peer", "--schema", "m.xml", status=USAGE)

    def test_official_schemas_are_said_to_be_missing(self):
        self.pontis("message", "check", "--schema", MESSAGES / "pacs.008.001.13.xml", status=CONFIGURATION)
        self.assertIn("ISO20022_DIR", self.said)
        self.pontis("message", "check", MESSAGES / "pacs.008.001.13.xml", status=CONFIGURATION, ISO20022_DIR="/nowhere")
        self.assertIn("/nowhere/xsd", self.said)

    @unittest.skipUnless(os.environ.get("ISO20022_DIR"), "ISO20022_DIR is not set")
    def test_the_official_schema_is_another_judge(self):
        official = {"ISO20022_DIR": os.environ["ISO20022_DIR"]}
        message = (MESSAGES / "pacs.008.001.13.xml").read_text()
        self.write("m.xml", message.replace("CLRG", "NONE", 1))
        text = self.pontis("message", "check", "m.xml", status=NEGATIVE, folder=self.folder.name, **official)
        self.assertRegex(text, r"^m\.xml:.* schema\.code: .*\nm\.xml:.* profile\.code: .*\n$")
        text = self.pontis("message", "check", "--schema", "m.xml", status=NEGATIVE, folder=self.folder.name, **official)
        self.assertRegex(text, r"^m\.xml:.* schema\.code: .*\n$")
        self.write("m.xml", message.replace("CLRG", "INDA", 1))
        self.pontis("message", "check", "--schema", "m.xml", folder=self.folder.name, **official)


class States(Program):
    def test_the_graph_has_every_state(self):
        text = self.pontis("states")
        for state in ("RESERVED", "IN_DOUBT", "SETTLED", "CREDIT_REQUESTED", "CREDITED", "REJECTED", "BLOCKED", "CANCELLED"):
            self.assertIn(state, text)

    @unittest.skipUnless(shutil.which("dot"), "dot (graphviz) is not installed")
    def test_graphviz_draws_it(self):
        drawn = subprocess.run(["dot", "-Tsvg"], input=self.pontis("states").encode(), capture_output=True, check=False)
        self.assertEqual((0, b""), (drawn.returncode, drawn.stderr))
        self.assertIn(b"IN_DOUBT", drawn.stdout)


if __name__ == "__main__":
    main()
