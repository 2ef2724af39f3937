"""The private PostgreSQL cluster: made once, started, stopped; a database for each gateway, three roles.

It listens on a Unix socket in the sandbox's run folder only, which no other user can enter; so a role needs no password.
"""

import os
import subprocess
import time
from pathlib import Path

from process import started_at
from state import GATEWAYS, Failure
from steps import command

OWNER = "pontis_owner"
APP = "pontis_app"
AUDITOR = "pontis_auditor"
REMAINS_SECONDS = 10
CONFIGURATION = """\
listen_addresses = ''
unix_socket_directories = '{run}'
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 128MB
max_wal_size = 512MB
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%u@%d '
"""


class Cluster:
    def __init__(self, state):
        self.state = state
        self.data = state.path("postgres")
        self.run = state.path("run")
        self.log = state.log("postgres")

    def make(self):
        """Makes the cluster when there is none; a half-made one is made anew."""
        if self.data.joinpath("made").exists():
            return "kept"
        if self.data.exists():
            command(["rm", "-rf", self.data], self.state.log("initdb"))
        self.data.mkdir(mode=0o700)
        if self.state.account:
            os.chown(self.data, self.state.account.pw_uid, self.state.account.pw_gid)
        command([self._program("initdb"), "-D", self.data, "-U", "postgres", "--auth-local=trust", "--auth-host=reject",
                 "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"], self.state.log("initdb"), **self.state.as_user())
        with open(self.data / "postgresql.conf", "a", encoding="utf-8") as stream:
            stream.write(CONFIGURATION.format(run=self.run))
        self.state.write_for_user(self.data / "made", "made\n")
        return "made"

    def pid(self):
        """The server's process, or None; one that was killed and nobody has buried yet is none."""
        try:
            pid = int(self.data.joinpath("postmaster.pid").read_text().split("\n", 1)[0])
            is_ours = os.fsencode(self.data) in Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        return pid if is_ours and started_at(pid) is not None else None

    def is_running(self):
        return self.pid() is not None

    def start(self):
        """What is left of a killed server keeps its lock file or its memory for a moment: for so long it is tried again."""
        if self.is_running():
            return "was running"
        end = time.monotonic() + REMAINS_SECONDS
        while not self._start():
            if time.monotonic() > end or not self._meets_remains():
                raise Failure("PostgreSQL does not start", self.log)
            time.sleep(0.1)
        return "started"

    def _start(self):
        arguments = [self._program("pg_ctl"), "start", "-w", "-t", "60", "-D", self.data, "-l", self.log]
        try:
            command(arguments, self.state.log("initdb"), **self.state.as_user(), start_new_session=True)
        except Failure:
            return False
        return True

    def _meets_remains(self):
        said = self.log.read_text(errors="replace")[-2000:]
        return "pre-existing shared memory block" in said or 'lock file "postmaster.pid" already exists' in said

    def make_databases(self):
        made = []
        for role in (OWNER, APP, AUDITOR):
            if not self.ask("postgres", f"select 1 from pg_roles where rolname = '{role}'"):
                self.ask("postgres", f"create role {role} login")
                made.append(role)
        for name in GATEWAYS:
            if not self.ask("postgres", f"select 1 from pg_database where datname = '{name}'"):
                self.ask("postgres", f"create database {name} owner {OWNER}")
                made.append(name)
        return "made " + ", ".join(made) if made else "kept"

    def ask(self, database, sql, user="postgres"):
        """Runs one statement; returns its rows as text."""
        arguments = [self._program("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.conninfo(database, user), "-c", sql]
        ended = subprocess.run(arguments, capture_output=True, text=True, **self.state.as_user())
        if ended.returncode != 0:
            raise Failure(f"{database}: {ended.stderr.strip()}", self.log)
        return ended.stdout.strip()

    def conninfo(self, database, user):
        return f"host='{self.run}' dbname={database} user={user}"

    def stop(self):
        if not self.data.joinpath("made").exists() or not self.is_running():
            return "was not running"
        arguments = [self._program("pg_ctl"), "stop", "-w", "-t", "60", "-m", "fast", "-D", self.data]
        command(arguments, self.state.log("initdb"), **self.state.as_user())
        return "stopped"

    @staticmethod
    def _program(name):
        versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/" + name), key=lambda path: int(path.parts[4]))
        newest = [path for path in versions if int(path.parts[4]) >= 15]
        if not newest:
            raise Failure(f"PostgreSQL's {name} is missing under /usr/lib/postgresql", status=3)
        return str(newest[0])
