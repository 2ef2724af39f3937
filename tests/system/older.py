"""The program of one schema before, on the schema of today."""

import subprocess
from pathlib import Path

from debian import call, pay_both_ways
from process import Process
from stage import ROOT, Skipped, expect, scenario


def git(*arguments):
    ended = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True, check=False)
    return ended.stdout.strip() if ended.returncode == 0 else ""


def commit_before(migration):
    """The last commit that did not have it."""
    added = git("log", "--diff-filter=A", "--format=%H", "-1", "--", migration)
    commit = git("rev-parse", added + "^") if added else ""
    if not commit:
        raise Skipped(f"no commit before {Path(migration).name} here: the clone has no such history")
    return commit


def build_older(folder, commit):
    """pontis as it was then, or why it cannot be had."""
    call("rm", "-rf", folder)
    call("git", "clone", "-q", "--shared", "--no-checkout", ROOT, folder / "source")
    call("git", "-C", folder / "source", "checkout", "-q", commit)
    call("cmake", "-G", "Ninja", "-S", folder / "source", "-B", folder / "build", "-DPONTIS_TESTS=OFF")
    said = call("ninja", "-C", folder / "build", "pontis", status=None)
    program = folder / "build" / "gateway" / "pontis"
    if not program.exists():
        raise Skipped(f"commit {commit[:10]} does not build here: {said.strip().splitlines()[-1]}")
    return program


@scenario(long=True)
def older_program(stage):
    """The program from before the newest migration starts on today's schema, settles, and starts again."""
    newest = sorted((ROOT / "sql" / "migrations").glob("[0-9]*.sql"))[-1]
    expect("-- compatible-from:" in newest.read_text(), f"{newest.name} does not say which programs it keeps working")
    folder = Path(stage.folder + "-older")
    program = build_older(folder, commit_before(newest.relative_to(ROOT)))
    corridor = stage.corridor()
    services = corridor.start()
    services.gateway_process("home").stop()
    # It knows operators by a file of fingerprints alone.
    names = services.state.path("etc", "operators-before-0011")
    services.state.write_for_user(names, services.state.values["pins"]["operator"]["certificate"] + "\n")
    arguments = [program, *services.gateway_process("home").arguments[1:], "--set", f"api.operators={names}"]
    for _ in range(2):
        older = Process(services.state, "home", arguments)
        older.start()
        older.await_ready(services.apis["home"].is_ready, 30)
        pay_both_ways(services)
        older.stop()
    corridor.start()
    call("rm", "-rf", folder)
