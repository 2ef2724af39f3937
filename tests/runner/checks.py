"""The groups that are no test programs: style, static analysis, whole corridors."""

import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from net import judge_script
from score import FAILED, PASSED, TOTALS, Outcome
from tree import ROOT

SOURCES = ("gateway", "adapters", "deploy", "tests")
ANALYZED = ("gateway/", "adapters/", "deploy/")
# Beginnings of the scenarios that are about what is released: its speed, its size, its package and its confinement.
RELEASED = ("fresh_sandbox", "folders", "package_", "units_", "service_", "confinement_", "container", "installed_by_hand")


def check_tidy(net, report):
    verdict = net.run("tidy", [sys.executable, str(ROOT / "tests/tidy/tidy.py")], ROOT, judge_script)
    told = [line for line in verdict.output.splitlines() if not TOTALS.match(line)]
    if verdict.outcome.failed:
        report.fail("tidy", "\n".join(told))
    else:
        report.say("\n".join(told))
    return verdict.outcome


def check_format(report):
    files = sorted(str(path.relative_to(ROOT)) for folder in SOURCES for path in (ROOT / folder).rglob("*.[ch]"))
    done = subprocess.run(["clang-format", "--dry-run", "-Werror", *files], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        report.say(f"{len(files)} files")
        return PASSED
    wrong = sorted(set(re.findall(r"^([^:\n]+:\d+):\d+: error", done.stderr, re.MULTILINE)))
    report.fail("format", "\n".join(wrong) + "\nclang-format -i FILE puts it right" if wrong else done.stderr)
    return FAILED


# ---- clang-tidy ----


def check_clang_tidy(tree, report):
    """Every file that is part of a program; one that nothing changed for since it was found clean is not looked at again."""
    version = subprocess.run(["clang-tidy", "--version"], capture_output=True, check=True).stdout
    rules = hashlib.sha256(version + (ROOT / ".clang-tidy").read_bytes()).digest()
    needs = _needs(tree)
    units = {}
    for row in json.loads(Path(tree.path("compile_commands.json")).read_text()):
        path = os.path.relpath(row["file"], ROOT)
        if path.startswith(ANALYZED):
            output = re.search(r" -o (\S+) ", row["command"])[1]
            units[path] = _fingerprint(rules, row["command"], needs.get(output, []))
    known = Path(tree.path("clang-tidy.json"))
    clean = json.loads(known.read_text()) if known.exists() else {}
    changed = [path for path, print_ in units.items() if print_ is None or clean.get(path) != print_]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        findings = dict(zip(changed, pool.map(lambda path: _analyze(tree, path), changed)))
    for path, found in findings.items():
        if found:
            report.fail(f"clang-tidy {path}", found)
    known.write_text(json.dumps({path: print_ for path, print_ in units.items() if not findings.get(path)}))
    report.say(f"{len(units)} files, {len(changed)} of them new or changed")
    return Outcome(passed=len(units) - sum(map(bool, findings.values())), failed=sum(map(bool, findings.values())))


def _needs(tree):
    """{object: the files it was made of}, as ninja remembers it."""
    answer = subprocess.run(["ninja", "-C", tree.folder, "-t", "deps"], capture_output=True, text=True, check=True).stdout
    needs, current = {}, []
    for line in answer.splitlines():
        if line.startswith("    "):
            current.append(line.strip())
        elif ": #deps" in line:
            needs[line.partition(": #deps")[0]] = current = []
    return needs


def _fingerprint(rules, command, needs):
    """Changes with what the compiler would read; None when that is unknown."""
    digest = hashlib.sha256(rules + command.encode())
    for need in needs:
        path = Path(need)
        if path.is_relative_to(ROOT):
            digest.update(path.read_bytes())
        else:
            digest.update(f"{need} {path.stat().st_mtime_ns}".encode())
    return digest.hexdigest() if needs else None


def _analyze(tree, path):
    """One process a file: clang-tidy 14 carries the analyzer's memory of variable arguments over to the next one."""
    done = subprocess.run(["clang-tidy", "--quiet", "-p", tree.folder, path], cwd=ROOT, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout or done.stderr


# ---- whole corridors ----


def check_system(net, sanitized, released, report, is_long):
    """tests/system/run counts for itself; what it says is shown while it runs."""
    script = ROOT / "tests/system/run"
    if not script.exists():
        report.skip("system", "tests/system/run is not there")
        return Outcome(skipped=1)
    options = ["--folder", str(net.folder / "system")] + ["--long"] * is_long
    told = subprocess.run([script, "--list", *options], capture_output=True, text=True, check=True).stdout
    names = [line.split()[0] for line in told.splitlines() if is_long or not line.endswith("(--long)")]
    total = Outcome()
    for tree, chosen in ((sanitized, [name for name in names if not name.startswith(RELEASED)]),
                         (released, [name for name in names if name.startswith(RELEASED)])):
        total += _play(net, [str(script), *options, "--build", str(tree.folder), *chosen], tree.name, report)
    written = net.caught("system")
    if written:
        report.fail("system: a sanitizer wrote", written)
        total += FAILED
    return total


def _play(net, command, build, report):
    totals = None
    with subprocess.Popen(command, cwd=ROOT, env=net.environment("system"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace") as child:
        for line in map(str.rstrip, child.stdout):
            found = TOTALS.match(line)
            totals = Outcome(*map(int, found.groups())) if found else totals
            if not found:
                report.say(line)
            if line.startswith("skip "):
                report.skip(f"system {build}", re.sub(r"^skip +[0-9.]+ s +", "", line))
    if totals is None:
        report.fail(f"system {build}: it ended without a line of totals")
        return FAILED
    if totals.failed or child.returncode != 0:
        report.fail(f"system {build}: {totals.failed} of {totals.passed + totals.failed}")
        return totals if totals.failed else totals + FAILED
    return totals
