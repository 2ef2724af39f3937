"""Builds a release in the sandbox's folder, never in the clone, and makes the wrappers of its bin folder."""

import hashlib
import itertools
import os
import re
import shlex
import shutil
from pathlib import Path

from state import GATEWAYS, OPERATORS, ROOT, Failure, wrapper, write
from steps import command, watched

PROGRAMS = ("pontis", "pontis-wallet", "pontis-broker")
WRAPPER = """\
#!/bin/sh
# pontis, as the {person} of the {gateway} gateway.
export PONTIS_SETTINGS={settings} PONTIS_URL={url} PONTIS_CA={ca}/ca.pem PONTIS_CERT={ca}/{person}.pem PONTIS_KEY={ca}/{person}.key
{drop}exec {bin}/pontis "$@"
"""
# Only what opens the database or listens runs as the unprivileged user: a verb must be able to read its caller's files.
DROP = """\
case "${{1:-}}" in
serve | migrate) cd / && [ "$(id -u)" -ne 0 ] || exec setpriv --reuid {user} --regid {user} --clear-groups {bin}/pontis "$@" ;;
esac
"""


def build(state, progress=lambda how_far: None):
    """Configures once, then lets ninja find out what is to do. PONTIS_BUILD names a folder that is built already."""
    log = state.log("build")
    ready = os.environ.get("PONTIS_BUILD")
    folder = Path(ready) if ready else _make(state.path("build"), log, progress)
    changed = [name for name in PROGRAMS if _install(state, folder, name, log)]
    return "new: " + ", ".join(changed) if changed else "nothing to do"


def _make(folder, log, progress):
    cache = folder / "CMakeCache.txt"
    if cache.exists() and f"CMAKE_HOME_DIRECTORY:INTERNAL={ROOT}\n" not in cache.read_text():
        shutil.rmtree(folder)
        folder.mkdir()
    if not (folder / "build.ninja").exists():
        command(["cmake", "-G", "Ninja", "-S", ROOT, "-B", folder, "-DCMAKE_BUILD_TYPE=Release", "-DPONTIS_TESTS=OFF"], log)
    watched(["ninja", "-C", folder, *PROGRAMS], log, lambda line: progress(line.partition(" ")[0] if line.startswith("[") else ""))
    return folder


def _install(state, folder, name, log):
    """Copies a program to bin/ when it changed; a running one keeps its old file."""
    found = [path for path in folder.rglob(name) if path.is_file() and os.access(path, os.X_OK)]
    if not found:
        raise Failure(f"no {name} in {folder}", log)
    target = state.path("bin", name)
    content = found[0].read_bytes()
    if target.exists() and target.read_bytes() == content:
        return False
    new = target.with_suffix(".new")
    new.write_bytes(content)
    new.chmod(0o755)
    os.replace(new, target)
    return True


def write_wrappers(state):
    drop = DROP.format(user=state.account.pw_name, bin=shlex.quote(str(state.path("bin")))) if state.account else ""
    for gateway, person in itertools.product(GATEWAYS, OPERATORS):
        text = WRAPPER.format(
            gateway=gateway, person=person, settings=shlex.quote(str(state.path("etc", gateway + ".yaml"))),
            url=f"https://127.0.0.1:{state.port(gateway + '.api')}", ca=shlex.quote(str(state.path("ca"))),
            drop=drop, bin=shlex.quote(str(state.path("bin"))))
        write(state.path("bin", wrapper(gateway, person)), re.sub(r" {2,}", " ", text), 0o755)


def fingerprint(state):
    return hashlib.sha256(state.path("bin", "pontis").read_bytes()).hexdigest()
