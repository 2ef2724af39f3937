"""deploy/install.md, pasted block by block for both ends of a corridor, with the program of the Debian package."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import broker as brokers
import build
import feed
import report
import setup
from cluster import Cluster
from commands import make_payment
from debian import Package
from services import Services
from stage import ROOT, expect, expect_equal, scenario
from state import GATEWAYS, State, other
from steps import Steps, command

INSTALL = ROOT / "deploy" / "install.md"
# What stands for systemd: the units' commands, and the notification that a gateway is ready.
SYSTEMCTL = """\
#!/bin/sh
case "$*" in
"start pontis-migrate") exec pontis migrate --settings {etc}/pontis.yaml ;;
"enable --now pontis")
    CREDENTIALS_DIRECTORY={credentials} setsid pontis serve --settings {etc}/pontis.yaml >>{log} 2>&1 </dev/null &
    echo $! >{pid}
    for _ in $(seq 300); do
        curl --fail --silent http://127.0.0.1:{admin}/healthz >/dev/null && exit 0
        sleep 0.1
    done
    exit 1
    ;;
*) echo "systemctl $*: not here" >&2; exit 1 ;;
esac
"""
EXTENSIONS = "extendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=IP:127.0.0.1\n"
# What the other end does with its own names: the page is written by Singapore.
MIRRORED = (
    ('country: SG, bic: MASGSGSG, currency: SGD}\npeer: {name: Bank of Thailand, country: TH, bic: BOTHTHBK, currency: THB}',
     'country: TH, bic: BOTHTHBK, currency: THB}\npeer: {name: Monetary Authority of Singapore, country: SG, bic: MASGSGSG, currency: SGD}'),
    ("home: {name: Monetary Authority of Singapore", "home: {name: Bank of Thailand"),
    ('maximum: "200000.00"', 'maximum: "5000000.00"'), ("--rate 25.8125", "--rate 0.038741"),
    ("FOREIGN_PREFUND --amount 5000000.00", "FOREIGN_PREFUND --amount 200000.00"),
    ("PEER_PREFUND --amount 200000.00", "PEER_PREFUND --amount 5000000.00"))


def blocks():
    """(section, language, text) of each block of the page."""
    found, section = [], 0
    for heading, language, text in re.findall(r"(?m)^## (\d+)|^```(\w+)\n((?s:.*?))^```$", INSTALL.read_text()):
        section = int(heading) if heading else section
        if language:
            found.append((section, language, text))
    return found


class End:
    """One end of the corridor: its machine is a folder."""

    def __init__(self, services, package, gateway):
        self.state, self.gateway, self.services = services.state, gateway, services
        self.name = gateway + "-machine"
        self.state.make_folder(self.name)
        self.folder = self.state.path(self.name)
        self.etc = self.folder / "etc"
        self.cluster = self.make_cluster()
        self.prepare(package)

    def make_cluster(self):
        cluster = Cluster(self.state)
        cluster.data, cluster.log = self.state.path("postgres-" + self.gateway), self.state.log("postgres-" + self.gateway)
        cluster.run = self.state.path("run-" + self.gateway)
        self.state.make_folder("run-" + self.gateway)
        cluster.make()
        cluster.start()
        return cluster

    def prepare(self, package):
        """The package's files, and what the operator has ready: certificates of the authority, a tool called systemctl."""
        for name in ("etc", "bin", "share"):
            self.state.make_folder(f"{self.name}/{name}")
        shutil.copytree(package.tree / "usr/share/pontis", self.folder / "share", dirs_exist_ok=True)
        shutil.copy(package.tree / "usr/bin/pontis", self.folder / "bin" / "pontis")
        for name in ("operator.pem", "operator.key", "approver.pem", "approver.key"):
            self.put(name, self.state.path("ca", name).read_text())
        self.put("share/examples/corridor.yaml", self.localised((self.folder / "share/examples/corridor.yaml").read_text()))
        self.put("bin/systemctl", SYSTEMCTL.format(etc=self.etc, credentials=self.folder / "credentials", log=self.state.log(self.gateway),
                                                   pid=self.folder / "pid", admin=self.port("admin")), 0o755)
        self.put("bin/apt-get", "#!/bin/sh\n", 0o755)

    def put(self, name, text, mode=0o600):
        self.state.write_for_user(self.folder / name, text, mode)

    def port(self, kind, gateway=None):
        return self.state.port(f"{gateway or self.gateway}.{kind}")

    def localised(self, text):
        """The page's names and addresses become this end's."""
        if self.gateway == "away":
            for here, there in MIRRORED:
                text = text.replace(here, there)
        broker = self.services.broker
        for usual, ours in (
                ("/etc/pontis", self.etc), ("/usr/share/pontis", self.folder / "share"), ("/run/postgresql", self.cluster.run),
                ("192.0.2.10:8443", f"127.0.0.1:{self.port('peer')}"), ("192.0.2.10:8444", f"127.0.0.1:{self.port('api')}"),
                ("192.0.2.20:8443", f"127.0.0.1:{self.port('peer', other(self.gateway))}"), ("192.0.2.10", "127.0.0.1"),
                ("127.0.0.1:9464", f"127.0.0.1:{self.port('admin')}"), ("kafka-1.example:9092", broker.address),
                ("wallet.to-pontis", broker.topic(self.gateway, "from-wallet")), ("pontis.to-wallet", broker.topic(self.gateway, "to-wallet"))):
            text = text.replace(usual, str(ours))
        return text

    def paste(self, *sections):
        for section, language, text in blocks():
            if section not in sections:
                continue
            if language == "yaml":
                # Two gateways share one machine.
                self.put("etc/pontis.yaml", self.localised(text) + f"workers: 1\nadmin:\n  listen: 127.0.0.1:{self.port('admin')}\n")
            else:
                self.shell(self.localised(text))

    def shell(self, text, status=0):
        options = self.state.as_user()
        options["env"].update(PATH=f"{self.folder}/bin:/usr/bin:/bin:/usr/sbin", PGHOST=str(self.cluster.run), PGUSER="postgres",
                              PONTIS_SETTINGS=f"{self.etc}/pontis.yaml", **self.client())
        options["cwd"] = str(self.folder)
        ended = subprocess.run(["bash", "-euo", "pipefail", "-c", text], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, **options)
        expect_equal(ended.returncode, status, f"{self.gateway}: status of\n{text}\n{ended.stdout}{ended.stderr}")
        return ended.stdout

    def client(self):
        """The variables of section 8, which a person's shell keeps for the sections after it."""
        return {"PONTIS_URL": f"https://127.0.0.1:{self.port('api')}", "PONTIS_CA": str(self.etc / "tls/ca.pem"),
                "PONTIS_CERT": "operator.pem", "PONTIS_KEY": "operator.key"}

    def sign(self):
        """The authority's part: certificate of the gateway, and its own."""
        extensions = self.folder / "extensions"
        self.put("extensions", EXTENSIONS)
        authority = self.state.path("ca")
        command(["openssl", "x509", "-req", "-sha256", "-in", self.etc / "tls/gateway.csr", "-CA", authority / "ca.pem", "-CAkey", authority / "ca.key",
                 "-days", "30", "-set_serial", "0x" + os.urandom(16).hex(), "-extfile", extensions, "-out", self.etc / "tls/gateway.pem"],
                self.state.log("ca"), **self.state.as_user())
        self.put("etc/tls/ca.pem", (authority / "ca.pem").read_text())

    def hand_over(self, end):
        """What the ends exchange; and the credentials that systemd would make of the keys."""
        end.put("etc/tls/peer.pem", (self.etc / "tls/gateway.pem").read_text())
        end.put("etc/signing/peers.pem", (self.etc / "signing/gateway.pem").read_text())
        self.state.make_folder(f"{self.name}/credentials")
        for name in ("tls", "signing"):
            self.put(f"credentials/{name}-key", (self.etc / "keys" / f"{name}.key").read_text(), 0o400)

    def stop(self):
        pid = self.folder / "pid"
        if pid.exists():
            subprocess.run(["kill", "-TERM", "--", "-" + pid.read_text().strip()], check=False, capture_output=True)
        if self.cluster.is_running():
            self.cluster.stop()


