"""A process in the background, found again by later runs through its pid file."""

import hashlib
import json
import os
import signal
import subprocess

from state import Failure, write
from steps import wait_until


class Process:
    """`fingerprint` tells whether the running one is the one that is wanted: its command, settings and program."""

    def __init__(self, state, name, arguments, files=()):
        self.state = state
        self.name = name
        self.arguments = [str(argument) for argument in arguments]
        self.files = [str(file) for file in files]
        self.log = state.log(name)
        self.pid_file = state.path("run", name + ".pid")

    def fingerprint(self):
        digest = hashlib.sha256("\0".join(self.arguments).encode())
        for file in [self.arguments[0], *self.files]:
            with open(file, "rb") as stream:
                digest.update(hashlib.sha256(stream.read()).digest())
        return digest.hexdigest()

    def recorded(self):
        """The pid file's content while that very process lives, else None."""
        try:
            record = json.loads(self.pid_file.read_text())
        except (FileNotFoundError, ValueError):
            return None
        return record if started_at(record["pid"]) == record["started"] else None

    def pid(self):
        record = self.recorded()
        return record["pid"] if record else None

    def ensure(self, is_ready, seconds=30):
        """Starts it unless the wanted one runs; waits until it is ready. Returns what was done."""
        record = self.recorded()
        if record and record["fingerprint"] == self.fingerprint() and wait_until(is_ready, 5):
            return "was running"
        if record:
            self.stop()
        self.start()
        return self.await_ready(is_ready, seconds)

    def start(self):
        self._sweep()
        with open(self.log, "ab") as stream:
            child = subprocess.Popen(self.arguments, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream,
                                     start_new_session=True, **self.state.as_user())
        record = {"pid": child.pid, "started": started_at(child.pid), "fingerprint": self.fingerprint()}
        write(self.pid_file, json.dumps(record) + "\n")
        self.child = child

    def await_ready(self, is_ready, seconds):
        if not wait_until(lambda: self.child.poll() is not None or is_ready(), seconds):
            raise Failure(f"{self.name} was not ready in {seconds} s", self.log)
        if self.child.poll() is not None:
            raise Failure(f"{self.name} ended with status {self.child.returncode}", self.log)
        return f"pid {self.child.pid}"

    def stop(self, seconds=20):
        """SIGTERM, and SIGKILL for the whole session when that is not enough."""
        record = self.recorded()
        if record is None:
            self._sweep()
            return "was not running"
        pid = record["pid"]
        _signal(pid, signal.SIGTERM)
        ended = "stopped"
        if not wait_until(lambda: self._is_gone(record), seconds):
            _signal(-pid, signal.SIGKILL)
            ended = "killed"
            wait_until(lambda: self._is_gone(record), 5)
        self.pid_file.unlink(missing_ok=True)
        return ended

    def _sweep(self):
        """Ends what a killed leader left in its session; the kernel gives its number to nobody while one is there."""
        try:
            pid = json.loads(self.pid_file.read_text())["pid"]
        except (FileNotFoundError, ValueError):
            return
        if started_at(pid) is None:
            _signal(-pid, signal.SIGKILL)
        self.pid_file.unlink(missing_ok=True)

    def _is_gone(self, record):
        child = getattr(self, "child", None)
        if child is not None and child.pid == record["pid"]:
            child.poll()
        return started_at(record["pid"]) != record["started"]


def started_at(pid):
    """The kernel's start time of a process, which a reused pid does not share; None when it is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stream:
            fields = stream.read().rpartition(b")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == b"Z" else int(fields[19])


def _signal(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
