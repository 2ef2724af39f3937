#!/usr/bin/env python3
"""The table of metrics, the alerts, the dashboard and the runbooks say the same, and Prometheus takes all of them.

usage: test_monitoring.py SOURCE_FOLDER PONTIS WRITE_METRICS
"""
import json
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import yaml

ROOT, PONTIS, WRITE_METRICS = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
MONITORING, RUNBOOKS = ROOT / "deploy/monitoring", ROOT / "deploy/runbooks"
ROW = re.compile(r'^METRIC\((\w+), "(\w+)", (\w+), (\w+), (LABELS\(([^)]*)\)|NO_LABELS)', re.MULTILINE)
NAME = re.compile(r"\bpontis_\w+")
# Grafana fills these in; any value shows whether the rest is an expression.
VARIABLES = {"$__rate_interval": "1m", "$gateway": ".*", "$corridor": ".*"}
SEVERITIES = {"page", "ticket"}


def promtool(*arguments, text=None):
    done = subprocess.run(["promtool", *map(str, arguments)], input=text, capture_output=True, text=True, cwd=MONITORING, check=False)
    return done.returncode, done.stdout + done.stderr


def table():
    """{name: labels} of metrics.def, a histogram under the three names that it is told by."""
    metrics = {}
    for _, name, kind, _, _, labels in ROW.findall((ROOT / "gateway/host/metrics.def").read_text()):
        labels = set(re.findall(r"\w+", labels))
        metrics[name] = labels
        if kind == "HISTOGRAM":
            metrics |= {name + "_bucket": labels | {"le"}, name + "_sum": labels, name + "_count": labels}
    return metrics


def alerts():
    rules = yaml.safe_load((MONITORING / "pontis.rules.yml").read_text())
    return [rule for group in rules["groups"] for rule in group["rules"]]


def panels():
    return [panel for panel in json.loads((MONITORING / "pontis.dashboard.json").read_text())["panels"] if panel["type"] != "row"]


def selectors(expression):
    """(metric, labels) of each selector."""
    for name, inside in re.findall(r"\b(pontis_\w+)(\{[^}]*\})?", expression):
        yield name, set(re.findall(r'(\w+)\s*(?:=~|!~|!=|=)\s*"', inside))


@unittest.skipUnless(shutil.which("promtool"), "promtool is not there")
class Prometheus(unittest.TestCase):
    def expect_good(self, *arguments, text=None):
        status, said = promtool(*arguments, text=text)
        self.assertEqual(0, status, said)

    def test_takes_every_metric_as_the_gateway_tells_it(self):
        text = subprocess.run([WRITE_METRICS], capture_output=True, text=True, check=True).stdout
        for name in table():
            if name + "_bucket" not in table():
                self.assertRegex(text, rf"(?m)^{name}[ {{]")
        status, said = promtool("check", "metrics", text=text)
        self.assertEqual((0, ""), (status, said.strip()))

    def test_takes_its_settings_and_the_alerts(self):
        self.expect_good("check", "config", "--syntax-only", "prometheus.yml")
        self.expect_good("check", "rules", "--lint-fatal", "pontis.rules.yml")

    def test_rings_each_alert_when_it_is_provoked(self):
        self.expect_good("test", "rules", "pontis.rules.test.yml")
        tests = yaml.safe_load((MONITORING / "pontis.rules.test.yml").read_text())["tests"]
        provoked = {row["alertname"] for test in tests for row in test["alert_rule_test"] if row.get("exp_alerts")}
        self.assertEqual({rule["alert"] for rule in alerts()}, provoked)

    def test_understands_every_expression_of_the_dashboard(self):
        expressions = [target["expr"] for panel in panels() for target in panel["targets"]]
        self.assertGreater(len(expressions), 30)
        for variable, value in VARIABLES.items():
            expressions = [expression.replace(variable, value) for expression in expressions]
        rules = [{"record": f"dashboard:{number}", "expr": expression} for number, expression in enumerate(expressions)]
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}, file)
            file.flush()
            self.expect_good("check", "rules", file.name)


