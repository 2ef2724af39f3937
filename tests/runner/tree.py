"""The two build trees: with sanitizers, and as released. Both stand beside the sources and are built on from run to run."""

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Program:
    """An entry of ctest."""
    name: str
    folder: str  # of its sources, from the root
    command: list
    directory: str
    environment: dict


class Tree:
    def __init__(self, name, *options):
        self.name = name
        self.options = options
        self.folder = ROOT / ("build-" + name)
        self.log = self.folder / "build.log"

    def build(self):
        """"" or what the compiler said: whatever does not build fails the run, also when an older program is still there."""
        self._forget_other_sources()
        self.folder.mkdir(exist_ok=True)
        with open(self.log, "wb") as log:
            for command in (["cmake", "-G", "Ninja", "-S", ROOT, "-B", self.folder, *self.options], ["ninja", "-C", self.folder, "-k", "0"]):
                if subprocess.run(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, check=False).returncode != 0:
                    return self._complaints()
        return ""

    def _forget_other_sources(self):
        """A tree that came along with a copied clone belongs to other sources."""
        cache = self.folder / "CMakeCache.txt"
        if cache.exists() and f"CMAKE_HOME_DIRECTORY:INTERNAL={ROOT}\n" not in cache.read_text():
            shutil.rmtree(self.folder)

    def _complaints(self):
        text = self.log.read_text(errors="replace")
        told = re.findall(r"^CMake Error.*\n(?:.*\n){0,4}|^FAILED.*|^.*(?:\berror:|undefined reference).*", text, re.MULTILINE)
        return "\n".join(told[:60] or text.splitlines()[-60:]) + f"\n(all of it in {self.log})"

    def programs(self):
        """Every test that the build files name, whether it was built or not."""
        answer = subprocess.run(["ctest", "--show-only=json-v1", "--test-dir", self.folder], capture_output=True, check=True)
        for entry in json.loads(answer.stdout)["tests"]:
            properties = {row["name"]: row["value"] for row in entry["properties"]}
            directory = properties["WORKING_DIRECTORY"]
            environment = dict(setting.split("=", 1) for setting in properties.get("ENVIRONMENT", []))
            yield Program(entry["name"], os.path.relpath(directory, self.folder), entry["command"], directory, environment)

    def keep_output(self, name, text):
        folder = self.folder / "output"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(text)
        return folder / name

    def path(self, name):
        return str(self.folder / name)


SANITIZED = Tree("sanitize", "-DPONTIS_SANITIZE=ON")
RELEASE = Tree("release", "-DPONTIS_SANITIZE=OFF")
