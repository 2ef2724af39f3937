"""Runs the tests: tests/run [--long] [GROUP...]; tests/run --list

Without a group all of them. --long adds what would take the whole run over half an hour.
"""

import argparse
import collections
import os
import sys
import time

sys.dont_write_bytecode = True

import checks  # noqa: E402
import net as nets  # noqa: E402
from score import FAILED, PASSED, Outcome, Report  # noqa: E402
from tree import RELEASE, SANITIZED  # noqa: E402

Group = collections.namedtuple("Group", "name what folder trees")

GROUPS = (
    Group("tidy", "the rules of the house: layers, banned calls, lengths, READMEs (tests/tidy)", "tests/tidy", ()),
    Group("format", "clang-format has nothing to change", None, ()),
    Group("unit", "the parts alone, by folder (tests/unit), with sanitizers and as released", "tests/unit", (SANITIZED, RELEASE)),
    Group("flow", "two gateways in a world of fakes that crash between steps (tests/flow), both builds", "tests/flow", (SANITIZED, RELEASE)),
    Group("sql", "the schema on a real PostgreSQL, by pgTAP (tests/sql), both builds", "tests/sql", (SANITIZED, RELEASE)),
    Group("contract", "the published schemas and the code say the same (tests/contract)", "tests/contract", (SANITIZED,)),
    Group("clang-tidy", "static analysis of all that is no test; its checks are in .clang-tidy", None, (RELEASE,)),
    Group("system", "whole corridors on a real PostgreSQL and both brokers (tests/system)", None, (SANITIZED, RELEASE)),
)
# Lines of a program's output that say nothing about why it failed.
QUIET = ("[RUN ]", "[PASS]", "[SKIP]", "[====] Running", "[----] Criterion", "SKIPPED:", "time=")
NAMES = [group.name for group in GROUPS]


def read_options():
    parser = argparse.ArgumentParser(prog="tests/run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     usage=argparse.SUPPRESS)
    parser.add_argument("names", nargs="*", metavar="GROUP", help=", ".join(NAMES))
    parser.add_argument("--list", action="store_true", help="names the groups")
    parser.add_argument("--long", action="store_true", help="also what takes long")
    options = parser.parse_args()
    for name in options.names:
        if name not in NAMES:
            parser.error(f"there is no group {name}; there are {', '.join(NAMES)}")
    return options


class Run:
    def __init__(self, options):
        self.options = options
        self.report = Report()
        self.net = nets.Net()
        self.built = {}

    def all(self):
        """Builds what the chosen groups need, proves the net, and runs them."""
        chosen = [group for group in GROUPS if not self.options.names or group.name in self.options.names]
        for group in chosen:
            for tree in group.trees:
                if tree not in self.built:
                    self.report.group("build " + tree.name, lambda tree=tree: self._build(tree))
                    if tree is SANITIZED and self.built[tree]:
                        self.report.group("net", lambda: nets.try_net(self.net, SANITIZED, self.report))
            self.report.group(group.name, lambda group=group: self._run(group))

    def _build(self, tree):
        complaints = tree.build()
        self.built[tree] = not complaints
        if not complaints:
            return PASSED
        self.report.fail(f"build {tree.name}", complaints)
        return FAILED

    def _run(self, group):
        for tree in group.trees:
            if not self.built[tree]:
                self.report.fail(f"{group.name}: not run, the {tree.name} build failed")
                return FAILED
        if group.name == "tidy":
            return checks.check_tidy(self.net, self.report)
        if group.name == "format":
            return checks.check_format(self.report)
        if group.name == "clang-tidy":
            return checks.check_clang_tidy(RELEASE, self.report)
        if group.name == "system":
            return checks.check_system(self.net, SANITIZED, RELEASE, self.report, self.options.long)
        return self._run_programs(group)

    def _run_programs(self, group):
        total = Outcome()
        for tree in group.trees:
            for program in tree.programs():
                if program.folder == group.folder or program.folder.startswith(group.folder + "/"):
                    total += self._run_program(tree, program)
                elif not any(other.folder and (program.folder + "/").startswith(other.folder + "/") for other in GROUPS):
                    self.report.fail(f"{program.name}: {program.folder} belongs to no group")
                    total += FAILED
        if total == Outcome():
            self.report.fail(f"{group.name}: there is no test")
            total = FAILED
        return total

    def _run_program(self, tree, program):
        name = f"{tree.name} {program.name}"
        is_script = os.path.basename(program.command[0]).startswith("python")
        command = program.command if is_script else [*program.command, "--verbose"]
        verdict = self.net.run(name.replace(" ", "-"), command, program.directory,
                               nets.judge_script if is_script else nets.judge_criterion, program.environment)
        self.report.say(f"{'FAIL' if verdict.outcome.failed else 'ok':<5} {name:<32} {verdict.seconds:6.1f} s  {verdict.outcome}")
        for why in verdict.skips:
            self.report.skip(name, why)
        if verdict.outcome.failed:
            kept = tree.keep_output(program.name, verdict.output + verdict.sanitizer)
            told = [line for line in verdict.output.splitlines() if line.strip() and not line.startswith(QUIET)]
            told = told[:60] + verdict.sanitizer.splitlines()[:60]
            self.report.fail(f"{name}: {', '.join(verdict.why)}", "\n".join([*told, f"(all of it in {kept})"]))
        return verdict.outcome


def main():
    options = read_options()
    if options.list:
        for group in GROUPS:
            print(f"{group.name:<12} {group.what}")
        return 0
    begun = time.monotonic()
    run = Run(options)
    try:
        run.all()
    finally:
        run.net.close()
    return run.report.tell(time.monotonic() - begun)


if __name__ == "__main__":
    sys.exit(main())
