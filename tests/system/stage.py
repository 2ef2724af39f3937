"""What every scenario stands on: outcomes, deadlines, and the list of scenarios."""

import contextlib
import sys
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SANDBOX = ROOT / "deploy" / "sandbox"
sys.path.insert(0, str(SANDBOX / "runner"))

from state import Failure  # noqa: E402  pylint: disable=wrong-import-position


class Failed(Exception):
    """What a scenario wants is not so."""


class Skipped(Exception):
    """A scenario cannot be played here; the text says why."""


SCENARIOS = []
"""(name, function, is_long), in the order in which they are played."""


def scenario(function=None, *, long=False):
    """Marks a scenario; its name is the function's, its docstring's first line says what must be true."""
    def add(marked):
        SCENARIOS.append((marked.__name__, marked, long))
        return marked
    return add(function) if function else add


def expect(is_so, text):
    if not is_so:
        raise Failed(text)


def expect_equal(found, wanted, what):
    if found != wanted:
        raise Failed(f"{what}: {found!r}, expected {wanted!r}")


def wait_until(what, condition, seconds=30):
    """Asks until the answer is true, and returns it: no scenario sleeps for a time."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise Failed(f"not in {seconds} s: {what}")
        time.sleep(0.02)


class Score:
    """Counts outcomes and prints a line for each."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def counted(self):
        return self.passed + self.failed + self.skipped

    @contextlib.contextmanager
    def count(self, name):
        """Counts one outcome; what counted cases of its own counts for itself only when it fails."""
        begun, counted = time.monotonic(), self.counted()
        try:
            yield
        except Skipped as reason:
            self.skipped += 1
            self._say("skip", begun, name, str(reason))
        except (Failed, Failure) as failure:
            self.failed += 1
            self._say("FAIL", begun, name, str(failure))
        except Exception:  # pylint: disable=broad-except
            self.failed += 1
            self._say("FAIL", begun, name, traceback.format_exc().rstrip())
        else:
            self.passed += self.counted() == counted
            self._say("ok", begun, name, "")

    @staticmethod
    def _say(mark, begun, name, text):
        print(f"{mark:<4} {time.monotonic() - begun:6.1f} s  {name}" + (f": {text}" if text else ""), flush=True)

    def totals(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


class Stage:
    """What a scenario is given: the score for its cases, and corridors by name, each in a folder of its own."""

    def __init__(self, folder, corridor_class, score):
        self.folder = folder
        self.corridor_class = corridor_class
        self.score = score
        self.scenario = ""
        self.corridors = {}

    def case(self, name):
        """One row of a table of cases, counted for itself; the next row is tried in any case."""
        return self.score.count(f"{self.scenario}: {name}")

    def corridor(self, name=""):
        if name not in self.corridors:
            self.corridors[name] = self.corridor_class(self.folder + (f"-{name}" if name else ""))
        return self.corridors[name]
