"""The whole corridor: database, broker, two gateways, two wallets; started in order, stopped in the reverse order."""

import time
from concurrent.futures import ThreadPoolExecutor

import broker as brokers
import build
import setup
from api import Api
from cluster import Cluster
from monitoring import Monitoring
from process import Process
from state import GATEWAYS, Failure, port_is_free
from steps import wait_until
from wallet import Wallet

DRAIN_SECONDS = 20


class Services:
    def __init__(self, state, wanted_broker):
        self.state = state
        self.cluster = Cluster(state)
        self.broker = brokers.choose(state, wanted_broker)
        self.monitoring = Monitoring(state)
        self.started_any = False
        self.apis = self.wallets = None
        self.dead_since = {}

    def up(self, steps):
        """Everything that is not there yet, step by step."""
        state = self.state
        steps.run("build a release", build.build, state, steps.progress)
        steps.run("development certificates and signing keys", setup.make_certificates, state)
        self.started_any |= not self.cluster.data.joinpath("made").exists() or not self.cluster.is_running()
        if steps.run("private PostgreSQL cluster", self.cluster.make) == "made":
            self._forget_books()
        steps.run("start PostgreSQL", self.cluster.start)
        steps.run("databases home and away", self.cluster.make_databases)
        self.broker.check()
        self._leave_other_broker(steps)
        steps.run(f"broker: {self.broker.kind}", self.broker.ensure)
        self.state.values["broker"] = self.broker.kind
        self.state.save()
        self._claim_ports()
        build.write_wrappers(state)
        setup.write_settings(state, self.cluster, self.broker)
        if self._is_new_schema():
            steps.run("apply migrations", self._migrate)
        self.connect()
        steps.run("gateways home and away", self._ensure_gateways)
        steps.run("corridor files", setup.apply_corridors, state)
        steps.run("rates of two FX providers", setup.post_rates, state)
        steps.run("liquidity on both sides", setup.fund, state, self.apis)
        for gateway in GATEWAYS:
            steps.run(f"wallet {gateway}", self.ensure_wallet, gateway)
        if self.monitoring.is_wanted():
            steps.run("Prometheus", self.monitoring.ensure)

    def _forget_books(self):
        """What is remembered of an earlier cluster does not hold for a new one."""
        for name in ("migrated", "applied", "rates"):
            self.state.values.pop(name, None)
        self.state.save()
        for journal in self.state.path("wallet").iterdir():
            journal.unlink()

    def connect(self):
        self.apis = {gateway: Api(self.state, gateway) for gateway in GATEWAYS}
        self.wallets = {gateway: Wallet(self.state, gateway) for gateway in GATEWAYS}

    def _leave_other_broker(self, steps):
        """Gateways and wallets finish with the broker they have before they meet another one."""
        last = self.state.values.get("broker")
        if last and last != self.broker.kind:
            steps.run(f"leave the {last} broker", self._stop_on_bus, brokers.choose(self.state, last))

    def _stop_on_bus(self, broker):
        self.connect()
        self.drain()
        for process in (*self._wallet_processes(broker), *map(self.gateway_process, GATEWAYS)):
            process.stop()
        return broker.stop()

    def _claim_ports(self):
        """Keeps the remembered ports unless somebody else took one while the gateways were down."""
        for gateway in GATEWAYS:
            if self.gateway_process(gateway).pid() is not None:
                continue
            for kind in ("peer", "api", "admin"):
                if not port_is_free(self.state.port(f"{gateway}.{kind}")):
                    self.state.forget_port(f"{gateway}.{kind}")
                self.state.port(f"{gateway}.{kind}")

    def _is_new_schema(self):
        """Migrations live in the program: a program that migrated is not asked again."""
        return self.state.values.get("migrated") != build.fingerprint(self.state)

    def _migrate(self):
        setup.migrate(self.state)
        self.state.values["migrated"] = build.fingerprint(self.state)
        self.state.save()

    def gateway_process(self, gateway):
        settings = self.state.path("etc", gateway + ".yaml")
        return Process(self.state, gateway, [self.state.path("bin", "pontis"), "serve", "--settings", settings], [settings])

    def wallet_process(self, gateway, broker=None):
        broker = broker or self.broker
        return Process(self.state, "wallet-" + gateway, [
            self.state.path("bin", "pontis-wallet"), "--name", gateway, "--source", "/wallet/" + gateway,
            "--brokers", getattr(broker, "address", ""), "--topic-out", broker.topic(gateway, "from-wallet"),
            "--topic-in", broker.topic(gateway, "to-wallet"), "--journal", self.state.path("wallet", gateway + ".jsonl"),
            "--control", self.state.path("run", f"wallet-{gateway}.sock")])

    def _wallet_processes(self, broker=None):
        return [self.wallet_process(gateway, broker) for gateway in GATEWAYS]

    def _ensure_gateways(self):
        """Side by side: each waits for its consumer group, and the embedded broker lets a group wait 3 s."""
        with ThreadPoolExecutor(len(GATEWAYS)) as pool:
            return ", ".join(pool.map(self.ensure_gateway, GATEWAYS))

    def ensure_gateway(self, gateway):
        return self._ensure(self.gateway_process(gateway), self.apis[gateway].is_ready)

    def ensure_wallet(self, gateway):
        return self._ensure(self.wallet_process(gateway), self.wallets[gateway].is_ready)

    def _ensure(self, process, is_ready):
        note = process.ensure(is_ready)
        self.started_any |= note != "was running"
        return note

    def revive(self, say):
        """Starts again what died while payments run. What a gateway acknowledged lies in PostgreSQL, and events that
        an embedded broker forgot are told again by gateways and wallets when they meet the new one."""
        if not self.cluster.is_running():
            say("  PostgreSQL died; starting it again")
            self.cluster.start()
        if not self.broker.is_running():
            say(f"  the {self.broker.kind} broker died; starting it again")
            self._replace_broker()
        for process, is_ready in self._watched():
            if process.pid() is not None or is_ready():
                self.dead_since.pop(process.name, None)
                continue
            since = self.dead_since.setdefault(process.name, time.monotonic())
            if time.monotonic() - since >= 1:
                say(f"  {process.name} died; starting it again")
                process.ensure(is_ready)
                del self.dead_since[process.name]

    def _replace_broker(self):
        self.broker.ensure()
        setup.write_settings(self.state, self.cluster, self.broker)
        self._ensure_gateways()
        for gateway in GATEWAYS:
            self.ensure_wallet(gateway)

    def _watched(self):
        for gateway in GATEWAYS:
            yield self.gateway_process(gateway), self.apis[gateway].is_ready
            yield self.wallet_process(gateway), self.wallets[gateway].is_ready

    def drain(self, seconds=DRAIN_SECONDS):
        """Waits until no payment is open, as far as the wallets can be asked."""
        def is_done():
            return all(wallet.ask(do="unfinished")["count"] == 0 for wallet in self.wallets.values())
        try:
            return wait_until(is_done, seconds, 0.2)
        except Failure:
            return False

    def down(self, steps):
        self.connect()
        if self.monitoring.is_wanted():
            steps.run("stop Prometheus", self.monitoring.stop)
        if not self.drain() and any(process.pid() for process in self._wallet_processes()):
            steps.say("  payments are still open; they go on at the next start")
        steps.run("stop the wallets", self._stop, self._wallet_processes())
        steps.run("stop the gateways", self._stop, map(self.gateway_process, GATEWAYS))
        steps.run(f"stop the broker: {self.broker.kind}", self.broker.stop)
        steps.run("stop PostgreSQL", self.cluster.stop)

    @staticmethod
    def _stop(processes):
        """Says how they ended, once when all ended alike."""
        return ", ".join(dict.fromkeys(process.stop() for process in processes))