class ByHand:
    def __init__(self, stage):
        folder = Path(stage.folder + "-by-hand")
        shutil.rmtree(folder, ignore_errors=True)
        self.state = State(folder)
        self.state.open()
        build.build(self.state)
        setup.make_certificates(self.state)
        self.services = Services(self.state, "embedded")
        self.services.broker = brokers.choose(self.state, "embedded")
        self.services.broker.ensure()
        self.ends = {}
        for gateway in GATEWAYS:
            self.ends[gateway] = End(self.services, Package(stage), gateway)

    def install(self):
        home, away = (self.ends[gateway] for gateway in GATEWAYS)
        for end in (home, away):
            end.paste(1, 2, 3)
            end.shell(self.first_of_section_4(end))
            end.sign()
            end.shell(self.last_of_section_4(end))
        home.hand_over(away)
        away.hand_over(home)
        for end in (home, away):
            end.paste(5, 6, 7)
        for end in (home, away):
            end.paste(8, 9)

    @staticmethod
    def first_of_section_4(end):
        return end.localised([text for section, _, text in blocks() if section == 4][0])

    @staticmethod
    def last_of_section_4(end):
        return end.localised([text for section, _, text in blocks() if section == 4][1])

    def begin_wallets(self):
        self.services.connect()
        self.services.revive = lambda say: None  # what was installed by hand is not the sandbox's to start
        for gateway in GATEWAYS:
            self.services.ensure_wallet(gateway)

    def pay(self, payer, amount):
        entry = feed.Entry(1, {"from": payer, "payment": make_payment(payer, amount)})
        feed.Feed(self.services, Steps(), 30).run([entry])
        return entry

    def end(self):
        for gateway in GATEWAYS:
            self.services.wallet_process(gateway).stop()
            if gateway in self.ends:
                self.ends[gateway].stop()
        self.services.broker.stop()
        shutil.rmtree(self.state.folder, ignore_errors=True)


