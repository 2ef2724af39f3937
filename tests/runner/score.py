"""What is counted, and how it is told."""

import collections
import re
import sys
import time
from dataclasses import dataclass

TOTALS = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$")


@dataclass
class Outcome:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other):
        return Outcome(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


PASSED, FAILED, SKIPPED = Outcome(passed=1), Outcome(failed=1), Outcome(skipped=1)


class Report:
    """Prints while the run goes on, and keeps what must be said again at its end."""

    def __init__(self):
        self.skips = collections.Counter()
        self.failures = []
        self.rows = []

    @staticmethod
    def say(text):
        print(text, flush=True)

    def skip(self, who, why):
        self.skips[f"{who}: {why}"] += 1

    def fail(self, what, details=""):
        self.failures.append(what)
        self.say(f"FAILED {what}" + "".join(f"\n  | {line}" for line in details.splitlines()))

    def group(self, name, function):
        """Runs one group and takes its time."""
        self.say(f"== {name}")
        begun = time.monotonic()
        outcome = function()
        self.rows.append((name, outcome, time.monotonic() - begun))
        return outcome

    def tell(self, seconds):
        """The last word: times, skips, failures, and one line of totals. Returns the exit status."""
        total = sum((outcome for _, outcome, _ in self.rows), Outcome())
        self.say("")
        for name, outcome, took in [*self.rows, ("all", total, seconds)]:
            self.say(f"{name:<16} {took:7.1f} s  {outcome}".replace(" passed, ", " passed  ").replace(" failed, ", " failed  "))
        for why, count in self.skips.items():
            self.say(f"SKIPPED {count} x {why}")
        for what in self.failures:
            self.say(f"FAILED {what}")
        self.say(str(total))
        sys.stdout.flush()
        return 0 if total.failed == 0 and total.passed > 0 else 1
