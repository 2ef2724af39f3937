"""Where everything lies: the sandbox's folder, its user, its ports, and what is remembered between runs."""

import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
from pathlib import Path

USER = "pontis"
KEPT_ENVIRONMENT = ("PATH", "LANG", "TZ", "ASAN_OPTIONS", "UBSAN_OPTIONS",
                    "PONTIS_TRACING_ENDPOINT", "PONTIS_LOG_FORMAT", "PONTIS_LOG_LEVEL")
GATEWAYS = ("home", "away")
# One proposes, the other approves.
OPERATORS = ("operator", "approver")
CORRIDOR = "sg-th"
CURRENCY = {"home": "SGD", "away": "THB"}
ROOT = Path(__file__).resolve().parents[3]
SANDBOX = ROOT / "deploy" / "sandbox"


def other(gateway):
    return "away" if gateway == "home" else "home"


def wrapper(gateway, person="operator"):
    """The program in bin/ that is pontis for somebody."""
    return "pontis-" + gateway + ("" if person == OPERATORS[0] else "-" + person)


class Failure(Exception):
    """A step failed; `log` is the file that says why."""

    def __init__(self, text, log=None, status=1):
        super().__init__(text)
        self.log = log
        self.status = status


class State:
    """The folder, and `state.json` in it."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.account = None
        self.values = {}

    def path(self, *parts):
        return self.folder.joinpath(*parts)

    def log(self, name):
        return self.path("log", name + ".log")

    def open(self):
        """Makes the folder and, for root, the unprivileged user that everything runs as."""
        if os.geteuid() == 0:
            self.account = _find_or_make_user()
        try:
            self._make_folders()
        except OSError as error:
            raise Failure(f"{self.folder} cannot be used: {error.strerror}; set PONTIS_SANDBOX to another folder", status=3) from error
        if self.account and subprocess.run(["test", "-x", str(self.folder)], **self.as_user()).returncode != 0:
            raise Failure(f"user {USER} cannot enter {self.folder}: set PONTIS_SANDBOX to a folder outside of /root", status=3)
        if len(os.fsencode(self.path("run", ".s.PGSQL.5432"))) > 100:
            raise Failure(f"{self.folder} is too long for a Unix socket: set PONTIS_SANDBOX to a shorter path", status=3)
        self.load()

    def _make_folders(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in ("bin", "build", "ca", "etc", "log", "run", "story", "wallet"):
            self.path(name).mkdir(exist_ok=True)
        self._give()

    def is_usual(self):
        """Whether `run` finds this folder without being told."""
        usual = Path("/var/lib") if os.geteuid() == 0 else Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
        return self.folder == usual / "pontis-sandbox"

    def load(self):
        file = self.path("state.json")
        self.values = json.loads(file.read_text()) if file.exists() else {}

    def exists(self):
        return self.path("state.json").exists()

    def save(self):
        write(self.path("state.json"), json.dumps(self.values, indent=2) + "\n")

    def _give(self):
        self.folder.chmod(0o755)
        if not self.account:
            return
        for name in ("", "ca", "etc", "log", "run", "story", "wallet"):
            os.chown(self.path(name) if name else self.folder, self.account.pw_uid, self.account.pw_gid)
        for name in ("ca", "etc", "run", "wallet"):
            self.path(name).chmod(0o700)

    def make_folder(self, name):
        """A folder that the unprivileged user owns."""
        self.path(name).mkdir(exist_ok=True)
        if self.account:
            os.chown(self.path(name), self.account.pw_uid, self.account.pw_gid)

    def find_user(self):
        """For commands that meet a folder which is already there."""
        if os.geteuid() == 0 and self.account is None:
            self.account = pwd.getpwnam(USER)

    def as_user(self):
        """Arguments of subprocess that drop root."""
        environment = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
        environment["HOME"] = str(self.folder)
        arguments = {"env": environment, "cwd": str(self.folder)}
        if self.account:
            arguments.update(user=self.account.pw_uid, group=self.account.pw_gid, extra_groups=[])
        return arguments

    def write_for_user(self, path, text, mode=0o600):
        write(path, text, mode)
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def port(self, name):
        """The remembered port of a listener, or a new free one."""
        ports = self.values.setdefault("ports", {})
        if name not in ports:
            ports[name] = _free_port(set(ports.values()))
            self.save()
        return ports[name]

    def forget_port(self, name):
        self.values.get("ports", {}).pop(name, None)

    def random_id(self, name):
        """A random text made once and remembered."""
        ids = self.values.setdefault("ids", {})
        if name not in ids:
            ids[name] = secrets.token_hex(8)
            self.save()
        return ids[name]

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=False)


def write(path, text, mode=0o644):
    """Replaces a file in one step."""
    new = Path(str(path) + ".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        os.fchmod(stream.fileno(), mode)
        stream.write(text)
    os.replace(new, path)


def port_is_free(port):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _free_port(taken):
    """Below the range that the system hands out to clients, so that no client takes it between two runs."""
    for _ in range(200):
        port = 20000 + secrets.randbelow(12000)
        if port not in taken and port_is_free(port):
            return port
    raise Failure("no free port between 20000 and 32000 on 127.0.0.1")


def _find_or_make_user():
    try:
        return pwd.getpwnam(USER)
    except KeyError:
        pass
    made = subprocess.run(
        ["useradd", "--system", "--user-group", "--home-dir", "/nonexistent", "--no-create-home",
         "--shell", "/usr/sbin/nologin", "--comment", "Pontis sandbox", USER],
        capture_output=True, text=True)
    if made.returncode != 0:
        raise Failure(f"cannot make the user {USER}: {made.stderr.strip()}")
    return pwd.getpwnam(USER)