@scenario
def installed_by_hand(stage):
    """A new operator at each end pastes deploy/install.md: a payment settles, a limit is changed under four eyes, and the books agree."""
    by_hand = ByHand(stage)
    try:
        by_hand.install()
        by_hand.begin_wallets()
        expect_equal(by_hand.pay("home", "100.00").outcome, "settled", "the first payment")
        expect_equal(by_hand.pay("away", "2500.00").outcome, "settled", "the first payment back")
        home = by_hand.ends["home"]
        home.shell("sed -i '/maximum:/s/200000.00/50.00/' sg-th.yaml; pontis corridor check sg-th.yaml")
        proposed = home.shell("pontis corridor apply sg-th.yaml")
        expect('limits.maximum\n    - "200000.00"\n    + "50.00"\n' in proposed, proposed)
        approval = proposed.split()[1]
        home.shell(f"pontis approval approve {approval}", status=5)
        home.shell(f"export PONTIS_CERT=approver.pem PONTIS_KEY=approver.key; pontis approval show {approval}; pontis approval approve {approval}")
        refused = by_hand.pay("home", "100.00")
        expect_equal((refused.outcome, refused.code), ("rejected", "AM02"), "a payment above the new limit")
        expect("SETTLED" in by_hand.ends["home"].shell("pontis payment list"), "the payment is not listed")
        books = report.read_books(by_hand.services)
        expect(books.agree(), "; ".join(books.findings))
    finally:
        by_hand.end()
