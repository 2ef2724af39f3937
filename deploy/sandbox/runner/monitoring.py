"""A real Prometheus that scrapes both gateways and rings their alerts, when it is asked for."""

import http.client
import json

from process import Process
from state import GATEWAYS, ROOT, port_is_free

FILES = ROOT / "deploy" / "monitoring"
PROGRAM = "/usr/bin/prometheus"


class Monitoring:
    def __init__(self, state):
        self.state = state

    def is_wanted(self):
        """Once it was asked for it comes up again with the rest, until the sandbox is removed."""
        return self.state.values.get("monitoring", False)

    def want(self):
        self.state.values["monitoring"] = True
        self.state.save()

    def url(self):
        return f"http://127.0.0.1:{self.state.port('prometheus')}"

    def ensure(self):
        if self.process().pid() is None and not port_is_free(self.state.port("prometheus")):
            self.state.forget_port("prometheus")
        self._write_files()
        return f"{self.process().ensure(self.is_ready, 60)}, {self.url()}"

    def stop(self):
        return self.process().stop()

    def process(self):
        folder = self.state.path("etc", "monitoring")
        return Process(self.state, "prometheus", [
            PROGRAM, f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={self.state.path('prometheus')}",
            f"--web.listen-address=127.0.0.1:{self.state.port('prometheus')}", "--storage.tsdb.retention.time=2d", "--log.level=warn"],
            [folder / "prometheus.yml", folder / "pontis.rules.yml", folder / "targets" / "sandbox.json"])

    def is_ready(self):
        """Both gateways were scraped."""
        try:
            targets = self.ask("/api/v1/targets?state=active")["activeTargets"]
        except (OSError, http.client.HTTPException, ValueError, KeyError):
            return False
        return {target["labels"]["gateway"] for target in targets if target["health"] == "up"} == set(GATEWAYS)

    def ask(self, path):
        """The data of an answer of Prometheus's API."""
        connection = http.client.HTTPConnection("127.0.0.1", self.state.port("prometheus"), timeout=5)
        try:
            connection.request("GET", path)
            return json.loads(connection.getresponse().read())["data"]
        finally:
            connection.close()

    def _write_files(self):
        for name in ("prometheus", "etc/monitoring", "etc/monitoring/targets"):
            self.state.make_folder(name)
        for name in ("prometheus.yml", "pontis.rules.yml"):
            self.state.write_for_user(self.state.path("etc", "monitoring", name), (FILES / name).read_text())
        targets = [{"targets": [f"127.0.0.1:{self.state.port(gateway + '.admin')}"], "labels": {"gateway": gateway}} for gateway in GATEWAYS]
        self.state.write_for_user(self.state.path("etc", "monitoring", "targets", "sandbox.json"), json.dumps(targets) + "\n")
