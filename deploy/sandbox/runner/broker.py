"""The bus: the embedded broker, an Apache Kafka of our own, or one that is already there."""

import secrets
import socket

import topics
from process import Process
from state import GATEWAYS, SANDBOX, Failure
from steps import command, wait_until

PARTITIONS = 4
KINDS = ("from-wallet", "to-wallet")


class Broker:
    """What every kind has: `kind`, `address`, `incarnation`, topic names, check, ensure, is_running, stop."""

    prefix = ""
    fetch_wait = 500  # milliseconds a fetch may be held back for want of records

    def check(self):
        """Fails when this broker cannot be had, before another one is left for it."""

    def topic(self, gateway, kind):
        return f"{self.prefix}{gateway}.{kind}"

    def topics(self):
        return [self.topic(gateway, kind) for gateway in GATEWAYS for kind in KINDS]


class Embedded(Broker):
    """librdkafka's mock cluster: in memory, so each new process is a new incarnation."""

    kind = "embedded"
    fetch_wait = 5  # new records do not wake a fetch that waits

    def __init__(self, state):
        self.state = state
        self.port_file = state.path("run", "broker.port")
        names = ",".join(f"{name}:{PARTITIONS}" for name in self.topics())
        self.process = Process(state, "broker", [state.path("bin", "pontis-broker"), "--port-file", self.port_file, "--topics", names])

    def ensure(self):
        """A broker that runs is kept even when its program is newer on disk: it holds events."""
        note = "was running"
        if self.process.pid() is None or not self._answers():
            self.process.stop()
            self.port_file.unlink(missing_ok=True)
            self.state.values["embedded_incarnation"] = "embedded-" + secrets.token_hex(8)
            self.state.save()
            self.process.start()
            note = self.process.await_ready(self._answers, 15)
        self.address = _read_address(self.port_file)
        self.incarnation = self.state.values["embedded_incarnation"]
        return note

    def is_running(self):
        return self.process.pid() is not None

    def _answers(self):
        return self.port_file.exists() and _read_address(self.port_file) and _connects(_read_address(self.port_file))

    def stop(self):
        return self.process.stop(5)


class Apache(Broker):
    """A single-node Apache Kafka; its data stay, so does its incarnation."""

    kind = "apache"

    def __init__(self, state):
        self.state = state
        self.folder = state.path("kafka")
        self.log = state.log("kafka")
        self.script = ["bash", state.path("run", "kafka.sh")]

    def ensure(self):
        port = self.state.port("kafka")
        self.address = f"127.0.0.1:{port}"
        self.incarnation = "apache-" + self.state.random_id("apache")
        if _connects(self.address):
            return "was running"
        self._copy_script()
        self.state.make_folder("kafka")
        command([*self.script, "fetch", self.folder], self.log, **self.state.as_user())
        names = [f"{name}:{PARTITIONS}" for name in self.topics()]
        command([*self.script, "start", self.folder, port, *names], self.log, **self.state.as_user(), start_new_session=True)
        if not wait_until(lambda: _connects(self.address), 60):
            raise Failure("Apache Kafka does not listen", self.log)
        return self.address

    def is_running(self):
        return _connects(self.address)

    def _copy_script(self):
        """The clone may be unreadable for the unprivileged user."""
        self.state.write_for_user(self.script[1], SANDBOX.joinpath("kafka.sh").read_text(), 0o700)

    def stop(self):
        if not self.folder.exists() or not self.script[1].exists():
            return "was not running"
        command([*self.script, "stop", self.folder], self.log, **self.state.as_user())
        return "stopped"


class Existing(Broker):
    """HOST:PORT; topics of this sandbox's own, so that nobody else's records meet a fresh database."""

    def __init__(self, state, address):
        self.state = state
        self.kind = self.address = address
        self.incarnation = "existing-" + state.random_id(address)
        self.prefix = "pontis-" + state.random_id("topics") + "."

    def check(self):
        if not _connects(self.address):
            raise Failure(f"nothing listens on {self.address}", status=3)

    def ensure(self):
        return topics.create(self.address, self.topics(), PARTITIONS)

    def is_running(self):
        """A Kafka of somebody else: not ours to start again."""
        return True

    def stop(self):
        return "left alone"


def choose(state, wanted):
    if wanted == "embedded":
        return Embedded(state)
    if wanted == "apache":
        return Apache(state)
    return Existing(state, wanted)


def _read_address(file):
    text = file.read_text().strip()
    return text if ":" in text else f"127.0.0.1:{text}" if text else ""


def _connects(address):
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return False
    return True
