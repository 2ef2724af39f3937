"""Runs test programs and judges them. What a program says of itself is not enough: Criterion calls a test passed that
leaks, and a program that dies says nothing at all."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from score import TOTALS, Outcome

PATIENCE = 900
SYNTHESIS = re.compile(r"Synthesis: Tested: (\d+) \| Passing: (\d+) \| Failing: (\d+) \| Crashing: (\d+)")
UNDEFINED = re.compile(r"^.*: runtime error: .*$", re.MULTILINE)
SKIP = re.compile(r"^\[SKIP\] ([^:]+::[^:]+): (.*)|SKIPPED: (.*)")

# Test of tests/support/plant -> how it must be judged, and whether a sanitizer must have written.
PLANTS = {
    "leak": (Outcome(passed=1, failed=1), True),
    "overflow": (Outcome(failed=2), True),
    "undefined": (Outcome(failed=2), True),
    "failure": (Outcome(failed=1), False),
    "crash": (Outcome(failed=1), False),
    "silence": (Outcome(failed=1), False),
    "skip": (Outcome(skipped=1), False),
    "part_skipped": (Outcome(passed=1, skipped=1), False),
    "nothing_wrong": (Outcome(passed=1), False),
}


@dataclass
class Verdict:
    outcome: Outcome
    why: list = field(default_factory=list)  # it failed
    skips: list = field(default_factory=list)
    output: str = ""
    sanitizer: str = ""
    seconds: float = 0


class Net:
    """Where the sanitizers of all processes of this run write, also of those that run as another user."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="pontis-tests-"))
        self.folder.chmod(0o1777)

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def environment(self, name):
        log = f"log_path={self.folder / name}.sanitizer"
        return {**os.environ, "ASAN_OPTIONS": f"{log}:detect_stack_use_after_return=1:strict_string_checks=1:detect_leaks=1",
                "UBSAN_OPTIONS": f"{log}:print_stacktrace=1"}

    def caught(self, name, output=""):
        """What sanitizers wrote; gcc's one for undefined behaviour knows no log_path beside the other."""
        logs = sorted(self.folder.glob(f"{name}.sanitizer.*"))
        return "\n".join([log.read_text(errors="replace") for log in logs] + UNDEFINED.findall(output))

    def run(self, name, command, directory, judge, environment=()):
        """Runs a program to its end, with all its children, and lets `judge` read what it said."""
        begun = time.monotonic()
        with open(self.folder / f"{name}.output", "w+b") as stream:
            status = _run(command, directory, {**self.environment(name), **dict(environment)}, stream)
            stream.seek(0)
            output = re.sub(r"\x1b\[[0-9;]*m", "", stream.read().decode(errors="replace"))
        verdict = judge(status, output)
        verdict.output, verdict.sanitizer, verdict.seconds = output, self.caught(name, output), time.monotonic() - begun
        if verdict.sanitizer:
            verdict.outcome += Outcome(failed=1)
            verdict.why.append("a sanitizer wrote")
        return verdict


def _run(command, directory, environment, stream):
    """The exit status, or words. What a dead program leaves behind ends with it."""
    try:
        child = subprocess.Popen(command, cwd=directory, env=environment, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream,
                                 start_new_session=True)
    except OSError as error:
        return str(error)
    try:
        return child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        return f"not done after {PATIENCE} s"
    finally:
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        child.wait()


def _skips(output):
    """Why, of each test, or part of one, that says it is skipped."""
    for line in output.splitlines():
        found = SKIP.search(line)
        if found:
            yield found[2] or found[3]


def judge_criterion(status, output):
    skips = list(_skips(output))
    told = SYNTHESIS.findall(output)
    if not told:
        return Verdict(Outcome(failed=1, skipped=len(skips)), [f"it ended without a result ({_in_words(status)})"], skips)
    tested, passing, _, _ = map(int, told[-1])
    verdict = Verdict(Outcome(passing, tested - passing, len(skips)), skips=skips)
    if tested > passing:
        verdict.why.append(f"{tested - passing} of {tested} tests")
    elif status != 0:
        verdict.outcome += Outcome(failed=1)
        verdict.why.append(_in_words(status))
    elif tested == 0 and not skips:
        verdict.outcome += Outcome(failed=1)
        verdict.why.append("it holds no test")
    return verdict


def judge_script(status, output):
    """A program that counts for itself ends in a line of totals; any other is one check."""
    skips = list(_skips(output))
    lines = output.rstrip().splitlines()
    counted = TOTALS.match(lines[-1]) if lines else None
    outcome = Outcome(*map(int, counted.groups())) if counted else Outcome(int(status == 0), int(status != 0), len(skips))
    if status != 0 and outcome.failed == 0:
        outcome += Outcome(failed=1)
    return Verdict(outcome, [_in_words(status)] if outcome.failed else [], skips)


def _in_words(status):
    if isinstance(status, int):
        return f"signal {-status}" if status < 0 else f"exit status {status}"
    return status


def _judge_planted(status, output):
    """Criterion calls the tests beside the chosen one disabled."""
    return judge_criterion(status, re.sub(r"^\[SKIP\].*: Test is disabled$", "", output, flags=re.MULTILINE))


def try_net(net, tree, report):
    """The planted mistakes: each must be judged as PLANTS says."""
    total = Outcome()
    for name, (wanted, must_write) in PLANTS.items():
        folder = tree.path("tests/support/plant")
        verdict = net.run("plant-" + name, [folder + "/plant", "--verbose", "--filter", "plant/" + name], folder, _judge_planted)
        caught = verdict.outcome == wanted and bool(verdict.sanitizer) == must_write
        total += Outcome(int(caught), int(not caught))
        if not caught:
            report.fail(f"net: the planted {name} was judged {verdict.outcome}, wanted {wanted}"
                        + (" with a sanitizer's log" if must_write else ""), verdict.output)
    return total
