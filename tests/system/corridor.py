"""A sandbox under test: its commands, its books, its processes."""

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from stage import ROOT, SANDBOX, Failed, expect, wait_until

import api as runner_api
from process import started_at
from services import Services
from state import GATEWAYS, State

DEADLINE = 240
SHIPPED = SANDBOX / "payments.jsonl"


class Ended:
    """What a command left behind."""

    def __init__(self, status, out, err, seconds):
        self.status = status
        self.out = out
        self.err = err
        self.seconds = seconds

    def summary(self):
        """The object of --json."""
        lines = self.out.strip().splitlines()
        return json.loads(lines[-1]) if lines else {}

    def tail(self):
        return (self.out + self.err).strip()[-3000:]


class Running:
    """A command in the background, its output in files so that no pipe fills."""

    def __init__(self, corridor, arguments):
        self.begun = time.monotonic()
        self.out = corridor.scratch("out")
        self.err = corridor.scratch("err")
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=corridor.environment())

    def end(self, status=0, seconds=DEADLINE):
        try:
            found = self.process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            self.process.kill()
            self.process.wait()
            raise Failed(f"did not end in {seconds} s:\n{self._read().tail()}") from error
        ended = self._read(found)
        if status is not None and found != status:
            raise Failed(f"ended with status {found}, expected {status}:\n{ended.tail()}")
        return ended

    def said(self):
        """What it has printed so far."""
        return self.out.read_text(errors="replace") + self.err.read_text(errors="replace")

    def _read(self, status=None):
        return Ended(status, self.out.read_text(errors="replace"), self.err.read_text(errors="replace"), time.monotonic() - self.begun)


class Corridor:
    def __init__(self, folder):
        self.folder = folder
        self.numbers = {}

    # ---- commands ----

    def environment(self):
        options = f"log_path='{self.folder}/log/sanitizer'"  # the folder may have a space in its name
        return {**os.environ, "PONTIS_SANDBOX": self.folder, "ASAN_OPTIONS": options,
                "UBSAN_OPTIONS": options + ":print_stacktrace=1"}

    def begin(self, *arguments):
        return Running(self, [str(SANDBOX / "run"), *map(str, arguments)])

    def run(self, *arguments, status=0, seconds=DEADLINE):
        return self.begin(*arguments).end(status, seconds)

    def shell(self, line, status=0, seconds=DEADLINE):
        """A line as a person pastes it, in the clone's folder."""
        running = Running(self, ["bash", "-c", f"cd {str(ROOT)!r} && {line}"])
        return running.end(status, seconds)

    def start(self):
        """Everything is up, whatever an earlier scenario left."""
        self.run("start")
        return self.services()

    def exists(self):
        return os.path.exists(os.path.join(self.folder, "state.json"))

    def clean(self):
        if self.exists():
            self.run("clean")
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.folder + ".scratch", ignore_errors=True)

    def scratch(self, name):
        """A fresh file beside the sandbox, for what a scenario writes."""
        folder = Path(self.folder + ".scratch")
        if not self.numbers:
            shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(exist_ok=True)
        self.numbers[name] = self.numbers.get(name, 0) + 1
        return folder / f"{name}.{self.numbers[name]}"

    # ---- books ----

    def services(self):
        """The runner's own view of what is there; nothing is started."""
        state = State(self.folder)
        state.find_user()
        state.load()
        services = Services(state, state.values.get("broker", "embedded"))
        services.connect()
        return services

    def rows(self, gateway, query):
        """The rows of a query as dictionaries."""
        text = self.services().cluster.ask(gateway, f"select coalesce(json_agg(found), '[]') from ({query}) found")
        return json.loads(text)

    def value(self, gateway, query):
        return self.services().cluster.ask(gateway, query)

    def counts(self, gateway):
        """How many rows each table holds: what must not change when something is refused."""
        names = self.rows(gateway, "select table_name as name from information_schema.tables where table_schema = 'pontis' "
                                   "and table_type = 'BASE TABLE' and table_name not in ('worker', 'lease', 'position') and table_name not like 'identity\\_%'")
        union = " union all ".join(f"select '{row['name']}' as name, count(*) from pontis.\"{row['name']}\"" for row in names)
        return {row["name"]: row["count"] for row in self.rows(gateway, union)}

    def books(self, gateway):
        """Every counter of every account."""
        return self.rows(gateway, "select * from pontis.balance order by account")

    def ended(self):
        """How many payments have ended, as both wallets know it."""
        count = 0
        services = self.services()
        for wallet in services.wallets.values():
            position = 0
            while True:
                answer = wallet.ask(do="outcomes", after=position, limit=10000)
                count += len(answer["ended"])
                if not answer["ended"]:
                    break
                position = answer["next"]
            wallet.close()
        return count

    # ---- processes ----

    def supervisor(self, gateway):
        pid = self.services().gateway_process(gateway).pid()
        expect(pid, f"gateway {gateway} does not run")
        return pid

    def worker(self, gateway):
        """The one worker of a gateway: the child of its supervisor."""
        pid = self.supervisor(gateway)
        return int(wait_until(f"gateway {gateway} has a worker", lambda: children(pid))[0])

    def kill(self, pid, number=signal.SIGKILL):
        os.kill(pid, number)

    def kill_gateway(self, gateway, number=signal.SIGKILL):
        """Supervisor and worker at one moment: they are one session."""
        self.kill_session(self.supervisor(gateway), number)

    def kill_session(self, leader, number=signal.SIGKILL):
        os.killpg(leader, number)

    def is_ready(self, gateway):
        return runner_api.Api(self.services().state, gateway).is_ready()

    def log(self, name):
        return Path(self.folder, "log", name + ".log").read_text(errors="replace")


def children(pid):
    try:
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []


def is_gone(pid):
    return started_at(pid) is None


def shipped_lines():
    return [json.loads(line) for line in SHIPPED.read_text(encoding="utf-8").splitlines() if line.strip()]


def write_payments(path, count):
    """Payments like those that ship, as many as wanted, each a new one."""
    lines = shipped_lines()
    with open(path, "w", encoding="utf-8") as stream:
        for number in range(count):
            line = json.loads(json.dumps(lines[number % len(lines)]))
            line["payment"]["end_to_end_id"] = f"SYS-{number:06}"
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")
    return path


__all__ = ["Corridor", "GATEWAYS", "ROOT", "SANDBOX", "SHIPPED", "children", "is_gone", "shipped_lines", "write_payments"]