class Names(unittest.TestCase):
    def check(self, where, expression):
        metrics = table()
        for name, labels in selectors(expression):
            self.assertIn(name, metrics, f"{where}: {name} is not in metrics.def")
            unknown = labels - metrics[name] - {"gateway", "job", "instance"}
            self.assertFalse(unknown, f"{where}: {name} has no label {', '.join(unknown)}")

    def test_alerts_name_metrics_and_labels_of_the_table(self):
        for rule in alerts():
            self.check(rule["alert"], rule["expr"])

    def test_panels_name_metrics_and_labels_of_the_table(self):
        for panel in panels():
            for target in panel["targets"]:
                self.check(panel["title"], target["expr"])

    def test_every_metric_is_shown_or_rings(self):
        used = {name for rule in alerts() for name in NAME.findall(rule["expr"])}
        used |= {name for panel in panels() for target in panel["targets"] for name in NAME.findall(target["expr"])}
        told = {re.sub("_(bucket|sum|count)$", "", name) for name in table()}
        self.assertEqual(set(), told - {re.sub("_(bucket|sum|count)$", "", name) for name in used})

    def test_panels_have_numbers_of_their_own(self):
        numbers = [panel["id"] for panel in json.loads((MONITORING / "pontis.dashboard.json").read_text())["panels"]]
        self.assertEqual(len(numbers), len(set(numbers)))


class Runbooks(unittest.TestCase):
    PARTS = ["What it means", "What to look at", "What to do", "What not to do"]

    @staticmethod
    def pages():
        return {rule["annotations"]["runbook"] for rule in alerts()}

    def test_each_alert_has_a_severity_and_a_page_that_is_about_it(self):
        for rule in alerts():
            self.assertIn(rule["labels"]["severity"], SEVERITIES, rule["alert"])
            page = (RUNBOOKS / rule["annotations"]["runbook"]).read_text()
            self.assertIn(rule["alert"], page.splitlines()[0])

    def test_each_page_has_an_alert_and_all_parts(self):
        found = {path.name for path in RUNBOOKS.glob("*.md")} - {"README.md", "restore.md"}
        self.assertEqual(self.pages(), found)
        for name in found:
            self.assertEqual(self.PARTS, re.findall(r"^## (.+)$", (RUNBOOKS / name).read_text(), re.MULTILINE), name)

    def test_pages_lead_to_pages_that_are_there(self):
        for path in RUNBOOKS.glob("*.md"):
            for link in re.findall(r"\]\(([^)#:]+)\)", path.read_text()):
                self.assertTrue((RUNBOOKS / link).exists(), f"{path.name}: {link}")

    def test_alerts_and_metrics_that_pages_name_are_there(self):
        known = {rule["alert"] for rule in alerts()}
        told = table()
        for page in self.pages() | {"README.md"}:
            text = (RUNBOOKS / page).read_text()
            self.assertEqual(set(), set(re.findall(r"\bPontis[A-Z]\w+", text)) - known, page)
            for name in NAME.findall(text):
                self.assertTrue(any(metric.startswith(name) for metric in told), f"{page}: {name}")

    def test_every_verb_and_option_in_them_exists(self):
        help_of = {}
        for path in RUNBOOKS.glob("*.md"):
            for command in re.findall(r"`pontis ([^`]+)`", path.read_text()):
                words = command.split()
                verb = next((" ".join(words[:count]) for count in (2, 1) if self.usage(" ".join(words[:count]), help_of)), None)
                self.assertIsNotNone(verb, f"{path.name}: pontis {command}")
                for option in re.findall(r"(--[\w-]+)", command):
                    self.assertIn(option, help_of[verb], f"{path.name}: pontis {command}")

    @staticmethod
    def usage(verb, help_of):
        """The verb's help; "" when there is no such verb."""
        if verb not in help_of:
            done = subprocess.run([PONTIS, *verb.split(), "--help"], capture_output=True, text=True, check=False)
            is_verb = done.returncode == 0 and done.stdout.startswith(f"usage: pontis {verb}")
            help_of[verb] = done.stdout if is_verb else ""
        return help_of[verb]


if __name__ == "__main__":
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    result = unittest.TextTestRunner(stream=sys.stderr, verbosity=1).run(suite)
    for test, reason in result.skipped:
        print(f"SKIPPED: {test.id()}: {reason}", file=sys.stderr)
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed - len(result.skipped)} passed, {failed} failed, {len(result.skipped)} skipped")
    sys.exit(1 if failed else 0)
