"""The container: its file is judged by rules of ours, and the image built where a builder is."""

import json
import os
import re
import shutil
from pathlib import Path

from debian import BARE, call, make_bare
from stage import ROOT, Skipped, expect, expect_equal, scenario

FILE = ROOT / "deploy" / "container" / "Containerfile"
BASE = "localhost/debian-bare:12"
IMAGE = "localhost/pontis:test"


def instructions():
    """(word, rest) of each instruction; continued lines are one."""
    text = re.sub(r"(?m)^\s*#.*\n", "", FILE.read_text())
    lines = [line.strip() for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    return [tuple(line.split(maxsplit=1)) for line in lines]


@scenario
def containerfile(_):
    """Two stages, a base that can be pinned, an unprivileged user, no shell between systemd's signals and the program, a health check."""
    found = instructions()
    words = [word for word, _ in found]
    last = found[len(words) - 1 - words[::-1].index("FROM"):]
    rest = dict(last)
    expect_equal(words.count("FROM"), 2, "stages")
    expect(all(value.startswith("${BASE}") for word, value in found if word == "FROM"), "a stage does not stand on BASE")
    expect(("ARG", "BASE=docker.io/library/debian:12-slim") == found[0], "BASE is not Debian 12")
    expect_equal(rest["USER"], "pontis", "the user")
    expect("ADD" not in words and "VOLUME" not in words, "ADD fetches and VOLUME makes writable what should not be")
    expect("HEALTHCHECK" in rest and "/healthz" in rest["HEALTHCHECK"], "no health check")
    for word in ("ENTRYPOINT", "CMD"):
        expect(isinstance(json.loads(rest[word]), list), f"{word} goes through a shell")
    for value in (value for word, value in found if word == "RUN" and "apt-get install" in value):
        expect("--no-install-recommends" in value and "rm -rf" in value and "/var/lib/apt/lists" in value, f"leaves more than it needs: {value}")
    expect(not re.search(r"(?i)password|secret|\.key\b", FILE.read_text()), "a secret in an image")


class Builder:
    """buildah with a store of its own, without a daemon and without kernel features."""

    def __init__(self, folder):
        if shutil.which("buildah") is None:
            raise Skipped("not built: no builder here (Debian's package buildah is one)")
        if os.geteuid() != 0:
            raise Skipped("not built: only root can build here")
        self.folder = folder
        self.options = ["--root", folder / "store", "--runroot", folder / "run"]
        self.environment = {**os.environ, "STORAGE_DRIVER": "vfs", "BUILDAH_ISOLATION": "chroot"}

    def do(self, *arguments):
        return call("buildah", *self.options, *arguments, env=self.environment, cwd=ROOT).strip()

    def import_base(self):
        if not BARE.exists():
            make_bare()
        container = self.do("from", "scratch")
        self.do("add", "-q", container, BARE, "/")
        self.do("commit", "-q", "--format", "docker", container, BASE)
        self.do("rm", container)


@scenario(long=True)
def container_builds(stage):
    """The image builds on a bare Debian, runs as pontis, and says what is to be configured."""
    builder = Builder(Path(stage.folder + "-container"))
    builder.import_base()
    builder.do("bud", "-q", "--format", "docker", "--network", "host", "--build-arg", "BASE=" + BASE, "-f", FILE, "-t", IMAGE, ".")
    image = json.loads(builder.do("inspect", "--type", "image", IMAGE))["Docker"]["config"]
    expect_equal(image["User"], "pontis", "the image's user")
    expect("Healthcheck" in image, "the image has no health check")
    container = builder.do("from", IMAGE)
    said = builder.do("run", container, "--", "sh", "-c", "id -un; pontis version; pontis config check || true")
    expect(said.startswith("pontis\npontis "), f"it does not run as pontis: {said}")
    expect("signing.key" in said, f"it does not ask for its settings: {said}")
    builder.do("rm", container)
    shutil.rmtree(builder.folder)
